// Correct and declare again (更正重报): what came back as a form, the named fields first and in red, checked
// while one types, submitted as a new message.
import { DownloadOutlined, SendOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Input, Popconfirm, Select } from "antd";
import { useEffect, useId, useMemo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { call, save, send } from "../../api/client";
import { graveOf } from "../../api/problem";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { count } from "../../format/number";
import { customsTime } from "../../format/time";
import { useLanguage, useT } from "../../i18n";
import { elementName } from "../../i18n/elements";
import { useName } from "../../i18n/names";
import { useProblem } from "../../resource/problem";
import { ErrorView } from "../../view/ErrorView";
import { Loading } from "../../view/Loading";
import { useSentence } from "../../i18n/sentence";
import { type Edits, editList, keyOf } from "./edits";
import { choiceOptions } from "./choiceOptions";
import { careful } from "./choices";
import { useWay } from "./Explanation";
import { Key } from "./Key";
import { useFinding } from "./findingText";
import { sentences } from "./sentences";
import { Kind, ReturnStatus } from "./State";

type Form = Schema<"CorrectionForm">;
type Document = Form["documents"][number];
type Field = Document["fields"][number];
type Verdict = Schema<"CorrectionVerdict">;

/** The check waits until nobody has typed for so long. */
const PAUSE_MS = 600;

export function Correction() {
  const { id = "" } = useParams();
  const form = useQuery({
    queryKey: ["correction", id],
    queryFn: ({ signal }) => call("GET", "/api/v1/messages/{id}/correction", { path: { id }, signal }),
    // A form that changes under one's hands is no form.
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const grave = graveOf(form);
  const error = grave === undefined ? null : <ErrorView error={grave} retry={() => void form.refetch()} />;
  if (form.data === undefined) return error ?? <Loading />;
  // What was typed is not lost because the form could not be read once more.
  return (
    <>
      {error}
      <Filled form={form.data} />
    </>
  );
}

/** What is declared again: the changes, and of several documents those that are chosen. */
function wanted(form: Form, edits: Edits, left: ReadonlySet<number>): Schema<"CorrectionBody"> {
  const documents = form.documents.map((one) => one.number).filter((n) => !left.has(n));
  const isAll = documents.length === form.documents.length;
  return { edits: editList(edits).filter((edit) => !left.has(edit.document)), ...(isAll ? {} : { documents }) };
}

/** Checks what is wanted once nobody has typed for a moment; nothing while no document is chosen. */
function useVerdict(id: string, body: Schema<"CorrectionBody">, enabled: boolean): { verdict: Verdict | undefined; isChecking: boolean; error: unknown } {
  const [settled, settle] = useState(body);
  useEffect(() => {
    const timer = setTimeout(() => settle(body), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [body]);
  const checked = useQuery({
    queryKey: ["correction-check", id, settled],
    queryFn: ({ signal }) => call("POST", "/api/v1/messages/{id}/correction/check", { path: { id }, body: settled, signal }),
    enabled,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
    gcTime: 0,
  });
  return { verdict: checked.data, isChecking: enabled && (settled !== body || checked.isFetching), error: graveOf(checked) };
}

function Filled({ form }: { form: Form }) {
  const t = useT();
  const can = useCan();
  const problem = useProblem();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [edits, setEdits] = useState<Edits>({});
  const [busy, setBusy] = useState(false);
  const isOnly = form.documents.length === 1;
  // What had better not be declared again is left out until somebody chooses it on purpose.
  const [left, setLeft] = useState<ReadonlySet<number>>(() => new Set(careful(form.documents).map((one) => one.number)));
  const body = useMemo(() => wanted(form, edits, left), [form, edits, left]);
  const isNone = left.size === form.documents.length;
  const { verdict, isChecking, error } = useVerdict(form.messageId, body, !isNone);
  const n = (body.edits ?? []).length;
  const choose = (number: number, isChosen: boolean) =>
    setLeft((before) => new Set(isChosen ? [...before].filter((one) => one !== number) : [...before, number]));
  const path = { id: form.messageId };
  const change = (key: string, value: string | undefined) =>
    setEdits(({ [key]: _before, ...rest }) => (value === undefined ? rest : { ...rest, [key]: value }));
  const submit = async () => {
    setBusy(true);
    try {
      const accepted = await call("POST", "/api/v1/messages/{id}/correction", { path, body });
      // It is on its way, and what becomes of it is open: not green.
      void message.info(t("correct.submitted", { no: accepted.acceptanceNo }));
      // Whoever comes back to this page begins with the form anew.
      client.removeQueries({ queryKey: ["correction", form.messageId] });
      void client.invalidateQueries();
      void navigate(`/messages/${accepted.id}`);
    } catch (failed) {
      problem(failed);
    } finally {
      setBusy(false);
    }
  };
  const download = async () => {
    setBusy(true);
    try {
      await save(await send("POST", "/api/v1/messages/{id}/correction/xml", { path, body: JSON.stringify(body), type: "application/json" }), `${form.acceptanceNo}.xml`);
    } catch (failed) {
      problem(failed);
    } finally {
      setBusy(false);
    }
  };
  const bad = isNone ? 0 : (verdict?.findings ?? []).filter((finding) => finding.severity === "refuse").length;
  const isOwn = form.signer === "company";
  // Where the platform has put something right itself, what nobody has changed is not what came back.
  const chosen = form.documents.filter((one) => !left.has(one.number));
  const mended = chosen.flatMap((one) => [one.fields, ...one.lines].flat()).filter((field) => field.was != null).length;
  const isSame = n === 0 && mended === 0;
  const changes = [...(n > 0 || mended === 0 ? [t("correct.changed", { n: count(n) })] : []), ...(mended > 0 ? [t("correct.mended", { n: count(mended) })] : [])];
  const doubtful = careful(chosen);
  const isAsked = doubtful.length > 0 || isSame;
  return (
    <>
      <div className="page-head">
        <h1>
          {t("correct.page")} <Link to={`/messages/${form.messageId}`}>{form.acceptanceNo}</Link>
        </h1>
        <Kind kind={form.kind} name={form.kindName} />
      </div>
      <p className="soft">{t("correct.intro")}</p>
      {form.masked && <p className="soft">{t("correct.masked")}</p>}
      {form.correctedBy != null && (
        <Alert
          className="gap"
          type="warning"
          showIcon
          title={
            <>
              {t("correct.again")} <Link to={`/messages/${form.correctedBy}`}>{t("action.view")}</Link>
            </>
          }
        />
      )}
      {form.documents.map((document) => (
        <DocumentForm key={document.number} kind={form.kind} document={document} edits={edits} change={change} verdict={verdict} isOnly={isOnly} isChosen={!left.has(document.number)} choose={(is) => choose(document.number, is)} />
      ))}
      {error !== undefined && <ErrorView error={error} />}
      <div className="submit-bar">
        <span role="status">
          {!isOnly && <>{t("correct.part", { n: count(form.documents.length - left.size), all: count(form.documents.length) })} · </>}
          {!isNone && <>{isSame ? t("correct.unchanged") : changes.join(t("list.comma"))} · </>}
          {isNone ? (
            <span className="soft">{t(isOnly ? "correct.noneOnly" : "correct.none")}</span>
          ) : isChecking ? (
            <span className="soft">{t("correct.checking")}</span>
          ) : bad > 0 ? (
            <span className="no">{t("correct.bad", { n: count(bad) })}</span>
          ) : (
            verdict !== undefined && (isSame ? <span className="no">{t("correct.sameAgain")}</span> : <span className="yes">{t("correct.good")}</span>)
          )}
        </span>
        {isOwn ? (
          <span className="links">
            <span className="soft">{t("correct.ownSignature")}</span>
            <Button type="primary" icon={<DownloadOutlined />} loading={busy} disabled={isNone || isChecking || bad > 0} onClick={() => void download()}>
              {t("correct.xml")}
            </Button>
          </span>
        ) : (
          can("submit_correction") && (
            <Popconfirm
              title={doubtful.length === 0 ? t("correct.sameAsk") : t("correct.doubtful", { documents: doubtful.map((one) => t("correct.document", { n: one.number })).join(t("list.join")) })}
              description={doubtful.length === 0 ? <div className="info">{t("correct.sameHint")}</div> : <div className="info">{t(isOnly ? "correct.doubtfulOne" : "correct.doubtfulAll")}</div>}
              okText={t("correct.submit")}
              cancelText={t("action.cancel")}
              disabled={isNone || isChecking || bad > 0}
              // Nothing is asked where nothing is doubtful.
              {...(isAsked ? {} : { open: false })}
              onConfirm={() => void submit()}
            >
              <Button type="primary" icon={<SendOutlined />} loading={busy} disabled={isNone || isChecking || bad > 0} {...(isAsked ? {} : { onClick: () => void submit() })}>
                {t("correct.submit")}
              </Button>
            </Popconfirm>
          )
        )}
      </div>
    </>
  );
}

interface DocumentProps {
  kind: string;
  document: Document;
  edits: Edits;
  change: (key: string, value: string | undefined) => void;
  verdict: Verdict | undefined;
  /** Whether the message has no other document that came back. */
  isOnly: boolean;
  /** Whether it is declared again this time. */
  isChosen: boolean;
  choose: (isChosen: boolean) => void;
}

/** A field with its place in the document. */
interface Placed {
  key: string;
  line: number | undefined;
  field: Field;
}

function DocumentForm({ kind, document, edits, change, verdict, isOnly, isChosen, choose }: DocumentProps) {
  const t = useT();
  const sentence = useSentence();
  const { plain } = useFinding();
  const wayOf = useWay();
  const all: Placed[] = [
    ...document.fields.map((field) => ({ key: keyOf(document.number, undefined, field.element), line: undefined, field })),
    ...document.lines.flatMap((fields, i) => fields.map((field) => ({ key: keyOf(document.number, i + 1, field.element), line: i + 1, field }))),
  ];
  const isDoubtful = careful([document]).length > 0;
  const wrong = new Map<string, string[]>();
  for (const finding of verdict?.findings ?? []) {
    if (finding.severity !== "refuse" || finding.document !== document.number) continue;
    const key = keyOf(document.number, finding.lineNumber ?? undefined, finding.element);
    wrong.set(key, [...(wrong.get(key) ?? []), sentences(plain(finding).text, plain(finding).advice)]);
  }
  // What was named stays above, also when it has been put right.
  const [named] = useState(() => new Set(all.filter(({ field }) => field.reasons.length > 0).map(({ key }) => key)));
  const isUp = (key: string) => named.has(key) || wrong.has(key);
  const above = all.filter(({ key }) => isUp(key));
  const below = all.filter(({ key, field }) => !isUp(key) && (field.value !== "" || field.required || edits[key] !== undefined));
  const empty = all.filter(({ key, field }) => !isUp(key) && field.value === "" && !field.required && edits[key] === undefined);
  const one = (placed: Placed) => (
    // Where the receipt advises against declaring it again, a field that it names is not to be put right: none is red.
    <FieldInput key={placed.key} placed={placed} value={edits[placed.key]} change={change} wrong={wrong.get(placed.key) ?? []} isNamed={named.has(placed.key) && !isDoubtful} isCalm={isDoubtful} />
  );
  return (
    <section className="panel">
      <h2>
        {t("correct.document", { n: document.number })} <span className="soft"><Key kind={kind} text={document.key} /></span>
      </h2>
      {(!isOnly || isDoubtful) && (
        <Checkbox className="gap" checked={isChosen} onChange={(event) => choose(event.target.checked)}>
          {t("correct.choose")}
        </Checkbox>
      )}
      <Alert
        className="gap"
        type="error"
        showIcon
        // A finding of the platform has no status of customs: it was refused, not sent back.
        title={t(document.reasons.length > 0 && document.reasons.every((reason) => reason.status == null) ? "correct.refusals" : "correct.reasons")}
        description={document.reasons.map((reason) => (
          <div key={`${reason.text} ${reason.time}`}>
            {reason.status != null && <ReturnStatus status={reason.status} />} <span className="soft num">{customsTime(reason.time)}</span> {sentence(reason.text)}
            <div className="soft">
              {sentences(sentence(reason.advice), wayOf(reason))}
            </div>
          </div>
        ))}
      />
      {isDoubtful && (
        <Alert className="gap" type="warning" showIcon title={t("correct.careful")} description={t(isOnly ? "correct.doubtfulOne" : "correct.doubtfulAll")} />
      )}
      {isChosen && above.length > 0 && (
        <>
          <h3>{t(isDoubtful ? "correct.concerned" : "correct.named")}</h3>
          <div className="correct-fields gap">{above.map(one)}</div>
        </>
      )}
      {isChosen && (
        <details open={above.length === 0}>
          <summary>{t("correct.others", { n: count(below.length + empty.length) })}</summary>
          <div className="correct-fields after">{below.map(one)}</div>
          {empty.length > 0 && <div className="correct-fields after">{empty.map(one)}</div>}
        </details>
      )}
    </section>
  );
}

interface FieldProps {
  placed: Placed;
  value: string | undefined;
  change: (key: string, value: string | undefined) => void;
  wrong: readonly string[];
  isNamed: boolean;
  /** Whether what was said of it asks for no change. */
  isCalm: boolean;
}

function FieldInput({ placed, value, change, wrong, isNamed, isCalm }: FieldProps) {
  const { t, language } = useLanguage();
  const named = useName();
  const sentence = useSentence();
  const id = useId();
  const { key, line, field } = placed;
  const set = (next: string) => change(key, next === field.value ? undefined : next);
  const said = [...(isCalm ? [] : field.reasons), ...wrong];
  const status = said.length > 0 && (value === undefined || wrong.length > 0) ? "error" : "";
  const describes = said.length > 0 ? { "aria-describedby": `${id}-why` } : {};
  return (
    <div className={`correct-field ${isNamed || wrong.length > 0 ? "named" : ""} ${value === undefined ? "" : "changed"}`}>
      <label htmlFor={id}>
        {line !== undefined && `${t("correct.line", { n: line })} · `}
        {field.required && "* "}
        {language === "en" ? elementName(field.element) : field.chinese} <span className="mono soft">{field.element}</span>
        {field.was != null && <span className="soft"> {t("correct.was", { value: field.was })}</span>}
      </label>
      {(field.choices ?? []).length > 0 ? (
        <Select
          id={id}
          className="wide"
          status={status}
          {...describes}
          value={value ?? field.value}
          options={choiceOptions(field, named)}
          onChange={set}
        />
      ) : (
        <Input
          id={id}
          status={status}
          {...describes}
          aria-invalid={wrong.length > 0}
          maxLength={field.charsMax ?? 4000}
          value={value ?? field.value}
          onChange={(event) => set(event.target.value)}
        />
      )}
      {(field.choices ?? []).length === 0 && language === "zh-CN" && value === undefined && field.meaning != null && <p className="meaning soft">{field.meaning}</p>}
      {said.length > 0 && (
        <p className="why" id={`${id}-why`}>
          {said.map(sentence).join(t("list.semicolon"))}
        </p>
      )}
    </div>
  );
}
