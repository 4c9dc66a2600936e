// The state of a message and the status of a receipt, as coloured words. The word says it, not the colour.
import { type Translate, type Word, useT, useLanguage } from "../../i18n";

/** In the order of the life of a message; what waits for a person before what is over. */
export const STATES = ["received", "waiting", "checked", "sent", "answered", "held", "settled", "refused"] as const;

/** The word of a state; states of later releases have none. */
export function stateWord(state: string): Word | undefined {
  const known = STATES.find((one) => one === state);
  return known === undefined ? undefined : `state.${known}`;
}

export function State({ state, name }: { state: string; name?: string | undefined }) {
  const t = useT();
  const word = stateWord(state);
  return <span className={`badge ${state}`}>{word === undefined ? (name ?? state) : t(word)}</span>;
}

/** Customs' statuses are an open set: below zero is a fault, 100 a rejection. */
export function statusClass(status: number): string {
  if (status < 0 || status === 100) return "bad";
  return [120, 399, 800, 899].includes(status) ? "good" : "now";
}

const NAMED = [1, 2, 3, 4, 100, 120, 300, 399, 400, 500, 501, 502, 503, 505, 599, 600, 700, 800, 899] as const;

function statusName(status: number, t: Translate): string | undefined {
  if (status < 0) return t("receipt.fault");
  const known = NAMED.find((one) => one === status);
  return known === undefined ? undefined : t(`status.${known}`);
}

export function ReturnStatus({ status, name }: { status: number | null | undefined; name?: string | null | undefined }) {
  const t = useT();
  if (status === null || status === undefined) return <span className="soft">–</span>;
  const said = statusName(status, t) ?? name ?? undefined;
  return (
    <span className={`badge ${statusClass(status)}`}>
      {status}
      {said !== undefined && ` ${said}`}
    </span>
  );
}

/** The Chinese name of a kind, or its code for those who read English. */
export function Kind({ kind, name }: { kind: string; name: string }) {
  const { language } = useLanguage();
  return (
    <span className="nowrap">
      {language === "en" ? kind : name} {language === "zh-CN" && <span className="soft">{kind}</span>}
    </span>
  );
}
