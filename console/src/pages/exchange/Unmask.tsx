// Shows the personal data of a message to this session for ten minutes; the reason goes into the audit.
import { App, Button } from "antd";
import { useState } from "react";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { useT } from "../../i18n";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { BRIEF_MS } from "../../resource/useBrief";

export function Unmask({ id, done }: { id: string; done: () => void }) {
  const t = useT();
  const can = useCan();
  const { message } = App.useApp();
  const [isAsked, ask] = useState(false);
  if (!can("unmask")) return null;
  const run = async (reason: string) => {
    await call("POST", "/api/v1/messages/{id}/unmask", { path: { id }, body: { reason } });
    void message.success(t("message.unmasked"));
    done();
    // What is on the screen is asked for again when the time is over, and comes masked.
    setTimeout(done, BRIEF_MS + 1_000);
  };
  return (
    <>
      <Button onClick={() => ask(true)}>{t("message.unmask")}</Button>
      {isAsked && <ReasonDialog title={t("message.unmask")} hint={t("message.unmaskHint")} run={run} close={() => ask(false)} />}
    </>
  );
}
