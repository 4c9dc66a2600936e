// The documents of one message: what became of them, which answer belongs to which, and why some came back.
import type { Schema } from "../../api/types";
import { CAREFUL } from "./choices";
import { isBad, isDealt, OUTCOMES } from "./outcomes";

type Detail = Schema<"MessageDetail">;
type Document = Detail["documents"][number];
type Receipt = Detail["receipts"][number];

/** How many documents had each outcome, in the order of outcomes. */
export function tally(documents: readonly Pick<Document, "outcome">[]): { outcome: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const { outcome } of documents) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const known: readonly string[] = OUTCOMES;
  const place = (outcome: string) => (known.includes(outcome) ? known.indexOf(outcome) : known.length);
  return [...counts].map(([outcome, n]) => ({ outcome, n })).sort((a, b) => place(a.outcome) - place(b.outcome));
}

interface Listed {
  outcome: string;
  needsAction: boolean;
  nDocuments: number;
  documents: readonly Pick<Document, "outcome" | "needsAction">[];
}

/** Of all documents of the messages: how many came back, and on how many the company must still act. */
export function cameBack(messages: readonly Listed[]): { all: number; bad: number; open: number } {
  const sums = { all: 0, bad: 0, open: 0 };
  for (const { outcome, needsAction, nDocuments, documents } of messages) {
    const n = Math.max(documents.length, nDocuments, 1);
    const bad = documents.filter((one) => isBad(one.outcome)).length;
    const open = documents.filter((one) => isBad(one.outcome) && one.needsAction).length;
    // What was turned down as a whole has all its documents back.
    const isWhole = isBad(outcome) && bad === 0;
    sums.all += n;
    sums.bad += isWhole ? n : bad;
    sums.open += isWhole ? (needsAction ? n : 0) : open;
  }
  return sums;
}

/** The document that a receipt answers; nothing when it answers the message. Keys do not tell: two documents may have one. */
export function documentOf<One extends { number: number }>(receipt: { documentNumber?: number | null }, documents: readonly One[]): One | undefined {
  return receipt.documentNumber == null ? undefined : documents.find((one) => one.number === receipt.documentNumber);
}

/** The receipts behind the steps of a timeline: both are in the order in which they came. */
export function receiptsOfSteps(steps: readonly { step: string }[], receipts: readonly Receipt[]): (Receipt | undefined)[] {
  let n = 0;
  return steps.map(({ step }) => (step === "receipt" ? receipts[n++] : undefined));
}

export interface Reason {
  receipt: Receipt;
  /** What customs wrote, each text once. */
  texts: string[];
  documents: Pick<Document, "number" | "documentKey">[];
}

/** Why documents came back on which the company must still act: each reason once, with its documents. */
export function reasonsOf({ receipts, documents }: Pick<Detail, "receipts" | "documents">): Reason[] {
  const last = new Map<number, Receipt>();
  for (const receipt of receipts) {
    const document = documentOf(receipt, documents);
    if (receipt.needsAction && (document === undefined || document.needsAction)) last.set(receipt.documentNumber ?? 0, receipt);
  }
  const reasons = new Map<string, Reason>();
  for (const receipt of last.values()) {
    const { code, meaning, advice } = receipt.explanation;
    const key = [receipt.outcome, code, meaning, advice].join("\n");
    const reason = reasons.get(key) ?? { receipt, texts: [], documents: [] };
    reasons.set(key, reason);
    if (!reason.texts.includes(receipt.returnInfo)) reason.texts.push(receipt.returnInfo);
    const document = documentOf(receipt, documents);
    if (document !== undefined) reason.documents.push(document);
  }
  for (const reason of reasons.values()) reason.documents.sort((a, b) => a.number - b.number);
  const first = (reason: Reason) => reason.documents[0]?.number ?? 0;
  return [...reasons.values()].sort((a, b) => first(a) - first(b));
}

