// What the company must do about a message that came back, and the one button for it.
import { EditOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import type { Schema } from "../../api/types";
import { useCan } from "../../api/session";
import { dateTime } from "../../format/time";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { ReasonDialog } from "../../resource/ReasonDialog";
import { Sentence } from "../../i18n/sentence";
import { type Dealing, dealingOf, dealings, dismissalOf, type Reason, reasonsOf, standing } from "./documents";
import { DISMISS_CHARS_MAX } from "./BulkDismiss";
import { numberOf } from "./keys";
import { useFinding } from "./findingText";
import { sentences } from "./sentences";
import { isBad, OUTCOMES, useActs } from "./State";

type Detail = Schema<"MessageDetail">;

interface Known {
  id: string;
  outcome: string;
  needsAction: boolean;
}

interface CorrectProps {
  message: Known;
  /** As large as its neighbours in the head of a page. */
  large?: boolean;
  /** Where it is not the first thing to do. */
  calm?: boolean;
}

/** Leads to the form of the correction; only for the company that declared. */
export function CorrectButton({ message, large = false, calm = false }: CorrectProps) {
  const t = useT();
  const acts = useActs();
  if (!acts || !message.needsAction || !isBad(message.outcome)) return null;
  return (
    <Link to={`/messages/${message.id}/correct`}>
      <Button type={calm ? "default" : "primary"} danger={!calm} size={large ? "middle" : "small"} icon={<EditOutlined />}>
        {t("correct.button")}
      </Button>
    </Link>
  );
}

/** In a list: the form of the correction, or where it must not simply be declared again the page that says what to do. */
export function HandleButton({ message, doing }: { message: Known; doing: string | undefined }) {
  const t = useT();
  const acts = useActs();
  if (doing === undefined || doing === "correct") return <CorrectButton message={message} />;
  if (!acts || !message.needsAction || !isBad(message.outcome)) return null;
  return (
    <>
      <Link to={`/messages/${message.id}`}>
        <Button size="small">{t("action.view")}</Button>
      </Link>
      {/* Below it: beside it the table would be wider than its card. */}
      {doing === "call" && (
        <div className="after-small">
          <span className="badge warn">{t("todo.callFirst")}</span>
        </div>
      )}
    </>
  );
}

/** Nothing more is to be done about it. */
export function Dismiss({ message }: { message: Detail }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const { message: toast } = App.useApp();
  const [isAsked, ask] = useState(false);
  if (!message.needsAction || !can("dismiss_message")) return null;
  const run = async (reason: string) => {
    await call("POST", "/api/v1/messages/{id}/dismiss", { path: { id: message.id }, body: { reason } });
    void toast.success(t("todo.dismissed"));
    await client.invalidateQueries({ queryKey: ["message", message.id] });
  };
  return (
    <>
      <Button onClick={() => ask(true)}>{t("todo.dismiss")}</Button>
      {isAsked && (
        <ReasonDialog
          title={t("todo.dismiss")}
          about={t("dismiss.askOne", { no: message.acceptanceNo })}
          hint={t("todo.dismissHint")}
          reason="optional"
          max={DISMISS_CHARS_MAX}
          run={run}
          close={() => ask(false)}
        />
      )}
    </>
  );
}

/** What was dismissed is to be dealt with after all, as long as it was not declared again. */
export function Resume({ message }: { message: Detail }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblem();
  const { message: toast } = App.useApp();
  if (message.canResume !== true || !can("resume_message")) return null;
  const run = async () => {
    try {
      await call("POST", "/api/v1/messages/{id}/resume", { path: { id: message.id } });
      void toast.success(t("todo.resumed"));
    } catch (error) {
      problem(error);
    }
    await client.invalidateQueries({ queryKey: ["message", message.id] });
  };
  return (
    <Popconfirm title={t("todo.resume")} description={t("todo.resumeHint")} onConfirm={run}>
      <Button>{t("todo.resume")}</Button>
    </Popconfirm>
  );
}

/** Documents that are named one by one; of more it is told how many there are. */
const NAMED_MAX = 3;
/** Findings that are told on top of the page; the others stand in their table. */
const FINDINGS_MAX = 3;

/** One reason with what to do about it, and the documents that it is about when the message has several. */
function Why({ reason, message }: { reason: Reason; message: Detail }) {
  const t = useT();
  // Who only reads is told why it came back, not what the company must do.
  const acts = useActs();
  const { explanation } = reason.receipt;
  const [first] = reason.texts;
  const named = reason.documents.slice(0, NAMED_MAX);
  return (
    <div className="todo-reason">
      {message.documents.length > 1 && named.length > 0 && (
        <div>
          <strong>
            {named.map((one) => t("correct.document", { n: one.number })).join(t("list.join"))}
            {reason.documents.length > named.length && ` ${t("todo.documentsMore", { n: reason.documents.length })}`}
          </strong>{" "}
          <span className="mono soft break" title={named.map((one) => one.documentKey ?? "").join(t("list.join"))}>
            {named.map((one) => numberOf(message.kind, one.documentKey ?? "")).join(t("list.join"))}
          </span>
        </div>
      )}
      <div className="info">{first}</div>
      <div><Sentence text={explanation.meaning} /></div>
      {acts && (
        <div>
          <strong>{t("error.advice")}</strong>
          <Sentence text={explanation.advice} />
        </div>
      )}
    </div>
  );
}

/** That what came back needs nothing any more, and why. */
function Dealt({ message }: { message: Detail }) {
  if (!isBad(message.outcome)) return null;
  return <Alert className="gap" type="info" showIcon title={<DealtSentence message={message} />} />;
}

type Handled = Pick<Detail, "correctedBy" | "timeline" | "documents">;

/** One way in which it was dealt with: corrected by which message; dismissed when, by whom and why; or declared anew. */
function Way({ how, message: { correctedBy, timeline } }: { how: Dealing; message: Pick<Detail, "correctedBy" | "timeline"> }) {
  const t = useT();
  const dismissed = dismissalOf({ timeline });
  const note = how === "dismissed" && dismissed !== undefined ? [dateTime(dismissed.at), dismissed.detail].filter((text) => text !== "").join(t("list.comma")) : "";
  return (
    <>
      {t(`dealt.${how}`)}
      {how === "corrected" && correctedBy != null && (
        <>
          {" "}
          <Link to={`/messages/${correctedBy.id}`}>{correctedBy.acceptanceNo}</Link>
        </>
      )}
      {note !== "" && `${t("list.open")}${note}${t("list.close")}`}
    </>
  );
}

/** How one document was dealt with. */
export function DealtWith({ document, message }: { document: Detail["documents"][number]; message: Handled }) {
  return <Way how={dealingOf(document, message)} message={message} />;
}

/** How a message was dealt with: each way, and for which documents where they differ. */
function DealtSentence({ message }: { message: Handled }) {
  const t = useT();
  const ways = dealings(message);
  return (
    <>
      {t("todo.over")}
      {ways.map(({ how, numbers }, i) => (
        <span key={how}>
          {i > 0 && t("list.semicolon")}
          {ways.length > 1 && `${numbers.slice(0, NAMED_MAX).map((n) => t("correct.document", { n })).join(t("list.join"))}${numbers.length > NAMED_MAX ? ` ${t("todo.documentsMore", { n: numbers.length })}` : ""}${t("list.blank")}`}
          <Way how={how} message={message} />
        </span>
      ))}
    </>
  );
}

/** What the head of the message says: how many documents came back, and what is to be done about how many. */
function useHeading(message: Detail): string {
  const t = useT();
  const acts = useActs();
  const { all, bad, doings, dealt } = standing(message);
  const known = OUTCOMES.find((one) => one === message.outcome);
  const outcome = known === undefined ? message.outcomeName : t(`outcome.${known}`);
  if (all === 1) {
    const doing = doings[0]?.doing ?? "correct";
    return t(acts ? `todo.now.${message.outcome === "faulty" && doing === "correct" ? "follow" : doing}` : "todo.now.reader", { outcome });
  }
  const parts = [...doings.map(({ doing, n }) => t(`todo.part.${doing}`, { n })), ...(dealt > 0 ? [t("todo.part.dealt", { n: dealt })] : [])];
  if (acts) return t("todo.parts", { all, bad, parts: parts.join(t("list.comma")) });
  return t("todo.partsReader", { all, bad, open: bad - dealt });
}

/** Why it came back, in customs' words and ours, on top of the page. */
export function ToDo({ message }: { message: Detail }) {
  const acts = useActs();
  const heading = useHeading(message);
  if (!message.needsAction) return <Dealt message={message} />;
  return (
    <Alert
      className="gap"
      // Who only reads has nothing to do: nothing alarms.
      type={acts ? "error" : "info"}
      showIcon
      title={heading}
      description={<Reasons message={message} />}
    />
  );
}

/** Why it came back and what to do: the receipts of customs, or what the platform found. */
export function Reasons({ message }: { message: Detail }) {
  const t = useT();
  const { placed } = useFinding();
  const acts = useActs();
  if (message.outcome !== "refused") return reasonsOf(message).map((reason) => <Why key={`${reason.receipt.cursor}`} reason={reason} message={message} />);
  const findings = message.findings.filter((finding) => finding.severity === "refuse");
  return (
    <>
      {findings.slice(0, FINDINGS_MAX).map((finding) => (
        <div key={`${finding.code} ${finding.path}`}>{acts ? sentences(placed(finding).text, placed(finding).advice) : placed(finding).text}</div>
      ))}
      {findings.length > FINDINGS_MAX && <div>{t("todo.findingsMore", { n: findings.length - FINDINGS_MAX })}</div>}
    </>
  );
}

interface Linked {
  corrects?: Detail["corrects"];
  correctedBy?: Detail["correctedBy"];
}

/** The message that this one corrects, and the one that corrects it. */
export function Links({ message }: { message: Linked }) {
  const t = useT();
  const { corrects, correctedBy } = message;
  if (corrects == null && correctedBy == null) return null;
  return (
    <p className="links wrap">
      {corrects != null && (
        <span>
          {t("correct.corrects")} <Link to={`/messages/${corrects.id}`}>{corrects.acceptanceNo}</Link>
        </span>
      )}
      {correctedBy != null && (
        <span>
          {t("correct.correctedBy")} <Link to={`/messages/${correctedBy.id}`}>{correctedBy.acceptanceNo}</Link>
        </span>
      )}
    </p>
  );
}
