// Roles (角色): the built-in ones, and those that the officers compose of operations.
import { useQuery } from "@tanstack/react-query";
import { Table } from "antd";
import { call } from "../../api/client";
import type { Changed, Item } from "../../api/types";
import { count } from "../../format/number";
import { useLanguage, useT } from "../../i18n";
import { Named } from "../../i18n/names";
import { type Action, adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Loading } from "../../view/Loading";

type Role = Item<"Page_RoleView">;

/** What a role of the officers' own may consist of. */
const fields = async (): Promise<FieldOf<Changed<"/api/v1/roles/{name}">>[]> => {
  const { items } = await call("GET", "/api/v1/operations");
  const grantable = items.filter((one) => one.isGrantable);
  return [
    { key: "name", label: "role.name", required: true, max: 40 },
    {
      key: "operations",
      label: "role.operations",
      as: "choices",
      required: true,
      options: grantable.map((one) => ({ value: one.id, label: { text: `${one.name} (${one.id})` } })),
    },
    { key: "reason", label: "action.reason", as: "reason", required: true },
  ];
};

const remove: Action<Role> = {
  key: "remove",
  label: "role.remove",
  needs: "ask_role_removal",
  danger: true,
  reason: true,
  when: (row) => !row.isBuiltIn,
  done: "action.sentForApproval",
  run: (row, reason) => call("POST", "/api/v1/roles/{name}/remove", { path: { name: row.id }, body: { reason } }),
};

const roles = defineResource({
  name: "roles",
  title: "menu.roles",
  intro: "roles.intro",
  path: "/api/v1/roles",
  whole: true,
  rowKey: (row) => row.id,
  empty: "list.empty",
  columns: [
    { key: "name", title: "role.name", render: (row) => <Named family="role" code={row.id} chinese={row.name} />, from: "name" },
    { key: "id", title: "role.id", as: "code" },
    { key: "isBuiltIn", title: "role.builtIn", value: (row) => row.isBuiltIn },
    { key: "count", title: "role.count", as: "number", value: (row) => row.operations.length, from: "operations" },
  ],
  detail: (row) => <Operations role={row} />,
  detailTitle: (row) => (
    <>
      <Named family="role" code={row.id} chinese={row.name} /> ({count(row.operations.length)})
    </>
  ),
  create: adds({
    label: "role.ask",
    needs: "ask_role",
    fields: async () => [{ key: "id", label: "role.id", required: true, max: 40, hint: "role.idHint" }, ...(await fields())],
    run: ({ id, ...body }: Changed<"/api/v1/roles/{name}"> & { id: string }) => call("PUT", "/api/v1/roles/{name}", { path: { name: id }, body }),
  }),
  edit: changes<Role, Changed<"/api/v1/roles/{name}">>({
    label: "role.change",
    needs: "ask_role",
    when: (row) => !row.isBuiltIn,
    fields,
    values: (row) => ({ name: row.name, operations: row.operations }),
    run: (row, values: Changed<"/api/v1/roles/{name}">) => call("PUT", "/api/v1/roles/{name}", { path: { name: row.id }, body: values }),
  }),
  actions: [remove],
});

/** What a role may do, by name; the ids are those of the API's description. */
function Operations({ role }: { role: Role }) {
  const t = useT();
  const { language } = useLanguage();
  const all = useQuery({
    queryKey: ["operations"],
    queryFn: ({ signal }) => call("GET", "/api/v1/operations", { signal }),
    staleTime: 300_000,
    refetchInterval: false,
  });
  const nameOf = (id: string) => all.data?.items.find((one) => one.id === id)?.name;
  if (all.isPending) return <Loading />;
  return (
    <Table
      size="small"
      rowKey={(id) => id}
      dataSource={[...role.operations]}
      pagination={false}
      columns={[
        ...(language === "en" ? [] : [{ title: t("role.operations"), render: (_: unknown, id: string) => nameOf(id) ?? id }]),
        { title: t("role.id"), render: (_: unknown, id: string) => <span className="mono">{id}</span> },
      ]}
    />
  );
}

export function Roles() {
  return <ResourceList resource={roles} />;
}
