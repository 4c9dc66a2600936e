// Messages that wait for a person (滞留报文): held by us or refused by the check. Freeing one needs a second person.
import { call } from "../../api/client";
import type { Item } from "../../api/types";
import { type Action, defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { dateTime, duration } from "../../format/time";
import { useT } from "../../i18n";
import { Sentence } from "../../i18n/sentence";
import { Kind, State } from "../exchange/State";
import { Asked } from "./Asked";

type Stuck = Item<"Page_StuckItem">;

/** Asks a second person to free a message. */
function ask(key: string, rest: Pick<Action<Stuck>, "label" | "needs" | "when" | "confirm" | "danger">, run: Action<Stuck>["run"]): Action<Stuck> {
  return {
    key,
    ...rest,
    about: (row, t) => [row.acceptanceNo, row.company?.name].filter(Boolean).join(t("list.comma")),
    reason: true,
    bulk: true,
    done: "action.sentForApproval",
    run,
  };
}

const stuck = defineResource({
  name: "stuck",
  title: "menu.stuck",
  intro: "stuck.intro",
  path: "/api/v1/operator/stuck",
  rowKey: (row) => row.id,
  link: (row) => `/messages/${row.id}`,
  live: ["message"],
  todos: ["held", "approvals"],
  empty: "stuck.empty",
  filters: [
    {
      key: "state",
      label: "message.state",
      as: "select",
      initial: "held",
      options: [
        { value: "held", label: "state.held" },
        { value: "refused", label: "state.refused" },
      ],
    },
  ],
  columns: [
    // The numbers are given in the order of time.
    { key: "acceptanceNo", title: "message.acceptanceNo", as: "code", sort: BY_AGE },
    { key: "company", title: "message.company", value: (row) => row.company?.name, from: "company.name" },
    { key: "kind", title: "message.kind", render: (row) => <Kind kind={row.kind} name={row.kindName} />, from: "kindName" },
    { key: "state", title: "message.state", render: (row) => <State state={row.state} name={row.stateName} />, from: "stateName" },
    { key: "why", title: "stuck.why", render: (row) => <div className="info slim"><Sentence text={row.why} /></div> },
    { key: "since", title: "stuck.since", render: (row) => <HeldFor since={row.since} /> },
    { key: "asked", title: "stuck.asked", render: (row) => <Asked asked={row.asked} />, from: "asked.kindName" },
  ],
  actions: [
    ask(
      "release",
      { label: "stuck.release", needs: "release_message", when: (row) => row.state === "held" && row.asked == null, confirm: "stuck.releaseConfirm" },
      (row, reason) => call("POST", "/api/v1/operator/messages/{id}/release", { path: { id: row.id }, body: { reason, refuse: false } }),
    ),
    ask(
      "refuse",
      { label: "stuck.refuse", needs: "release_message", when: (row) => row.state === "held" && row.asked == null, confirm: "stuck.refuseConfirm", danger: true },
      (row, reason) => call("POST", "/api/v1/operator/messages/{id}/release", { path: { id: row.id }, body: { reason, refuse: true } }),
    ),
    ask(
      "resubmit",
      { label: "stuck.resubmit", needs: "resubmit_message", when: (row) => row.state === "refused" && row.asked == null, confirm: "stuck.resubmitConfirm" },
      (row, reason) => call("POST", "/api/v1/operator/messages/{id}/resubmit", { path: { id: row.id }, body: { reason } }),
    ),
  ],
});

/** How long it has been so, and since when. */
function HeldFor({ since }: { since: string }) {
  const t = useT();
  return (
    <span className="num">
      <span className="nowrap">{duration(Math.max(Date.now() - Date.parse(since), 0), t)}</span> <span className="soft">{dateTime(since)}</span>
    </span>
  );
}

export function StuckMessages() {
  return <ResourceList resource={stuck} />;
}
