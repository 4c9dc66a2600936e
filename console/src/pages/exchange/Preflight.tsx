// Preflight (预检): all documents of some trades judged together before anything is submitted: findings,
// the matching of order, payment, waybill and list, and the tax with the way to it.
import { InboxOutlined, SafetyCertificateOutlined } from "@ant-design/icons";
import { Alert, App, Button, Input, Space, Table, Upload } from "antd";
import { useEffect, useRef, useState } from "react";
import { upload } from "../../api/client";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { bytes, count } from "../../format/number";
import { Sentence } from "../../i18n/sentence";
import { useT, type Word } from "../../i18n";
import { useKept } from "../../resource/useKept";
import { ErrorView } from "../../view/ErrorView";
import { useScrolling } from "../../resource/sticky";
import { FindingTable } from "./FindingTable";
import { MatchingPolicy } from "./MatchingPolicy";
import { ReturnStatus } from "./State";
import { SET_ACCEPTED, SET_MAX } from "./files";
import { type Cell, type Trade, trades } from "./trades";

type Answer = Schema<"PreflightAnswer">;

export function Preflight() {
  const t = useT();
  const can = useCan();
  const [files, setFiles] = useKept<File[]>("preflight.files", []);
  const [text, setText] = useKept("preflight.text", "");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useKept<Answer | undefined>("preflight.answer", undefined);
  const [error, setError] = useState<unknown>();
  const [checked, setChecked] = useState(0);
  const check = async () => {
    setBusy(true);
    setError(undefined);
    setAnswer(undefined);
    const form = new FormData();
    files.forEach((file) => form.append("file", file, file.name));
    if (text.trim() !== "") form.append("file", new Blob([text]), t("preflight.pasted"));
    try {
      setAnswer(await upload("POST", "/api/v1/preflight", { body: form }));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
      setChecked((n) => n + 1);
    }
  };
  // What was found stands below the files: it is brought into view, once for each check.
  const found = useRef<HTMLDivElement>(null);
  const shown = useRef(0);
  useEffect(() => {
    if (checked > shown.current) found.current?.scrollIntoView({ block: "start" });
    shown.current = checked;
  }, [checked]);
  const isEmpty = files.length === 0 && text.trim() === "";
  return (
    <>
      <div className="page-head">
        <h1>{t("menu.preflight")}</h1>
        {can("matching_policy") && <MatchingPolicy />}
      </div>
      <div className="panel">
        <Choose files={files} setFiles={setFiles} />
        <Input.TextArea
          className="gap mono"
          aria-label={t("preflight.paste")}
          placeholder={t("preflight.paste")}
          rows={3}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Space>
          <Button type="primary" icon={<SafetyCertificateOutlined />} loading={busy} disabled={isEmpty} onClick={() => void check()}>
            {t("preflight.check")}
          </Button>
          <span className="soft">{t("preflight.hint")}</span>
        </Space>
      </div>
      <div ref={found}>
        {error !== undefined && <ErrorView error={error} />}
        {answer !== undefined && <Result answer={answer} />}
      </div>
    </>
  );
}

function Choose({ files, setFiles }: { files: File[]; setFiles: (files: File[]) => void }) {
  const t = useT();
  const { message } = App.useApp();
  const take = (chosen: File[]) => {
    const all = [...files, ...chosen.filter((one) => !files.some((file) => file.name === one.name))];
    const size = all.reduce((sum, file) => sum + file.size, 0);
    if (size > SET_MAX) void message.error(t("preflight.tooLarge", { max: bytes(SET_MAX) }));
    else setFiles(all);
  };
  return (
    <Upload.Dragger
      accept={SET_ACCEPTED}
      multiple
      fileList={files.map((file) => ({ uid: file.name, name: file.name, size: file.size }))}
      onRemove={(removed) => setFiles(files.filter((file) => file.name !== removed.name))}
      beforeUpload={(file, chosen) => {
        // Called once for each file of the choice: the first call takes all of them.
        if (file === chosen[0]) take(chosen);
        return false;
      }}
    >
      <p className="ant-upload-drag-icon">
        <InboxOutlined />
      </p>
      <p className="ant-upload-text">{t("preflight.drop")}</p>
      <p className="soft">{t("preflight.dropHint", { max: bytes(SET_MAX) })}</p>
    </Upload.Dragger>
  );
}

