// Who holds which role (授权). Giving and taking wait for the security administrator.
import { call } from "../../api/client";
import type { Added } from "../../api/types";
import { useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { adds, defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { roles, staff } from "./choices";

const SIGHTS = ["all", "district", "department", "nothing"] as const;

const grants = defineResource({
  name: "grants",
  title: "menu.grants",
  intro: "grants.intro",
  path: "/api/v1/grants",
  order: "oldest",
  rowKey: (row) => row.id,
  empty: "list.empty",
  columns: [
    { key: "name", title: "person.name" },
    { key: "login", title: "person.login", as: "code" },
    { key: "role", title: "person.role", render: (row) => <Named family="role" code={row.role.id} chinese={row.role.name} />, from: "role.name" },
    { key: "sight", title: "grant.sight", render: (row) => <Sight sight={row.sight} district={row.district} /> },
    { key: "grantedAt", title: "grant.grantedAt", as: "time", sort: BY_AGE },
    { key: "expiresAt", title: "grant.expiresAt", as: "time" },
  ],
  create: adds({
    label: "grant.ask",
    needs: "ask_grant",
    initial: { sight: "all" },
    fields: async () => [
      { key: "accountId", label: "grant.person", as: "select", options: await staff(), required: true },
      { key: "role", label: "person.role", as: "select", options: await roles(), required: true },
      {
        key: "sight",
        label: "grant.sight",
        as: "select",
        required: true,
        options: SIGHTS.map((value) => ({ value, label: `sight.${value}` as const })),
      },
      { key: "district", label: "grant.district", max: 4, hint: "grant.districtHint" },
      { key: "expiresAt", label: "grant.expiresAt", as: "day" },
      { key: "reason", label: "action.reason", as: "reason", required: true },
    ],
    run: (values: Added<"/api/v1/grants">) => call("POST", "/api/v1/grants", { body: values }),
  }),
  actions: [
    {
      key: "revoke",
      label: "grant.revoke",
      needs: "ask_revoke",
      danger: true,
      reason: true,
      confirm: "grant.revokeConfirm",
      done: "action.sentForApproval",
      run: (row, reason) => call("POST", "/api/v1/grants/{id}/revoke", { path: { id: row.id }, body: { reason } }),
    },
  ],
});

function Sight({ sight, district }: { sight: string; district: string | null | undefined }) {
  const t = useT();
  const known = SIGHTS.find((one) => one === sight);
  return `${known === undefined ? sight : t(`sight.${known}`)} ${district ?? ""}`.trim();
}

export function Grants() {
  return <ResourceList resource={grants} />;
}
