// Messages (报文): the list for a company, and for staff who see all companies.
import type { components } from "../../api/schema";
import { useSession } from "../../api/session";
import { bytes } from "../../format/number";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { KIND_OPTIONS } from "./kinds";
import { Kind, State, STATES } from "./State";

type Message = components["schemas"]["MessageSummary"] & { company?: { id: string; name: string } };

const messages = defineResource<Message>({
  name: "messages",
  title: "messages.title",
  path: "/api/v1/messages",
  rowKey: (row) => row.id,
  link: (row) => `/messages/${row.id}`,
  live: ["message"],
  exportPath: "/api/v1/exports/messages",
  exportNeeds: "export_messages",
  empty: "messages.empty",
  filters: [
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
    { key: "state", title: "message.state", render: (row) => <State state={row.state} name={row.stateName} /> },
    { key: "holder", title: "message.holder" },
    { key: "nDocuments", title: "message.nDocuments", as: "number" },
    { key: "receivedAt", title: "message.receivedAt", as: "time" },
    { key: "since", title: "message.since", as: "time" },
    { key: "nBytes", title: "message.nBytes", value: (row) => bytes(row.nBytes), extra: true },
    { key: "guid", title: "message.guid", as: "code", extra: true },
  ],
});

/** Staff see from the start whose a message is, and look for it by the company's code. */
const ofAll = {
  ...messages,
  filters: [{ key: "company", label: "message.companyCode" } as const, ...(messages.filters ?? [])],
  columns: messages.columns.map((column) => (column.key === "company" ? { ...column, extra: false } : column)),
};

export function Messages() {
  const { workspaces } = useSession();
  return <ResourceList resource={workspaces.some((one) => one !== "company") ? ofAll : messages} />;
}