/** What is said above everything: a warning may be a rejection by customs, so it is never passed over. */
function verdict({ ok, counts }: Answer): Word {
  if (!ok) return "preflight.bad";
  return counts.nWarn > 0 ? "preflight.doubtful" : "preflight.good";
}

function Result({ answer }: { answer: Answer }) {
  const t = useT();
  const { counts } = answer;
  const all = trades(answer.documents, answer.findings);
  const unread = answer.files.filter((file) => file.problem != null);
  return (
    <>
      <Alert
        className="gap"
        type={answer.ok ? (counts.nWarn > 0 ? "warning" : "success") : "error"}
        showIcon
        role="status"
        title={t(verdict(answer), { files: count(counts.nFiles), n: count(counts.nDocuments) })}
        description={t("preflight.counts", { refuse: count(counts.nRefuse), warn: count(counts.nWarn), note: count(counts.nNote) })}
      />
      {unread.map((file) => (
        <Alert key={file.name} className="gap" type="error" showIcon title={file.name} description={file.problem} />
      ))}
      {all.length > 0 && (
        <div className="panel">
          <h2>{t("preflight.matching")}</h2>
          <Trades trades={all} />
        </div>
      )}
      <div className="panel">
        <h2>
          {t("message.findings")} ({count(answer.findings.length)})
        </h2>
        <FindingTable findings={answer.findings} empty="message.noFindings" />
      </div>
    </>
  );
}

function Trades({ trades }: { trades: Trade[] }) {
  const t = useT();
  const scrolling = useScrolling();
  const cell = (title: Word, part: keyof Trade["cells"]) => ({
    title: t(title),
    render: (_: unknown, trade: Trade) => <Mark cell={trade.cells[part]} />,
  });
  return (
    <Table<Trade>
      size="small"
      rowKey="key"
      dataSource={trades}
      pagination={trades.length > 20 ? { pageSize: 20 } : false}
      {...scrolling}
      expandable={{
        rowExpandable: (trade) => trade.tax !== undefined,
        defaultExpandAllRows: trades.length === 1,
        expandedRowRender: (trade) => (
          <ol className="steps">
            {trade.tax?.explanation.map((sentence) => <li key={sentence}><Sentence text={sentence} /></li>)}
          </ol>
        ),
      }}
      columns={[
        { title: t("document.orderNo"), dataIndex: "orderNo", className: "mono" },
        cell("preflight.order", "order"),
        cell("preflight.payment", "payment"),
        cell("preflight.logistics", "logistics"),
        cell("preflight.inventory", "inventory"),
        {
          title: t("preflight.tax"),
          align: "right",
          render: (_, trade) =>
            trade.tax === undefined ? <span className="soft">–</span> : <span className="num">{trade.tax.total}</span>,
        },
      ]}
    />
  );
}

const LOOKS: Record<Cell["look"], { badge: string; sign: string; word: Word }> = {
  refused: { badge: "bad", sign: "✗", word: "preflight.refused" },
  agrees: { badge: "good", sign: "✓", word: "preflight.agrees" },
  warned: { badge: "warn", sign: "!", word: "preflight.warned" },
  differs: { badge: "warn", sign: "✗", word: "preflight.differs" },
  missing: { badge: "bad", sign: "?", word: "preflight.missing" },
};

function Mark({ cell }: { cell: Cell | undefined }) {
  const t = useT();
  if (cell === undefined) return <span className="soft">–</span>;
  const { badge, sign, word } = LOOKS[cell.look];
  return (
    <Space size={4}>
      <span className={`badge ${badge}`}>
        {sign} {t(word)}
      </span>
      {cell.found === "platform" && <span className="soft">{t("preflight.onPlatform")}</span>}
      {cell.status !== undefined && <ReturnStatus status={cell.status} />}
    </Space>
  );
}
