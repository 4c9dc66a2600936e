// The ledger of companies (企业台账).
import { useT } from "../../i18n";
import { useName } from "../../i18n/names";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { CompanyState } from "./CompanyState";
import { BUSINESS_OPTIONS } from "../cases/applications";

const companies = defineResource({
  name: "companies",
  title: "menu.companies",
  path: "/api/v1/companies",
  rowKey: (row) => row.id,
  link: (row) => `/companies/${row.id}`,
  empty: "companies.empty",
  filters: [
    { key: "q", label: "companies.q", hint: "companies.qHint", help: "companies.qHelp" },
    { key: "role", label: "case.businessRole", as: "select", options: BUSINESS_OPTIONS },
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: [
        { value: "active", label: "company.active" },
        { value: "suspended", label: "company.suspended" },
      ],
    },
  ],
  columns: [
    { key: "name", title: "company.name" },
    { key: "creditCode", title: "company.creditCode", as: "code", sort: { up: "creditCode", down: "-creditCode" } },
    { key: "customsCode", title: "company.customsCode", as: "code", sort: { up: "customsCode", down: "-customsCode" } },
    { key: "dxpId", title: "company.dxpId", as: "code", extra: true },
    { key: "roles", title: "case.businessRole", render: (row) => <BusinessRoles roles={row.roles} /> },
    { key: "state", title: "message.state", render: (row) => <CompanyState state={row.state} /> },
    { key: "createdAt", title: "company.createdAt", as: "time", sort: BY_AGE },
  ],
});

function BusinessRoles({ roles }: { roles: readonly string[] }) {
  const named = useName();
  const t = useT();
  return roles.length === 0 ? <span className="soft">–</span> : <div className="info slim">{roles.map((role) => named("business", "", role)).join(t("list.join"))}</div>;
}

export function Companies() {
  return <ResourceList resource={companies} />;
}