/** What is to be done about a document that came back: correct it, ask first, or follow the receipt. */
export const DOINGS = ["correct", "call", "follow"] as const;
export type Doing = (typeof DOINGS)[number];

function doingOf(receipt: Receipt | undefined): Doing {
  const way = receipt?.explanation.resubmit ?? "new";
  return way === "call" ? "call" : CAREFUL.includes(way) ? "follow" : "correct";
}

export interface Standing {
  all: number;
  /** How many came back. */
  bad: number;
  /** Of those how many want what; what is dealt with is in none of them. */
  doings: { doing: Doing; n: number }[];
  dealt: number;
}

/** Of all documents of a message: how many came back, and what is to be done about how many. */
export function standing(message: Pick<Detail, "outcome" | "needsAction" | "nDocuments" | "documents" | "receipts">): Standing {
  const { all, bad, open } = cameBack([message]);
  const counts = new Map<Doing, number>();
  let counted = 0;
  for (const reason of reasonsOf(message)) {
    const n = reason.documents.length;
    counted += n;
    const doing = doingOf(reason.receipt);
    counts.set(doing, (counts.get(doing) ?? 0) + n);
  }
  // A receipt about the whole message, or none at all as of what the platform refused.
  const whole = reasonsOf(message).find((reason) => reason.documents.length === 0);
  const rest = Math.max(open - counted, 0);
  const doing = message.outcome === "refused" ? "correct" : doingOf(whole?.receipt);
  if (rest > 0) counts.set(doing, (counts.get(doing) ?? 0) + rest);
  return { all, bad, doings: DOINGS.flatMap((one) => (counts.has(one) ? [{ doing: one, n: counts.get(one) ?? 0 }] : [])), dealt: bad - open };
}

/** What is to be done about each document on which somebody must still act, by its number. */
export function doingsOf(message: Pick<Detail, "outcome" | "documents" | "receipts">): ReadonlyMap<number, Doing> {
  const reasons = reasonsOf(message);
  const whole = reasons.find((reason) => reason.documents.length === 0);
  const doings = new Map<number, Doing>();
  for (const document of message.documents) {
    if (!document.needsAction) continue;
    const own = reasons.find((reason) => reason.documents.some((one) => one.number === document.number));
    doings.set(document.number, message.outcome === "refused" ? "correct" : doingOf((own ?? whole)?.receipt));
  }
  return doings;
}

/** How what came back was dealt with. */
export type Dealing = "corrected" | "dismissed" | "anew";

/** How one document was dealt with: it says itself when it was dismissed. */
export function dealingOf(document: Pick<Document, "isDismissed">, { correctedBy }: Pick<Detail, "correctedBy">): Dealing {
  if (document.isDismissed === true) return "dismissed";
  return correctedBy != null ? "corrected" : "anew";
}

/** How the documents that came back were dealt with, each way with their numbers; of a message without documents only how. */
export function dealings(message: Pick<Detail, "correctedBy" | "timeline" | "documents">): { how: Dealing; numbers: number[] }[] {
  const ways = new Map<Dealing, number[]>();
  for (const document of message.documents.filter(isDealt)) {
    const how = dealingOf(document, message);
    ways.set(how, [...(ways.get(how) ?? []), document.number]);
  }
  if (ways.size > 0) return [...ways].map(([how, numbers]) => ({ how, numbers }));
  const isDismissed = dismissalOf(message) !== undefined;
  return [{ how: message.correctedBy != null ? "corrected" : isDismissed ? "dismissed" : "anew", numbers: [] }];
}

/** The last step with which the company has dismissed what came back: when, by whom, and why. */
export function dismissalOf({ timeline }: Pick<Detail, "timeline">): Detail["timeline"][number] | undefined {
  return timeline.filter((entry) => entry.step === DISMISSED).at(-1);
}

/** The step of a timeline with which a company has dismissed what came back. */
export const DISMISSED = "message.dismissed";
