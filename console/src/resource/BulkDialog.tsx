// One act on several rows (批量操作): asked once with one reason, done one by one, and told of each.
import { Modal, Progress, Table } from "antd";
import { type ReactNode, useState } from "react";
import { actOf, currentOwner } from "../api/client";
import { ApiError } from "../api/problem";
import { useLanguage, type Word } from "../i18n";
import { problemTitle, ProblemText } from "../view/ErrorView";
import { inTurn, type Outcome, type Result } from "./inTurn";
import { isReason, type Reason, ReasonField } from "./ReasonDialog";

interface Props<Row> {
  title: string;
  /** What is asked, or what follows from it. */
  hint?: ReactNode;
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What a row is called. */
  name: (row: Row) => ReactNode;
  reason: Reason;
  max?: number;
  danger?: boolean;
  run: (row: Row, reason: string) => Promise<unknown>;
  /** The word for a row with which it was done. */
  done?: Word;
  close: (isDone: boolean) => void;
}

/** Rows of results that are seen without paging. */
const SEEN_MAX = 50;

export function BulkDialog<Row>({ title, hint, rows, rowKey, name, reason, max, danger = false, run, done = "action.done", close }: Props<Row>) {
  const { t } = useLanguage();
  const [text, type] = useState("");
  const [tried, tell] = useState<number>();
  const [results, show] = useState<readonly Result<Row>[]>();
  const isRunning = tried !== undefined && results === undefined;
  const start = async () => {
    tell(0);
    const place = window.location.pathname;
    const owner = currentOwner();
    show(await inTurn(rows, (row) => actOf(place, () => run(row, text.trim())), tell, () => currentOwner() === owner));
  };
  return (
    <Modal
      open
      width={results === undefined ? 560 : 760}
      title={results === undefined ? title : t("bulk.result")}
      okText={t(results === undefined ? "action.ok" : "action.close")}
      cancelText={t("action.cancel")}
      confirmLoading={isRunning}
      okButtonProps={{ danger: danger && results === undefined, disabled: rows.length === 0 || !isReason(reason, text) }}
      cancelButtonProps={{ hidden: tried !== undefined }}
      closable={!isRunning}
      onOk={() => (results === undefined ? void start() : close(true))}
      onCancel={() => !isRunning && close(results !== undefined)}
      mask={{ closable: false }}
    >
      {results !== undefined ? (
        <Results results={results} rowKey={rowKey} name={name} done={done} />
      ) : (
        <>
          {hint !== undefined && <div className="gap">{hint}</div>}
          <ReasonField reason={reason} value={text} change={type} max={max} disabled={isRunning} />
          {isRunning && <Progress percent={Math.round((tried / rows.length) * 100)} format={() => `${tried}/${rows.length}`} />}
        </>
      )}
    </Modal>
  );
}

const LOOKS: Record<Outcome, string> = { done: "good", failed: "bad", unknown: "warn", notTried: "warn" };

/** The whole problem of a row, as where there is only one. */
function Why({ outcome, error }: Pick<Result<unknown>, "outcome" | "error">) {
  const { t, language } = useLanguage();
  if (error === undefined) return null;
  return (
    <>
      {outcome === "unknown" && <p>{t("bulk.unknownAdvice")}</p>}
      {error instanceof ApiError && (
        <>
          <strong>{problemTitle(error, t, language === "en")}</strong>
          <ProblemText error={error} />
        </>
      )}
    </>
  );
}

function Results<Row>({ results, rowKey, name, done }: Pick<Props<Row>, "rowKey" | "name"> & { results: readonly Result<Row>[]; done: Word }) {
  const { t } = useLanguage();
  const n = results.filter((one) => one.outcome === "done").length;
  return (
    <>
      <p role="status">{t("bulk.sum", { n, all: results.length })}</p>
      <Table
        size="small"
        rowKey={({ row }) => rowKey(row)}
        dataSource={[...results]}
        pagination={results.length > SEEN_MAX ? { pageSize: SEEN_MAX } : false}
        columns={[
          { title: t("bulk.row"), render: (_, { row }) => name(row) },
          {
            title: t("audit.result"),
            render: (_, { outcome }) => <span className={`badge ${LOOKS[outcome]}`}>{t(outcome === "done" ? done : `bulk.${outcome}`)}</span>,
          },
          { title: t("bulk.why"), render: (_, result) => <Why {...result} /> },
        ]}
      />
    </>
  );
}
