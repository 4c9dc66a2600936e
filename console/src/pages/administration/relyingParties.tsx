// Systems whose users log in here (接入系统), by CAS or OpenID Connect. Changes wait for approval.
import { type Answer, call } from "../../api/client";
import type { Changed, Item } from "../../api/types";
import { adds, changes, defineResource, type FieldOf } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";


const GRANTS = ["authorization_code", "refresh_token", "client_credentials"];
const ATTRIBUTES = ["name", "login", "kind", "roles", "companyName", "creditCode", "customsCode"];

const fields: readonly FieldOf<Form>[] = [
  { key: "title", label: "party.title", required: true, max: 60 },
  {
    key: "protocol",
    label: "party.protocol",
    as: "select",
    required: true,
    options: [
      { value: "cas", label: { text: "CAS 3.0" } },
      { value: "oidc", label: { text: "OpenID Connect" } },
    ],
  },
  { key: "urls", label: "party.urls", as: "tags", hint: "party.urlsHint" },
  { key: "logoutUrl", label: "party.logoutUrl", max: 500, hint: "party.logoutUrlHint" },
  { key: "logoutRedirects", label: "party.logoutRedirects", as: "tags", hint: "party.logoutRedirectsHint" },
  { key: "attributes", label: "party.attributes", as: "choices", options: ATTRIBUTES.map((value) => ({ value, label: { text: value } })) },
  { key: "grants", label: "party.grants", as: "choices", options: GRANTS.map((value) => ({ value, label: { text: value } })), hint: "party.grantsHint" },
  { key: "mayProxy", label: "party.mayProxy", as: "switch" },
  { key: "proxies", label: "party.proxies", as: "tags" },
  { key: "company", label: "party.company", max: 20, hint: "party.companyHint" },
  { key: "makesSecret", label: "party.makesSecret", as: "switch", hint: "party.makesSecretHint" },
  { key: "reason", label: "action.reason", as: "reason", required: true },
];

type Asked = Changed<"/api/v1/relying-parties/{name}">;
type Form = Asked["entry"] & { makesSecret?: boolean; reason: string };

/** What belongs to the other protocol is left out: the form is the same for both. */
function only({ mayProxy, proxies, grants, logoutRedirects, ...both }: Asked["entry"]): Asked["entry"] {
  const own = both.protocol === "oidc" ? { grants, logoutRedirects } : { mayProxy, proxies };
  return { ...both, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) };
}

function put(name: string, { reason, makesSecret = false, ...entry }: Form) {
  return call("PUT", "/api/v1/relying-parties/{name}", { path: { name }, body: { entry: only(entry), makesSecret, reason } });
}

const secret = (answer: Answer<"PUT", "/api/v1/relying-parties/{name}">) => answer.clientSecret;

const parties = defineResource({
  name: "relying-parties",
  title: "menu.parties",
  intro: "parties.intro",
  path: "/api/v1/relying-parties",
  whole: true,
  rowKey: (row) => row.name,
  empty: "parties.empty",
  columns: [
    { key: "title", title: "party.title" },
    { key: "name", title: "party.name", as: "code" },
    { key: "protocol", title: "party.protocol", value: (row) => row.protocol.toUpperCase() },
    { key: "urls", title: "party.urls", render: (row) => <div className="info mono">{(row.urls ?? []).join("\n")}</div> },
    { key: "grants", title: "party.grants", value: (row) => row.grants?.join("、"), extra: true },
    { key: "isConfidential", title: "party.secret", value: (row) => row.isConfidential },
    { key: "mayProxy", title: "party.mayProxy", value: (row) => row.mayProxy },
    { key: "attributes", title: "party.attributes", value: (row) => row.attributes?.join("、"), extra: true },
  ],
  create: adds({
    label: "party.ask",
    needs: "put_relying_party",
    initial: { protocol: "oidc", grants: ["authorization_code"] },
    fields: [{ key: "name", label: "party.name", required: true, max: 40, hint: "party.nameHint" }, ...fields],
    run: ({ name, ...values }: Form & { name: string }) => put(name, values),
    secret,
    secretHint: "party.secretOnce",
  }),
  edit: changes<Item<"Page_RelyingPartyItem">, Form>({
    label: "role.change",
    needs: "put_relying_party",
    fields,
    values: ({ name: _name, isConfidential: _is, ...entry }) => ({ ...entry }),
    run: (row, values: Form) => put(row.name, values),
    secret,
    secretHint: "party.secretOnce",
  }),
  actions: [
    {
      key: "remove",
      label: "role.remove",
      needs: "remove_relying_party",
      danger: true,
      reason: true,
      done: "action.sentForApproval",
      run: (row, reason) => call("DELETE", "/api/v1/relying-parties/{name}", { path: { name: row.name }, body: { reason } }),
    },
  ],
});

export function RelyingParties() {
  return <ResourceList resource={parties} />;
}
