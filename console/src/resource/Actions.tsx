// What can be done with a row: a button, a question, perhaps a reason.
import { App, Button, Space } from "antd";
import { useState } from "react";
import { useT } from "../i18n";
import { Secret } from "./FormDialog";
import { useProblem } from "./problem";
import { type Reason, ReasonDialog } from "./ReasonDialog";
import type { Action } from "./resource";
import { saidOf } from "./said";

interface Props<Row> {
  row: Row;
  actions: readonly Action<Row>[];
  done: () => void;
  /** As buttons of a page instead of links in a cell. */
  big?: boolean;
}

/** Whether an act asks for a reason. */
export const reasonOf = <Row,>(action: Action<Row>): Reason => (action.reason === true ? "needed" : "none");

export function Actions<Row>({ row, actions, done, big = false }: Props<Row>) {
  const t = useT();
  const [asked, ask] = useState<Action<Row>>();
  const [busy, setBusy] = useState<string>();
  const { message } = App.useApp();
  const problem = useProblem();
  const [secret, tell] = useState<{ title: string; text: string }>();
  const run = async (action: Action<Row>, reason: string) => {
    const answer = await action.run(row, reason);
    const text = action.secret?.(answer);
    // What is shown once says by itself that it is done: nothing covers it.
    if (text != null) tell({ title: t(action.label), text });
    else void message.success(t(saidOf(answer, action.done ?? "action.done")));
    done();
  };
  const start = async (action: Action<Row>) => {
    if (action.confirm !== undefined || action.reason === true) return ask(action);
    setBusy(action.key);
    try {
      await run(action, "");
    } catch (error) {
      problem(error);
      if (action.isEnd?.(error) === true) done();
    } finally {
      setBusy(undefined);
    }
  };
  const about = asked?.about?.(row, t);
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
            onClick={() => void start(action)}
          >
            {t(action.label)}
          </Button>
        ))}
      {asked !== undefined && (
        <ReasonDialog
          title={t(asked.label)}
          {...(about === undefined ? {} : { about })}
          {...(asked.confirm === undefined ? {} : { hint: t(asked.confirm) })}
          reason={reasonOf(asked)}
          danger={asked.danger === true}
          run={(reason) => run(asked, reason)}
          isEnd={(error) => {
            const isEnd = asked.isEnd?.(error) === true;
            if (isEnd) done();
            return isEnd;
          }}
          close={() => ask(undefined)}
        />
      )}
      {secret !== undefined && (
        <Secret title={secret.title} hint={t("form.keyOnce")} text={secret.text} close={() => tell(undefined)} />
      )}
    </Space>
  );
}
