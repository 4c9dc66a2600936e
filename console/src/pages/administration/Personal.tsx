// A user in a drawer, telephone and mail masked until a reason is given.
import { Button, Descriptions } from "antd";
import { useState } from "react";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { useBrief } from "../../resource/useBrief";
import { Factors } from "../../view/Factors";
import { NamedRoles } from "../../view/NamedRoles";
import type { User } from "./users";

export function Personal({ user }: { user: User }) {
  const t = useT();
  const can = useCan();
  const [isAsked, ask] = useState(false);
  const [shown, show] = useBrief<{ phone: string; email: string }>();
  const unmask = async (reason: string) => show(await call("POST", "/api/v1/users/{id}/unmask", { path: { id: user.id }, body: { reason } }));
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
        <Button className="after" onClick={() => ask(true)}>
          {t("message.unmask")}
        </Button>
      )}
      {isAsked && <ReasonDialog title={t("message.unmask")} about={user.name} run={unmask} close={() => ask(false)} />}
    </>
  );
}
