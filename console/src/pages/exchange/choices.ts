// Which documents had better not be declared again.

/** Ways to declare again that say: not as it is, or not at all. */
export const CAREFUL: readonly string[] = ["none", "wait", "call"];

/** The documents of a form that had better not be declared again now. */
export function careful<One extends { reasons: readonly { resubmit: string }[] }>(documents: readonly One[]): One[] {
  return documents.filter((one) => one.reasons.some((reason) => CAREFUL.includes(reason.resubmit)));
}
