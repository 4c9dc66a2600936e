// Cases (办件): what companies applied for. The same list for the applicant and the bureau; the
// platform shows each their own.
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { defineResource, type Resource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import type { Look } from "../../view/Badge";
import { OpenCase } from "./OpenCase";
import type { CaseSummary } from "./types";

const STATES = ["applied", "accepted", "supplementing", "approving", "done", "returned", "withdrawn"] as const;
const LOOK: Record<string, Look> = {
  applied: "held",
  accepted: "now",
  supplementing: "warn",
  approving: "now",
  done: "good",
  returned: "bad",
};

/** What the platform calls the states, for where it tells no code. */
const TOLD: Readonly<Record<string, string>> = { 申请: "applied", 受理: "accepted", 补正: "supplementing", 审批: "approving", 办结: "done", 退回: "returned", 撤回: "withdrawn" };

/** The state by its Chinese name alone. */
export function CaseStateTold({ name }: { name: string }) {
  return <CaseState state={TOLD[name] ?? ""} name={name} />;
}

export function CaseState({ state, name }: { state: string; name: string }) {
  const t = useT();
  const known = STATES.find((one) => one === state);
  return <span className={`badge ${LOOK[state] ?? ""}`}>{known === undefined ? name : t(`case.${known}`)}</span>;
}

/** States in which nobody has anything to do any more. */
const OVER = ["done", "returned", "withdrawn"];

/** Until when it is to be done; of one that is over when that was. */
export function Due({ of: { dueAt: at, due, state, changedAt } }: { of: Pick<CaseSummary, "dueAt" | "due" | "state" | "changedAt"> }) {
  const t = useT();
  if (at == null) return <span className="soft num nowrap">{OVER.includes(state) ? t("case.over", { at: dateTime(changedAt) }) : "–"}</span>;
  return (
    <span className="num nowrap">
      {dateTime(at)}{" "}
      {due === "overdue" && <span className="badge bad">{t("case.overdue")}</span>}
      {due === "soon" && <span className="badge warn">{t("case.soon")}</span>}
    </span>
  );
}

const cases: Resource<CaseSummary> = defineResource({
  name: "cases",
  title: "menu.cases",
  path: "/api/v1/cases",
  rowKey: (row) => row.id,
  link: (row) => `/cases/${row.id}`,
  live: ["case"],
  empty: "cases.empty",
  filters: [
    { key: "q", label: "case.q", hint: "case.qHint", help: "case.qHelp" },
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: [
        { value: "open", label: "case.open" },
        ...STATES.map((value) => ({ value, label: `case.${value}` as const })),
      ],
    },
    {
      key: "due",
      label: "case.dueAt",
      as: "select",
      options: [
        { value: "overdue", label: "case.overdue" },
        { value: "soon", label: "case.soon" },
      ],
    },
  ],
  columns: [
    { key: "title", title: "case.title" },
    { key: "id", title: "case.number", as: "code" },
    { key: "kindName", title: "case.kind", render: (row) => <Named family="caseKind" code={row.kind} chinese={row.kindName} />, from: "kindName", extra: true },
    { key: "company", title: "message.company", value: (row) => row.company?.name, from: "company.name" },
    { key: "state", title: "message.state", render: (row) => <CaseState state={row.state} name={row.stateName} /> },
    { key: "appliedBy", title: "case.appliedBy" },
    { key: "appliedAt", title: "case.appliedAt", as: "time" },
    { key: "dueAt", title: "case.dueAt", render: (row) => <Due of={row} /> },
    { key: "changedAt", title: "case.changedAt", as: "time", extra: true },
  ],
});

export function Cases() {
  return <ResourceList resource={cases} extra={<OpenCase />} />;
}
