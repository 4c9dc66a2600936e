// The documents of one message: what became of them, which answer belongs to which, and why some came back.
import type { Schema } from "../../api/types";
import { isBad, OUTCOMES } from "./State";

type Detail = Schema<"MessageDetail">;
type Document = Detail["documents"][number];
type Receipt = Detail["receipts"][number];

/** How many documents had each outcome, those first that a company must see first. */
export function tally(documents: readonly Pick<Document, "outcome">[]): { outcome: string; n: number }[] {
  const counts = new Map<string, number>();
  for (const { outcome } of documents) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const known: readonly string[] = OUTCOMES;
  const place = (outcome: string) => (known.includes(outcome) ? known.indexOf(outcome) : known.length);
  return [...counts].map(([outcome, n]) => ({ outcome, n })).sort((a, b) => place(a.outcome) - place(b.outcome));
}

interface Told {
  outcome: string;
  needsAction: boolean;
  nDocuments: number;
  documents: readonly Pick<Document, "outcome" | "needsAction">[];
}

/** Of all documents of the messages: how many came back, and on how many the company must still act. */
export function cameBack(messages: readonly Told[]): { all: number; bad: number; open: number } {
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
