// Several rejected messages at once (批量更正重报): declared again as they were or with the same correction,
// or taken away as rows of the upload template.
import { DownloadOutlined, SendOutlined, StopOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Modal, Select, Table } from "antd";
import { useId, useState } from "react";
import { Link } from "react-router";
import { call, save, send } from "../../api/client";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { problemTitle } from "../../shell/ErrorView";
import { ApiError } from "../../api/problem";
import { useName } from "../../i18n/names";
import { BulkDismiss } from "./BulkDismiss";
import { choiceOptions } from "./Correction";
import type { Message } from "./messages";

type Outcomes = Schema<"CorrectionOutcomes">;

export function Bulk({ rows, done }: { rows: readonly Message[]; done: () => void }) {
  const t = useT();
  const can = useCan();
  const [asked, setAsked] = useState<{ what: "again" | "workbook" | "dismiss"; rows: readonly Message[] }>();
  // What was chosen when the dialog was opened: the list goes on meanwhile, and rows may leave it.
  const ask = (what: "again" | "workbook" | "dismiss") => setAsked({ what, rows });
  const close = (isDone: boolean) => {
    setAsked(undefined);
    if (isDone) done();
  };
  return (
    <>
      {rows.length > 0 && (
        <div className="bulk" role="region" aria-label={t("correct.bulk")}>
          <strong>{t("correct.chosen", { n: rows.length })}</strong>
          <Button type="primary" size="small" icon={<SendOutlined />} onClick={() => ask("again")}>
            {t("correct.bulk")}
          </Button>
          {can("correction_workbook") && (
            <Button size="small" icon={<DownloadOutlined />} onClick={() => ask("workbook")}>
              {t("correct.workbook")}
            </Button>
          )}
          {can("dismiss_message") && (
            <Button size="small" icon={<StopOutlined />} onClick={() => ask("dismiss")}>
              {t("todo.dismiss")}
            </Button>
          )}
        </div>
      )}
      {asked?.what === "again" && <Again rows={asked.rows} close={close} />}
      {asked?.what === "dismiss" && <BulkDismiss rows={asked.rows} close={close} />}
      {asked?.what === "workbook" && <Workbook rows={asked.rows} close={() => close(false)} />}
    </>
  );
}

