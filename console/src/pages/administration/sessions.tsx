// Who is logged in now (在线用户), and how to end it.
import { call } from "../../api/client";
import { Named, NamedList } from "../../i18n/names";
import { defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";


const sessions = defineResource({
  name: "sessions",
  title: "menu.online",
  path: "/api/v1/sessions",
  list: "online_users",
  rowKey: (row) => row.id,
  empty: "list.empty",
  columns: [
    { key: "name", title: "person.name" },
    { key: "login", title: "person.login", as: "code" },
    { key: "methods", title: "online.methods", render: (row) => <NamedList family="method" codes={row.methods.split(",").filter((one) => one !== "")} /> },
    { key: "stage", title: "message.state", render: (row) => <Named family="stage" code={row.stage} /> },
    { key: "createdAt", title: "online.since", as: "time", sort: BY_AGE },
    { key: "seenAt", title: "online.seen", as: "time" },
    { key: "address", title: "audit.address", as: "code" },
    { key: "agent", title: "online.agent", extra: true },
  ],
  actions: [
    {
      key: "kick",
      label: "online.kick",
      needs: "kick",
      danger: true,
      bulk: true,
      reason: true,
      about: (row) => `${row.name} ${row.login}`,
      when: (row) => !row.isOwn,
      confirm: "online.kickConfirm",
      run: (row, reason) => call("POST", "/api/v1/sessions/{id}/kick", { path: { id: row.id }, body: { reason } }),
    },
  ],
});

export function Sessions() {
  return <ResourceList resource={sessions} />;
}
