// Shows the personal data of a message to this session for ten minutes; the reason goes into the audit.
import { App, Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { call } from "../../api/client";
import { useCan } from "../../api/session";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";

export function Unmask({ id, done }: { id: string; done: () => void }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const { message } = App.useApp();
  const field = useId();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  if (!can("unmask")) return null;
  const run = async () => {
    try {
      await call("POST", "/api/v1/messages/{id}/unmask", { path: { id }, body: { reason: reason.trim() } });
      void message.success(t("message.unmasked"));
      setOpen(false);
      done();
    } catch (error) {
      problem(error);
    }
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("message.unmask")}</Button>
      <Modal
        open={open}
        title={t("message.unmask")}
        okText={t("action.ok")}
        cancelText={t("action.cancel")}
        okButtonProps={{ disabled: reason.trim().length < 2 }}
        onOk={() => void run()}
        onCancel={() => setOpen(false)}
      >
        <p>{t("message.unmaskHint")}</p>
        <div className="stack-field">
          <label htmlFor={field}>{t("action.reason")}</label>
          <Input.TextArea id={field} rows={3} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </div>
      </Modal>
    </>
  );
}