function Again({ rows, close }: { rows: readonly Message[]; close: (isDone: boolean) => void }) {
  const t = useT();
  const named = useName();
  const problem = useProblem();
  const field = useId();
  const [element, choose] = useState<string>();
  const [value, type] = useState("");
  const [clears, setClears] = useState(false);
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcomes>();
  const first = rows[0]?.id ?? "";
  // The fields of the first one stand for those of all; where another kind has none, it is told.
  const form = useQuery({
    queryKey: ["correction", first],
    queryFn: ({ signal }) => call<Schema<"CorrectionForm">>("GET", `/api/v1/messages/${first}/correction`, undefined, signal),
    refetchInterval: false,
  });
  const fields = form.data?.documents[0]?.fields ?? [];
  const run = async () => {
    setBusy(true);
    try {
      const edits = element === undefined ? [] : [{ element, value: clears ? "" : value.trim() }];
      setOutcomes(await call<Outcomes>("POST", "/api/v1/corrections", { messages: rows.map((row) => row.id), edits }));
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  // Most faults stay what they are when the same is declared again: they want something done first.
  const faulty = rows.filter((row) => row.outcome === "faulty");
  const chosen = fields.find((one) => one.element === element);
  const choices = chosen === undefined ? [] : choiceOptions(chosen, named);
  const isDone = outcomes !== undefined;
  // An empty value would leave the field out of all of them: that is asked for by name only.
  const isOpen = !isDone && element !== undefined && !clears && value.trim() === "";
  return (
    <Modal
      open
      width={isDone ? 860 : 560}
      title={t(isDone ? "correct.result" : "correct.bulk")}
      okText={t(isDone ? "action.close" : "correct.bulk")}
      confirmLoading={busy}
      okButtonProps={{ disabled: isOpen }}
      cancelButtonProps={{ hidden: isDone }}
      onOk={() => (isDone ? close(true) : void run())}
      onCancel={() => close(isDone)}
      mask={{ closable: false }}
    >
      {outcomes === undefined ? (
        <>
          <p>{t("correct.chosen", { n: rows.length })}</p>
          <p className="soft">{t("correct.bulkHint")}</p>
          {faulty.length > 0 && (
            <Alert
              className="gap"
              type="warning"
              showIcon
              title={t("correct.bulkFaulty", { n: faulty.length })}
              description={
                <>
                  {faulty.slice(0, 5).map((row) => row.acceptanceNo).join(t("list.join"))}
                  {faulty.length > 5 && ` ${t("todo.documentsMore", { n: faulty.length })}`}
                </>
              }
            />
          )}
          {element === undefined && <Alert className="gap" type="warning" showIcon title={t("correct.bulkSame")} />}
          <div className="stack-field">
            <label htmlFor={`${field}-element`}>{t("correct.element")}</label>
            <Select
              id={`${field}-element`}
              className="wide"
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              value={element ?? null}
              options={fields.map((one) => ({ value: one.element, label: `${one.chinese} ${one.element}` }))}
              onChange={(next) => {
                choose(next ?? undefined);
                type("");
              }}
            />
          </div>
          {element !== undefined && (
            <div className="stack-field">
              <label htmlFor={`${field}-value`}>{t("correct.value")}</label>
              {choices.length > 0 ? (
                <Select id={`${field}-value`} className="wide" value={value === "" ? null : value} options={choices} disabled={clears} onChange={(next) => type(next ?? "")} />
              ) : (
                <Input id={`${field}-value`} value={value} disabled={clears} onChange={(event) => type(event.target.value)} />
              )}
              <Checkbox checked={clears} onChange={(event) => setClears(event.target.checked)}>
                {t("correct.clear")}
              </Checkbox>
            </div>
          )}
        </>
      ) : (
        <Results outcomes={outcomes} rows={rows} />
      )}
    </Modal>
  );
}

function Results({ outcomes, rows }: { outcomes: Outcomes; rows: readonly Message[] }) {
  const { t, language } = useLanguage();
  const numberOf = (id: string) => rows.find((row) => row.id === id)?.acceptanceNo ?? id;
  return (
    <Table
      size="small"
      rowKey="message"
      dataSource={outcomes.items}
      pagination={false}
      columns={[
        { title: t("message.acceptanceNo"), render: (_, item) => <Link to={`/messages/${item.message}`}>{numberOf(item.message)}</Link> },
        {
          title: t("audit.result"),
          render: (_, item) =>
            item.accepted == null ? <span className="badge bad">{t("correct.failed")}</span> : <span className="badge good">{t("correct.done")}</span>,
        },
        {
          title: t("correct.correctedBy"),
          render: (_, item) => item.accepted != null && <Link to={`/messages/${item.accepted.id}`}>{item.accepted.acceptanceNo}</Link>,
        },
        {
          title: t("stuck.why"),
          render: (_, item) => (
            <div className="info">
              {item.problem != null && problemTitle(new ApiError(item.problem.status, item.problem, undefined), t, language === "en")}
              {(item.findings ?? []).slice(0, 3).map((finding) => (
                <div key={`${finding.code} ${finding.path}`} className="soft">
                  {finding.text} {finding.advice}
                </div>
              ))}
            </div>
          ),
        },
      ]}
    />
  );
}

function Workbook({ rows, close }: { rows: readonly Message[]; close: () => void }) {
  const t = useT();
  const problem = useProblem();
  const { message } = App.useApp();
  const field = useId();
  const [reason, setReason] = useState(t("correct.page"));
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const body = JSON.stringify({ messages: rows.map((row) => row.id), reason: reason.trim() });
      await save(await send("POST", "/api/v1/corrections/workbook", { body, type: "application/json" }), "退单更正表.xlsx");
      void message.success(t("action.exported"));
      close();
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t("correct.workbook")}
      okText={t("action.download")}
      confirmLoading={busy}
      okButtonProps={{ disabled: reason.trim().length < 2 }}
      onOk={() => void run()}
      onCancel={close}
    >
      <p className="soft">{t("correct.workbookHint")}</p>
      <div className="stack-field">
        <label htmlFor={field}>{t("action.reason")}</label>
        <Input.TextArea id={field} rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </div>
    </Modal>
  );
}
