// Users (用户): the staff's accounts and those of companies. Who may do what with them is divided
// among the officers; the platform decides, the buttons follow.
import { call } from "../../api/client";
import type { Added, Changed, Item } from "../../api/types";
import { type Action, adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { BY_AGE } from "../../resource/sorting";
import { AccountState } from "../../view/AccountState";
import { Factors } from "../../view/Factors";
import { NamedRoles } from "../../view/NamedRoles";
import { departments, posts } from "./choices";
import { Personal } from "./Personal";

export type User = Item<"Page_UserView">;

/** What a person is, for a new account and an old one. */
const person = async (): Promise<FieldOf<Changed<"/api/v1/users/{id}">>[]> => [
  { key: "name", label: "person.name", required: true, max: 40 },
  { key: "departmentId", label: "user.department", as: "select", options: await departments() },
  { key: "postId", label: "user.post", as: "select", options: await posts() },
  { key: "phone", label: "user.phone", max: 20, hint: "user.phoneHint" },
  { key: "email", label: "user.email", max: 100 },
];

const link = (answer: { link: string }) => answer.link;

/** The acts on an account, by the last part of their paths. */
const ACTS = {
  unlock: "/api/v1/users/{id}/unlock",
  enable: "/api/v1/users/{id}/enable",
  link: "/api/v1/users/{id}/link",
  reset: "/api/v1/users/{id}/reset",
  factors: "/api/v1/users/{id}/factors/reset",
  disable: "/api/v1/users/{id}/disable",
} as const;

/** An act on an account that wants a reason. */
function act(key: keyof typeof ACTS, label: Action<User>["label"], needs: Action<User>["needs"], rest: Partial<Action<User>>): Action<User> {
  return {
    key,
    label,
    needs,
    reason: true,
    about: (row) => `${row.name} ${row.login}`,
    run: (row, reason) => call("POST", ACTS[key], { path: { id: row.id }, body: { reason } }),
    ...rest,
  };
}

function Place({ user }: { user: User }) {
  return (
    <>
      {user.company ?? user.department}
      {user.post != null && <div className="soft">{user.post}</div>}
    </>
  );
}

const users = defineResource({
  name: "users",
  title: "menu.users",
  path: "/api/v1/users",
  rowKey: (row) => row.id,
  empty: "users.empty",
  filters: [
    { key: "q", label: "users.q", hint: "users.qHint", help: "users.qHelp" },
    { key: "department", label: "user.department", as: "select", options: () => departments() },
    { key: "post", label: "user.post", as: "select", options: posts },
    {
      key: "kind",
      label: "user.kind",
      as: "select",
      options: [
        { value: "staff", label: "user.staff" },
        { value: "company", label: "user.company" },
      ],
    },
    {
      key: "state",
      label: "message.state",
      as: "select",
      options: [
        { value: "invited", label: "account.invited" },
        { value: "active", label: "account.active" },
        { value: "disabled", label: "account.disabled" },
      ],
    },
  ],
  columns: [
    { key: "name", title: "person.name" },
    { key: "login", title: "person.login", as: "code", sort: { up: "login", down: "-login" } },
    { key: "roles", title: "person.role", render: (row) => <NamedRoles roles={row.roles} />, from: "roles.*.name" },
    // A person is of a company or of a department, and the post stands below: side by side they push the table out of its card.
    { key: "department", title: "user.place", render: (row) => <Place user={row} /> },
    { key: "company", title: "message.company", extra: true },
    { key: "post", title: "user.post", extra: true },
    { key: "state", title: "message.state", render: (row) => <AccountState state={row.state} locked={row.isLocked} /> },
    { key: "phone", title: "user.phone", as: "code", extra: true },
    { key: "email", title: "user.email", extra: true },
    { key: "factors", title: "user.factors", render: (row) => <Factors kinds={row.factors} /> },
    { key: "lastLoginAt", title: "person.lastLoginAt", as: "time" },
    { key: "createdAt", title: "user.createdAt", as: "time", extra: true, sort: BY_AGE },
  ],
  detail: (row) => <Personal user={row} />,
  detailTitle: (row) => row.name,
  create: adds({
    label: "user.create",
    needs: "create_user",
    fields: async () => [
      { key: "login", label: "person.login", required: true, max: 40, hint: "person.loginHint" },
      ...(await person()),
    ],
    run: (values: Added<"/api/v1/users">) => call("POST", "/api/v1/users", { body: values }),
    secret: link,
    secretHint: "person.linkOnce",
  }),
  edit: changes<User, Changed<"/api/v1/users/{id}">>({
    needs: "change_user",
    when: (row) => row.kind === "staff",
    fields: person,
    values: (row) => ({ name: row.name, departmentId: row.departmentId, postId: row.postId }),
    run: (row, values: Changed<"/api/v1/users/{id}">) => call("PUT", "/api/v1/users/{id}", { path: { id: row.id }, body: values }),
  }),
  actions: [
    act("unlock", "user.unlock", "unlock_user", { bulk: true, when: (row) => row.isLocked }),
    act("enable", "user.enable", "enable_user", { bulk: true, when: (row) => row.state === "disabled" }),
    act("link", "person.linkAgain", "link_user", { when: (row) => row.state === "invited", confirm: "person.linkAgainConfirm", secret: link }),
    act("reset", "person.newLink", "reset_user", { when: (row) => row.state !== "disabled", confirm: "person.newLinkConfirm", secret: link }),
    act("factors", "user.factorReset", "ask_factor_reset", {
      when: (row) => row.factors.length > 0,
      confirm: "user.factorResetConfirm",
      done: "action.sentForApproval",
    }),
    act("disable", "user.disable", "disable_user", { bulk: true, when: (row) => row.state !== "disabled", danger: true, confirm: "user.disableConfirm" }),
  ],
});

export function Users() {
  return <ResourceList resource={users} />;
}
