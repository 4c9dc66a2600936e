// A user in a drawer, telephone and mail masked until a reason is given.
import { Button, Descriptions, Input, Space } from "antd";
import { useId, useState } from "react";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Factors } from "../../view/Factors";
import { NamedRoles } from "../../view/NamedRoles";
import type { User } from "./users";

export function Personal({ user }: { user: User }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const field = useId();
  const [reason, setReason] = useState("");
  const [shown, show] = useState<{ phone: string; email: string }>();
  const unmask = async () => {
    try {
      show(await call("POST", "/api/v1/users/{id}/unmask", { path: { id: user.id }, body: { reason: reason.trim() } }));
    } catch (error) {
      problem(error);
    }
  };
  const isHidden = shown === undefined && `${user.phone}${user.email}` !== "";
  return (
    <>
      <Descriptions
        size="small"
        bordered
        column={1}
        items={[
          { key: "login", label: t("person.login"), children: user.login },
          { key: "roles", label: t("person.role"), children: <NamedRoles roles={user.roles} /> },
          { key: "department", label: t("user.department"), children: user.department ?? "–" },
          { key: "post", label: t("user.post"), children: user.post ?? "–" },
          { key: "phone", label: t("user.phone"), children: (shown ?? user).phone || "–" },
          { key: "email", label: t("user.email"), children: (shown ?? user).email || "–" },
          { key: "factors", label: t("user.factors"), children: <Factors kinds={user.factors} /> },
          { key: "last", label: t("person.lastLoginAt"), children: dateTime(user.lastLoginAt) || "–" },
          { key: "created", label: t("user.createdAt"), children: dateTime(user.createdAt) },
        ]}
      />
      {isHidden && can("unmask_user") && (
        <div className="after">
          <label htmlFor={field}>{t("message.unmask")}</label>
          <Space.Compact block>
            <Input id={field} maxLength={500} placeholder={t("action.reasonHint")} value={reason} onChange={(event) => setReason(event.target.value)} />
            <Button disabled={reason.trim().length < 2} onClick={() => void unmask()}>
              {t("action.ok")}
            </Button>
          </Space.Compact>
        </div>
      )}
    </>
  );
}
