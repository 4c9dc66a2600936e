// Several messages that will not be declared again (批量不再处理): asked once, done one by one, and told of each.
import { Modal, Progress, Table } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import { ApiError } from "../../api/problem";
import { useLanguage } from "../../i18n";
import { problemTitle } from "../../view/ErrorView";
import { DismissReason } from "./DismissReason";
import type { Message } from "./messages";
import { Kind } from "./State";

interface Told {
  id: string;
  /** Why it was not done. */
  error?: unknown;
}

export function BulkDismiss({ rows, close }: { rows: readonly Message[]; close: (isDone: boolean) => void }) {
  const { t } = useLanguage();
  const [reason, setReason] = useState("");
  const [told, tell] = useState<readonly Told[]>([]);
  const [state, go] = useState<"asking" | "running" | "done">("asking");
  // What needs nothing any more is left alone.
  const open = rows.filter((row) => row.needsAction);
  const run = async () => {
    go("running");
    const all: Told[] = [];
    for (const { id } of open) {
      try {
        await call("POST", "/api/v1/messages/{id}/dismiss", { path: { id }, body: { reason: reason.trim() } });
        all.push({ id });
      } catch (error) {
        all.push({ id, error });
        // Somebody who is logged out, or a platform that is gone, refuses the others as well.
        if (!(error instanceof ApiError) || error.status === 0 || error.status === 401) break;
      }
      tell([...all]);
    }
    tell(all);
    go("done");
  };
  const isDone = state === "done";
  return (
    <Modal
      open
      width={isDone ? 760 : 560}
      title={t(isDone ? "dismiss.result" : "todo.dismiss")}
      okText={t(isDone ? "action.close" : "action.ok")}
      cancelText={t("action.cancel")}
      confirmLoading={state === "running"}
      okButtonProps={{ disabled: open.length === 0 }}
      cancelButtonProps={{ hidden: state !== "asking" }}
      closable={state !== "running"}
      onOk={() => (isDone ? close(true) : void run())}
      onCancel={() => state !== "running" && close(isDone)}
      mask={{ closable: false }}
    >
      {isDone ? (
        <Results rows={open} told={told} />
      ) : (
        <>
          <p>{t("dismiss.ask", { n: open.length })}</p>
          {open.length < rows.length && <p className="soft">{t("dismiss.others", { n: rows.length - open.length })}</p>}
          <DismissReason reason={reason} change={setReason} disabled={state === "running"} />
          {state === "running" && <Progress percent={Math.round((told.length / open.length) * 100)} />}
        </>
      )}
    </Modal>
  );
}

function Results({ rows, told }: { rows: readonly Message[]; told: readonly Told[] }) {
  const { t, language } = useLanguage();
  const of = (row: Message) => told.find((one) => one.id === row.id);
  return (
    <Table
      size="small"
      rowKey="id"
      dataSource={[...rows]}
      pagination={rows.length > 50 ? { pageSize: 50 } : false}
      columns={[
        { title: t("message.acceptanceNo"), render: (_, row) => <Link to={`/messages/${row.id}`}>{row.acceptanceNo}</Link> },
        { title: t("message.kind"), render: (_, row) => <Kind kind={row.kind} name={row.kindName} /> },
        {
          title: t("audit.result"),
          render: (_, row) => {
            const one = of(row);
            if (one === undefined) return <span className="badge warn">{t("dismiss.notTried")}</span>;
            if (one.error === undefined) return <span className="badge good">{t("todo.dismissed")}</span>;
            return <span className="badge bad">{t("dismiss.failed")}</span>;
          },
        },
        {
          title: t("stuck.why"),
          render: (_, row) => {
            const error = of(row)?.error;
            return error === undefined ? "" : problemTitle(error, t, language === "en");
          },
        },
      ]}
    />
  );
}
