// What can be done with a row: a button, a question, perhaps a reason.
import { App, Button, Input, Modal, Space } from "antd";
import { useId, useState } from "react";
import { useT } from "../i18n";
import { Secret } from "./FormDialog";
import { useProblem } from "./problem";
import type { Action } from "./resource";
import { saidOf } from "./said";

interface Props<Row> {
  row: Row;
  actions: readonly Action<Row>[];
  done: () => void;
  /** As buttons of a page instead of links in a cell. */
  big?: boolean;
}

export function Actions<Row>({ row, actions, done, big = false }: Props<Row>) {
  const t = useT();
  const [asked, ask] = useState<Action<Row>>();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState<string>();
  const { message } = App.useApp();
  const problem = useProblem();
  const field = useId();
  const [secret, tell] = useState<{ title: string; text: string }>();
  const run = async (action: Action<Row>) => {
    setBusy(action.key);
    try {
      const answer = await action.run(row, reason.trim());
      const text = action.secret?.(answer);
      // What is shown once says by itself that it is done: nothing covers it.
      if (text != null) tell({ title: t(action.label), text });
      else void message.success(t(saidOf(answer, action.done ?? "action.done")));
      ask(undefined);
      setReason("");
      done();
    } catch (error) {
      problem(error);
      if (action.isEnd?.(error) === true) {
        ask(undefined);
        setReason("");
        done();
      }
    } finally {
      setBusy(undefined);
    }
  };
  const start = (action: Action<Row>) => {
    if (action.confirm === undefined && action.reason !== true) void run(action);
    else ask(action);
  };
  return (
    <Space size={big ? "small" : 0}>
      {actions
        .filter((action) => action.when?.(row) ?? true)
        .map((action) => (
          <Button
            key={action.key}
            type={big ? "default" : "link"}
            size={big ? "middle" : "small"}
            danger={action.danger === true}
            loading={busy === action.key}
            onClick={() => start(action)}
          >
            {t(action.label)}
          </Button>
        ))}
      <Modal
        open={asked !== undefined}
        title={asked === undefined ? "" : t(asked.label)}
        okText={t("action.ok")}
        cancelText={t("action.cancel")}
        okButtonProps={{
          danger: asked?.danger === true,
          disabled: asked?.reason === true && reason.trim() === "",
          loading: busy !== undefined,
        }}
        onOk={() => asked !== undefined && void run(asked)}
        onCancel={() => ask(undefined)}
        destroyOnHidden
      >
        {asked?.about !== undefined && (
          <div className="gap break in-text">
            <strong>{asked.about(row, t)}</strong>
          </div>
        )}
        {asked?.confirm !== undefined && <p>{t(asked.confirm)}</p>}
        {asked?.reason === true && (
          <div className="stack-field">
            <label htmlFor={field}>{t("action.reason")}</label>
            <Input.TextArea
              id={field}
              rows={3}
              maxLength={500}
              placeholder={t("action.reasonHint")}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
        )}
      </Modal>
      {secret !== undefined && (
        <Secret title={secret.title} hint={t("form.keyOnce")} text={secret.text} close={() => tell(undefined)} />
      )}
    </Space>
  );
}
