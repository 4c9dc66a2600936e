// The company's own people (企业成员) and what each may do.
import { call } from "../../api/client";
import type { Added, Changed, Item, Schema } from "../../api/types";
import { Named } from "../../i18n/names";
import { adds, changes, defineResource, type Option } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { ACCOUNT_WORDS, AccountState } from "../../view/AccountState";
import { Factors } from "../../view/Factors";

const ROLES: readonly Option[] = [
  { value: "company_admin", label: "role.company_admin" },
  { value: "company_clerk", label: "role.company_clerk" },
  { value: "company_reader", label: "role.company_reader" },
];

const members = defineResource({
  name: "members",
  title: "menu.members",
  intro: "members.intro",
  path: "/api/v1/members",
  whole: true,
  rowKey: (row) => row.id,
  empty: "members.empty",
  columns: [
    { key: "name", title: "person.name" },
    { key: "login", title: "person.login", as: "code" },
    { key: "roleName", title: "person.role", render: (row) => <Named family="role" code={row.role} chinese={row.roleName} /> },
    { key: "state", title: "message.state", render: (row) => <AccountState state={row.state} />, words: ACCOUNT_WORDS },
    { key: "factors", title: "user.factors", render: (row) => <Factors kinds={row.factors} /> },
    { key: "since", title: "person.since", as: "time" },
    { key: "lastLoginAt", title: "person.lastLoginAt", as: "time" },
  ],
  create: adds({
    label: "member.invite",
    needs: "add_member",
    initial: { role: "company_clerk" },
    fields: [
      { key: "name", label: "person.name", required: true, max: 40 },
      { key: "login", label: "person.login", required: true, max: 40, hint: "person.loginHint" },
      { key: "role", label: "person.role", as: "select", options: ROLES, required: true },
    ],
    run: (values: Added<"/api/v1/members">) => call("POST", "/api/v1/members", { body: values }),
    secret: (answer: Schema<"MemberLink">) => answer.link,
    secretHint: "person.linkOnce",
  }),
  edit: changes<Item<"Page_MemberView">, Changed<"/api/v1/members/{id}">>({
    label: "member.changeRole",
    needs: "change_member",
    fields: [{ key: "role", label: "person.role", as: "select", options: ROLES, required: true }],
    values: (row) => ({ role: row.role }),
    run: (row, values: Changed<"/api/v1/members/{id}">) => call("PUT", "/api/v1/members/{id}", { path: { id: row.id }, body: values }),
  }),
  actions: [
    {
      key: "link",
      label: "person.newLink",
      needs: "link_member",
      confirm: "person.newLinkConfirm",
      run: (row) => call("POST", "/api/v1/members/{id}/link", { path: { id: row.id } }),
      secret: (answer: Schema<"MemberLink">) => answer.link,
    },
    {
      key: "remove",
      label: "member.remove",
      needs: "remove_member",
      danger: true,
      confirm: "member.removeConfirm",
      run: (row) => call("DELETE", "/api/v1/members/{id}", { path: { id: row.id } }),
    },
  ],
});

export function Members() {
  return <ResourceList resource={members} />;
}
