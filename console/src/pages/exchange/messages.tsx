// Messages (报文): the list for a company, and for staff who see all companies.
import { Link } from "react-router";
import type { Schema } from "../../api/types";
import { useSession } from "../../api/session";
import { bytes } from "../../format/number";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { KIND_OPTIONS } from "./kinds";
import { Bulk } from "./Bulk";
import { Holder, Kind, OUTCOMES, Progress, State, STATES, useActs } from "./State";

export type Message = Schema<"MessageSummary">;

const messages = defineResource({
  name: "messages",
  title: "messages.title",
  path: "/api/v1/messages",
  rowKey: (row) => row.id,
  link: (row) => `/messages/${row.id}`,
  live: ["message"],
  exportPath: "/api/v1/exports/messages",
  exportNeeds: "export_messages",
  empty: "messages.empty",
  rowClass: (row) => (row.needsAction ? "row-act" : ""),
  selection: {
    needs: "submit_corrections",
    when: (row) => row.needsAction,
    bar: (rows, done) => <Bulk rows={rows} done={done} />,
  },
  filters: [
    {
      key: "outcome",
      label: "outcome.title",
      as: "select",
      options: OUTCOMES.map((outcome) => ({ value: outcome, label: `outcome.${outcome}` as const })),
    },
    {
      key: "needsAction",
      label: "outcome.act",
      as: "select",
      options: [
        { value: "true", label: "outcome.only" },
        { value: "false", label: "outcome.notNeeded" },
      ],
    },
    { key: "kind", label: "message.kind", as: "select", options: KIND_OPTIONS },
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: STATES.map((state) => ({ value: state, label: `state.${state}` as const })),
    },
    { key: "orderNo", label: "document.orderNo" },
    { key: "logisticsNo", label: "document.logisticsNo" },
    { key: "from", label: "filter.from", as: "day" },
    { key: "to", label: "filter.to", as: "day" },
    { key: "invtNo", label: "document.invtNo" },
    { key: "copNo", label: "document.copNo" },
  ],
  columns: [
    { key: "acceptanceNo", title: "message.acceptanceNo", as: "code" },
    { key: "kind", title: "message.kind", render: (row) => <Kind kind={row.kind} name={row.kindName} /> },
    { key: "company", title: "message.company", value: (row) => row.company?.name, extra: true },
    {
      key: "outcome",
      title: "outcome.title",
      render: (row) => <Progress of={row} />,
    },
    { key: "state", title: "message.state", render: (row) => <State state={row.state} name={row.stateName} outcome={row.outcome} needsAction={row.needsAction} />, extra: true },
    { key: "holder", title: "message.holder", render: (row) => <div className="info"><Holder holder={row.holder} /></div> },
    { key: "nDocuments", title: "message.nDocuments", as: "number" },
    {
      key: "correctedBy",
      title: "correct.correctedBy",
      extra: true,
      render: (row) => row.correctedBy != null && <Link to={`/messages/${row.correctedBy.id}`}>{row.correctedBy.acceptanceNo}</Link>,
    },
    { key: "receivedAt", title: "message.receivedAt", as: "time", sort: BY_AGE },
    { key: "since", title: "message.since", as: "time" },
    { key: "nBytes", title: "message.nBytes", value: (row) => bytes(row.nBytes), extra: true },
    { key: "guid", title: "message.guid", as: "code", extra: true },
  ],
});

/** Staff see from the start whose a message is, and look for it by the company's code. */
const ofAll = {
  ...messages,
  filters: [{ key: "company", label: "message.companyCode", hint: "message.companyCodeHint" } as const, ...(messages.filters ?? []).map((filter) => (filter.key === "needsAction" ? { ...filter, label: "outcome.needsAction" as const } : filter))],
  columns: messages.columns.map((column) => {
    if (column.key === "company") return { ...column, extra: false };
    // With the company's name the row is as wide as a small window.
    return column.key === "since" || column.key === "nDocuments" ? { ...column, extra: true } : column;
  }),
};

/** Who only reads has nothing to do about a row: none stands out. */
const read = { ...messages, rowClass: () => "" };
const ofAllRead = { ...ofAll, rowClass: () => "" };

export function Messages() {
  const { workspaces } = useSession();
  const acts = useActs();
  const isStaff = workspaces.some((one) => one !== "company");
  return <ResourceList resource={isStaff ? (acts ? ofAll : ofAllRead) : acts ? messages : read} />;
}
