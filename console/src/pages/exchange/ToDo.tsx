// What the company must do about a message that came back, and the one button for it.
import { EditOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Popconfirm } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { useCan, useSession } from "../../api/session";
import { useT } from "../../i18n";
import { useProblem } from "../../resource/problem";
import { Told } from "../../i18n/told";
import { type Reason, reasonsOf } from "./documents";
import { sentences } from "./sentences";
import { isBad, OUTCOMES } from "./State";

type Detail = components["schemas"]["MessageDetail"];

interface Known {
  id: string;
  outcome: string;
  needsAction: boolean;
}

/** Leads to the form of the correction; only for the company that declared. */
export function CorrectButton({ message, short = false }: { message: Known; short?: boolean }) {
  const t = useT();
  const can = useCan();
  const { company } = useSession();
  if (company == null || !message.needsAction || !isBad(message.outcome) || !can("correction")) return null;
  return (
    <Link to={`/messages/${message.id}/correct`}>
      <Button type="primary" danger size="small" icon={<EditOutlined />}>
        {t(short ? "correct.short" : "correct.button")}
      </Button>
    </Link>
  );
}

/** Nothing more is to be done about it. */
export function Dismiss({ message }: { message: Detail }) {
  const t = useT();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblem();
  const { message: toast } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (!message.needsAction || !can("dismiss_message")) return null;
  const run = async () => {
    setBusy(true);
    try {
      await call("POST", `/api/v1/messages/${message.id}/dismiss`, { reason: "" });
      void toast.success(t("todo.dismissed"));
      await client.invalidateQueries({ queryKey: ["message", message.id] });
    } catch (error) {
      problem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Popconfirm title={t("todo.dismiss")} description={<div className="info">{t("todo.dismissHint")}</div>} onConfirm={() => void run()}>
      <Button loading={busy}>{t("todo.dismiss")}</Button>
    </Popconfirm>
  );
}

/** Documents that are named one by one; of more it is told how many there are. */
const NAMED_MAX = 3;

/** One reason with what to do about it, and the documents that it is about when the message has several. */
function Why({ reason, message }: { reason: Reason; message: Detail }) {
  const t = useT();
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
          <span className="mono soft break">{named.map((one) => one.documentKey ?? "").join(t("list.join"))}</span>
        </div>
      )}
      <div className="info">{first}</div>
      <div><Told text={explanation.meaning} /></div>
      <div>
        <strong>{t("error.advice")}</strong>
        <Told text={explanation.advice} />
      </div>
    </div>
  );
}

/** That what came back needs nothing any more, and why. */
function Dealt({ message }: { message: Detail }) {
  const t = useT();
  if (!isBad(message.outcome)) return null;
  const { correctedBy } = message;
  return (
    <Alert
      className="gap"
      type="info"
      showIcon
      title={
        correctedBy == null ? (
          t("todo.overDismissed")
        ) : (
          <>
            {t("todo.overCorrected")} <Link to={`/messages/${correctedBy.id}`}>{correctedBy.acceptanceNo}</Link>
          </>
        )
      }
    />
  );
}

/** Why it came back, in customs' words and ours, on top of the page. */
export function ToDo({ message }: { message: Detail }) {
  const t = useT();
  if (!message.needsAction) return <Dealt message={message} />;
  const reasons = reasonsOf(message);
  const findings = message.findings.filter((finding) => finding.severity === "refuse");
  const known = OUTCOMES.find((one) => one === message.outcome);
  return (
    <Alert
      className="gap"
      type="error"
      showIcon
      title={t(message.outcome === "faulty" ? "todo.nowFaulty" : "todo.now", { outcome: known === undefined ? message.outcomeName : t(`outcome.${known}`) })}
      description={
        <>
          {message.outcome !== "refused" &&
            reasons.map((reason) => <Why key={`${reason.receipt.cursor}`} reason={reason} message={message} />)}
          {message.outcome === "refused" &&
            findings.slice(0, 3).map((finding) => (
              <div key={`${finding.code} ${finding.path}`}>
                {sentences(finding.text, finding.advice)}
              </div>
            ))}
          {message.outcome === "refused" && findings.length > 3 && <div>{t("todo.findingsMore", { n: findings.length - 3 })}</div>}
        </>
      }
      action={<CorrectButton message={message} />}
    />
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
