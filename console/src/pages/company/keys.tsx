// Keys of a company's programs (接口密钥): issued here, shown once, revoked within a second.
import { call } from "../../api/client";
import type { Added, Schema } from "../../api/types";
import { useT } from "../../i18n";
import { adds, defineResource } from "../../resource/resource";
import { ResourceList } from "../../resource/ResourceList";
import { Badge } from "../../view/Badge";

const keys = defineResource({
  name: "keys",
  title: "menu.keys",
  intro: "keys.intro",
  path: "/api/v1/keys",
  whole: true,
  rowKey: (row) => row.id,
  empty: "keys.empty",
  columns: [
    { key: "label", title: "key.label" },
    { key: "state", title: "message.state", render: (row) => <KeyState state={row.state} />, words: { active: "key.active", expired: "key.expired", revoked: "key.revoked" } },
    { key: "id", title: "key.id", as: "code" },
    { key: "createdAt", title: "key.createdAt", as: "time" },
    { key: "expiresAt", title: "key.expiresAt", as: "time" },
    { key: "revokedAt", title: "key.revokedAt", as: "time" },
  ],
  create: adds({
    label: "key.issue",
    needs: "issue_key",
    initial: { days: 365 },
    fields: [
      { key: "label", label: "key.label", required: true, max: 60, hint: "key.labelHint" },
      { key: "days", label: "key.days", as: "number", min: 1, max: 730, required: true },
    ],
    run: (values: Added<"/api/v1/keys">) => call("POST", "/api/v1/keys", { body: values }),
    secret: (answer: Schema<"IssuedKey">) => answer.key,
    secretHint: "key.once",
  }),
  actions: [
    {
      key: "revoke",
      label: "key.revoke",
      needs: "revoke_key",
      danger: true,
      when: (row) => row.state === "active",
      confirm: "key.revokeConfirm",
      run: (row) => call("DELETE", "/api/v1/keys/{id}", { path: { id: row.id } }),
    },
  ],
});

function KeyState({ state }: { state: string }) {
  if (state === "active") return <Badge look="good" word="key.active" />;
  return state === "expired" ? <Badge look="warn" word="key.expired" /> : <Badge look="" word="key.revoked" />;
}

export function Keys() {
  const t = useT();
  return (
    <ResourceList
      resource={keys}
      extra={
        <a href="/api/docs" target="_blank" rel="noreferrer">
          {t("menu.apiDocs")}
        </a>
      }
    />
  );
}
