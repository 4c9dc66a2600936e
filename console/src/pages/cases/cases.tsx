// Cases (办件): what companies applied for. The same list for the applicant and the bureau; the
// platform shows each their own.
import { Named } from "../../i18n/names";
import { defineResource, type Resource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { CaseState, Due, STATES } from "./CaseState";
import { OpenCase } from "./OpenCase";
import type { CaseSummary } from "./types";

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
    { key: "appliedAt", title: "case.appliedAt", as: "time", sort: BY_AGE },
    { key: "dueAt", title: "case.dueAt", render: (row) => <Due of={row} />, sort: { up: "due" } },
    { key: "changedAt", title: "case.changedAt", as: "time", extra: true },
  ],
});

export function Cases() {
  return <ResourceList resource={cases} extra={<OpenCase />} />;
}
