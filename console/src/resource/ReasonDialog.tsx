// The one dialog for acts that ask for a reason (原因), or only whether they are meant.
import { Input, Modal } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useT, type Word } from "../i18n";
import { useProblem } from "./problem";

/** Longest reason that the platform takes. */
export const REASON_CHARS_MAX = 500;
/** Shortest: a single character says nothing. */
const REASON_CHARS_MIN = 2;

/** Whether a reason is asked for, and whether it may be left out. */
export type Reason = "needed" | "optional" | "none";

export function isReason(reason: Reason, text: string): boolean {
  return reason !== "needed" || text.trim().length >= REASON_CHARS_MIN;
}

interface FieldProps {
  reason: Reason;
  value: string;
  change: (value: string) => void;
  label?: Word | undefined;
  max?: number | undefined;
  disabled?: boolean;
}

/** The field for a reason, in every dialog the same. */
export function ReasonField({ reason, value, change, label, max = REASON_CHARS_MAX, disabled = false }: FieldProps) {
  const t = useT();
  const id = useId();
  if (reason === "none") return null;
  const isNeeded = reason === "needed";
  // A label of its own says what becomes of the text; then the place for it says how much is needed.
  const hint = label === undefined ? "action.reasonHint" : "action.reasonLength";
  return (
    <div className="stack-field">
      <label htmlFor={id}>{t(label ?? (isNeeded ? "action.reason" : "action.reasonOptional"))}</label>
      <Input.TextArea
        id={id}
        rows={3}
        maxLength={max}
        autoFocus
        disabled={disabled}
        required={isNeeded}
        aria-required={isNeeded}
        placeholder={t(isNeeded ? hint : "action.reasonKept", { max })}
        value={value}
        onChange={(event) => change(event.target.value)}
      />
    </div>
  );
}

interface Props {
  title: string;
  /** What it is done to. */
  about?: ReactNode;
  /** What follows from it, or what is asked. */
  hint?: ReactNode;
  reason?: Reason;
  label?: Word;
  max?: number;
  danger?: boolean;
  ok?: Word;
  /** Does it; what it throws is told, and the dialog stays open for another try. */
  run: (reason: string) => Promise<unknown>;
  /** Whether a refusal ends it, so that there is nothing to try again. */
  isEnd?: (error: unknown) => boolean;
  close: () => void;
}

export function ReasonDialog({ title, about, hint, reason = "needed", label, max, danger = false, ok = "action.ok", run, isEnd, close }: Props) {
  const t = useT();
  const problem = useProblem();
  const [text, type] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      await run(text.trim());
      close();
    } catch (error) {
      problem(error);
      if (isEnd?.(error) === true) close();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={title}
      okText={t(ok)}
      cancelText={t("action.cancel")}
      confirmLoading={busy}
      okButtonProps={{ danger, disabled: !isReason(reason, text) }}
      onOk={() => void send()}
      // While the request runs it is not known what to cancel.
      cancelButtonProps={{ disabled: busy }}
      closable={!busy}
      onCancel={() => !busy && close()}
      mask={{ closable: reason === "none" }}
    >
      {about !== undefined && (
        <div className="gap break in-text">
          <strong>{about}</strong>
        </div>
      )}
      {hint !== undefined && <p>{hint}</p>}
      <ReasonField reason={reason} value={text} change={type} label={label} max={max} disabled={busy} />
    </Modal>
  );
}
