// Several rejected messages at once (批量更正重报): declared again as they were or with the same correction,
// or taken away as rows of the upload template.
import { DownloadOutlined, SendOutlined, StopOutlined } from "@ant-design/icons";
import { Alert, App, Button, Checkbox, Input, Modal, Select, Table } from "antd";
import { useEffect, useId, useState } from "react";
import { Link } from "react-router";
import { call, save, send } from "../../api/client";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { elementName } from "../../i18n/elements";
import { useProblem } from "../../resource/problem";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { problemTitle } from "../../view/ErrorView";
import { ApiError } from "../../api/problem";
import { useName } from "../../i18n/names";
import { readAll } from "../../api/several";
import { BulkDismiss } from "./BulkDismiss";
import { asTheyWere, careful, carefulMessages, commonFields, unchanged } from "./choices";
import { choiceOptions } from "./choiceOptions";
import { useWay } from "./Explanation";
import { useFollowed } from "./follow";
import type { Message } from "./messages";
import { Progress } from "./State";
import { useFinding } from "./findingText";
import { sentences } from "./sentences";

type Outcomes = Schema<"CorrectionOutcomes">;
type Form = Schema<"CorrectionForm">;

/** Messages that are named one by one; of more it is told how many there are. */
const NAMED_MAX = 5;

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
  const { t, language } = useLanguage();
  const named = useName();
  const problem = useProblem();
  const { modal } = App.useApp();
  const field = useId();
  const [element, choose] = useState<string>();
  const [value, type] = useState("");
  const [clears, setClears] = useState(false);
  const [busy, setBusy] = useState(false);
  const [outcomes, setOutcomes] = useState<Outcomes>();
  const [wanted, want] = useState<ReadonlySet<string>>(new Set());
  const { forms, isReading, unread } = useForms(rows);
  // The fields of the first one stand for those of all; where another kind has none, it is told.
  const all = forms.find((one) => one.messageId === rows[0]?.id)?.documents[0]?.fields ?? [];
  const fields = commonFields(all, forms);
  const doubtful = carefulMessages(forms);
  // What had better not be declared again is left out unless somebody chooses it.
  const sent = rows.filter((row) => !unread.includes(row) && (wanted.has(row.id) || !doubtful.some((one) => one.id === row.id)));
  const run = async () => {
    setBusy(true);
    try {
      const edits = element === undefined ? [] : [{ element, value: next }];
      setOutcomes(await call("POST", "/api/v1/corrections", { body: { messages: sent.map((row) => row.id), edits } }));
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  const chosen = fields.find((one) => one.element === element);
  const next = clears ? "" : value.trim();
  const forward = forms.filter((form) => sent.some((row) => row.id === form.messageId));
  const same = element === undefined || (next === "" && !clears) ? [] : unchanged(forward, element, next);
  // Most faults stay what they are when the same is declared again: they want something done first.
  const faulty = sent.filter((row) => row.outcome === "faulty" && !doubtful.some((one) => one.id === row.id));
  const repeats = element === undefined ? asTheyWere(forward) : same;
  const insisted = doubtful.filter((one) => wanted.has(one.id)).length;
  // What will most likely come back again is asked about once more, as where one is declared again.
  const ask = () => {
    if (repeats.length === 0 && insisted === 0) return void run();
    modal.confirm({
      title: repeats.length > 0 ? t("correct.sameAsk") : t("correct.bulkInsist", { n: insisted }),
      content: (
        <>
          {repeats.length > 0 && <p>{t("correct.bulkSameAsk", { n: repeats.length })}</p>}
          {repeats.length > 0 && insisted > 0 && <p>{t("correct.bulkInsist", { n: insisted })}</p>}
        </>
      ),
      okText: t("correct.submit"),
      cancelText: t("action.cancel"),
      onOk: () => void run(),
    });
  };
  const choices = chosen === undefined ? [] : choiceOptions(chosen, named);
  const isDone = outcomes !== undefined;
  // An empty value would leave the field out of all of them: that is asked for by name only.
  const isOpen = !isDone && element !== undefined && !clears && value.trim() === "";
  return (
    <Modal
      open
      width={isDone ? 860 : 560}
      title={t(isDone ? "correct.result" : "correct.bulk")}
      okText={isDone ? t("action.close") : t("correct.bulkSubmit", { n: sent.length })}
      confirmLoading={busy}
      okButtonProps={{ disabled: !isDone && (isOpen || isReading || sent.length === 0) }}
      cancelButtonProps={{ hidden: isDone }}
      onOk={() => (isDone ? close(true) : ask())}
      onCancel={() => close(isDone)}
      mask={{ closable: false }}
    >
      {outcomes === undefined ? (
        <>
          <p role="status">
            {t("correct.chosen", { n: rows.length })}
            {!isReading && sent.length < rows.length && `${t("list.semicolon")}${t("correct.bulkPart", { n: sent.length, left: rows.length - sent.length })}`}
          </p>
          <p className="soft">{t("correct.bulkHint")}</p>
          {isReading && <p className="soft" role="status">{t("correct.bulkReading")}</p>}
          {doubtful.length > 0 && (
            <Doubtful
              rows={rows}
              doubtful={doubtful}
              wanted={wanted}
              choose={(id, is) => want((before) => new Set(is ? [...before, id] : [...before].filter((one) => one !== id)))}
            />
          )}
          {unread.length > 0 && (
            <Alert className="gap" type="warning" showIcon title={t("correct.bulkUnread", { n: unread.length })} description={<Named rows={unread.map((row) => row.acceptanceNo)} />} />
          )}
          {faulty.length > 0 && (
            <Alert
              className="gap"
              type="warning"
              showIcon
              title={t("correct.bulkFaulty", { n: faulty.length })}
              description={<Named rows={faulty.map((row) => row.acceptanceNo)} />}
            />
          )}
          {element === undefined && repeats.length > 0 && <Alert className="gap" type="warning" showIcon title={t("correct.bulkSame", { n: repeats.length })} />}
          <div className="stack-field">
            <label htmlFor={`${field}-element`}>{t("correct.element")}</label>
            <Select
              id={`${field}-element`}
              className="wide"
              allowClear
              showSearch={{ optionFilterProp: "label" }}
              value={element ?? null}
              options={fields.map((one) => ({ value: one.element, label: `${(language === "en" ? elementName(one.element) : one.chinese) ?? ""} ${one.element}`.trim() }))}
              onChange={(next) => {
                choose(next ?? undefined);
                type("");
                setClears(false);
              }}
            />
            {fields.length < all.length && <p className="soft">{t("correct.bulkNumbers")}</p>}
          </div>
          {element !== undefined && (
            <div className="stack-field">
              <label htmlFor={`${field}-value`}>{t("correct.value")}</label>
              {choices.length > 0 ? (
                <Select id={`${field}-value`} className="wide" value={value === "" ? null : value} options={choices} disabled={clears} onChange={(next) => type(next ?? "")} />
              ) : (
                <Input id={`${field}-value`} value={value} disabled={clears} onChange={(event) => type(event.target.value)} />
              )}
              {/* What every document needs cannot be left out. */}
              {chosen?.required === false && (
                <div className="below">
                  <Checkbox checked={clears} onChange={(event) => setClears(event.target.checked)}>
                    {t("correct.clear")}
                  </Checkbox>
                </div>
              )}
            </div>
          )}
          {same.length > 0 && <Alert className="gap" type="warning" showIcon title={next === "" ? t("correct.bulkNothingEmpty", { n: same.length }) : t("correct.bulkNothing", { n: same.length, value: next })} description={<Named rows={same.map((form) => form.acceptanceNo)} />} />}
        </>
      ) : (
        <>
          {sent.length < rows.length && <Alert className="gap" type="warning" showIcon title={t("correct.bulkLeft", { n: rows.length - sent.length })} />}
          <Results outcomes={outcomes} rows={rows} />
          <p className="soft after">
            {t("correct.asOf")} <Link to="/messages" onClick={() => close(true)}>{t("correct.toList")}</Link>
          </p>
        </>
      )}
    </Modal>
  );
}

/** The forms of all that are chosen, read once and a few at a time; what cannot be read is not sent unseen. */
function useForms(rows: readonly Message[]): { forms: Form[]; isReading: boolean; unread: readonly Message[] } {
  const [known, keep] = useState<{ forms: Form[]; unread: Message[]; isReading: boolean }>({ forms: [], unread: [], isReading: true });
  const [first] = useState(rows);
  useEffect(() => {
    const stopper = new AbortController();
    const read = async ({ id }: Message) => call("GET", "/api/v1/messages/{id}/correction", { path: { id }, signal: stopper.signal });
    void readAll(first, read, stopper.signal).then((answers) => {
      if (stopper.signal.aborted) return;
      keep({ forms: answers.flatMap((one) => (one === undefined ? [] : [one])), unread: first.filter((_, i) => answers[i] === undefined), isReading: false });
    });
    return () => stopper.abort();
  }, [first]);
  return known;
}

/** The first of some numbers, and how many there are. */
function Named({ rows }: { rows: readonly string[] }) {
  const t = useT();
  return (
    <>
      {rows.slice(0, NAMED_MAX).join(t("list.join"))}
      {rows.length > NAMED_MAX && ` ${t("todo.documentsMore", { n: rows.length })}`}
    </>
  );
}

interface DoubtfulProps {
  rows: readonly Message[];
  doubtful: ReturnType<typeof carefulMessages<Form>>;
  wanted: ReadonlySet<string>;
  choose: (id: string, isWanted: boolean) => void;
}

/** What had better not be declared again: each with what its receipt advises, left out until it is chosen. */
function Doubtful({ rows, doubtful, wanted, choose }: DoubtfulProps) {
  const t = useT();
  const wayOf = useWay();
  const waysOf = (one: DoubtfulProps["doubtful"][number]) => [...new Set(one.documents.flatMap((document) => document.reasons.filter((reason) => careful([{ reasons: [reason] }]).length > 0).map(wayOf)))];
  return (
    <Alert
      className="gap"
      type="warning"
      showIcon
      title={t("correct.bulkDoubtful", { n: doubtful.length })}
      description={
        <>
          <div>{t("correct.bulkDoubtfulHint")}</div>
          {doubtful.map((one) => (
            <div key={one.id}>
              <Checkbox checked={wanted.has(one.id)} onChange={(event) => choose(one.id, event.target.checked)}>
                {rows.find((row) => row.id === one.id)?.acceptanceNo ?? one.id}
                {!one.isWhole && ` ${one.documents.map((document) => t("correct.document", { n: document.number })).join(t("list.join"))}`}
                {t("list.colon")}
                {waysOf(one).join(t("list.join"))}
              </Checkbox>
            </div>
          ))}
        </>
      }
    />
  );
}

function Results({ outcomes, rows }: { outcomes: Outcomes; rows: readonly Message[] }) {
  const { t, language } = useLanguage();
  const { placed } = useFinding();
  const followed = useFollowed(outcomes.items.flatMap((item) => (item.accepted == null ? [] : [item.accepted.id])));
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
          title: t("outcome.title"),
          render: (_, { accepted }) => {
            if (accepted == null) return <span className="badge bad">{t("correct.failed")}</span>;
            const now = followed.find((one) => one.id === accepted.id);
            return now === undefined ? <span className="badge now">{t("correct.done")}</span> : <Progress of={now} />;
          },
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
                  {sentences(placed(finding).text, placed(finding).advice)}
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
  const { message } = App.useApp();
  const run = async (reason: string) => {
    const body = JSON.stringify({ messages: rows.map((row) => row.id), reason });
    await save(await send("POST", "/api/v1/corrections/workbook", { body, type: "application/json" }), "退单更正表.xlsx");
    void message.success(t("action.exported"));
  };
  return <ReasonDialog title={t("correct.workbook")} hint={t("correct.workbookHint")} ok="action.download" run={run} close={close} />;
}
