// What the check of a signature names as the cause, in both languages.
import type { Word } from "../../i18n";

const CAUSES: Record<string, Word> = {
  none: "clinic.cause.none",
  unsigned: "clinic.cause.unsigned",
  tolerated: "clinic.cause.tolerated",
  failure: "clinic.cause.failure",
  unsupported: "clinic.cause.unsupported",
  unexplained: "clinic.cause.unexplained",
  digest: "clinic.cause.unexplained",
  value: "clinic.cause.value",
  "carriage-return-references": "clinic.cause.returns",
  "carriage-returns": "clinic.cause.crlf",
  declaration: "clinic.cause.declaration",
  reformatted: "clinic.cause.layout",
  exclusive: "clinic.cause.exclusive",
  "lost-namespace": "clinic.cause.namespace",
  "added-namespace": "clinic.cause.namespace",
  encoding: "clinic.cause.encoding",
  part: "clinic.cause.part",
  base64: "clinic.cause.base64",
  "hex-digest": "clinic.cause.base64",
  "certificate-form": "clinic.cause.base64",
  certificate: "clinic.cause.certificate",
  holder: "clinic.cause.holder",
  "key-name": "clinic.cause.keyName",
  extra: "clinic.cause.extra",
  "digest-method": "clinic.cause.method",
  "digest-method-changed": "clinic.cause.methodChanged",
  "signature-method": "clinic.cause.method",
  "other-certificate": "clinic.cause.certificate",
  "no-certificate": "clinic.cause.noCertificate",
  "signed-namespaces": "clinic.cause.signed",
  "signed-digest": "clinic.cause.signed",
  "signed-document": "clinic.cause.signed",
  "signed-as-written": "clinic.cause.signed",
  "signed-detached": "clinic.cause.signed",
  "empty-user-id": "clinic.cause.signed",
  "no-user-hash": "clinic.cause.signed",
  reversed: "clinic.cause.signed",
  comments: "clinic.cause.form",
  "not-canonical": "clinic.cause.form",
  "not-enveloped": "clinic.cause.form",
  trimmed: "clinic.cause.form",
  "empty-dropped": "clinic.cause.form",
  "line-ends": "clinic.cause.form",
  "byte-order-mark": "clinic.cause.form",
};

/** Causes of announcement 179: the string was put together in another way. */
const PAYMENT = new Set([
  "single-bar", "no-bar", "no-quotes", "whole-json", "escaped", "compacted", "slashes", "unicode", "amount", "end", "no-time",
]);

/** The word for one cause; none for a cause that this console does not know. */
export function causeWord(name: string): Word | undefined {
  if (name.startsWith("value-")) return "clinic.cause.valueForm";
  if (PAYMENT.has(name)) return "clinic.cause.payment";
  return CAUSES[name];
}

/** What is shown above the advice for a cause, or for several that came together (`a+b`). */
export function causeWords(cause: string): Word[] {
  return [...new Set(cause.split("+").map((name) => causeWord(name) ?? "clinic.cause.form"))];
}

/** How the result looks: good only when nobody has to change anything. */
export function verdict(answer: { outcome: string; cause: string }): { look: "success" | "warning" | "error"; word: Word } {
  switch (answer.outcome) {
    case "passed":
      if (answer.cause === "none") return { look: "success", word: "clinic.passed" };
      if (answer.cause === "tolerated") return { look: "warning", word: "clinic.tolerated" };
      return { look: "error", word: "clinic.doubtful" };
    case "unsigned":
      return { look: "error", word: "clinic.unsigned" };
    case "unsupported":
      return { look: "error", word: "clinic.unsupported" };
    default:
      return { look: "error", word: "clinic.failed" };
  }
}

/** The answer in a line: what it is, and what of the signature is the cause. What is no message at all has no signature. */
export function titleOf(answer: { outcome: string; cause: string; code?: string | null }): Word[] {
  if (answer.cause === "failure" && answer.code?.startsWith("TG-E1") && !answer.code.startsWith("TG-E18")) return ["clinic.noMessage"];
  const { word } = verdict(answer);
  const said = answer.outcome === "unsigned" || answer.cause === "none";
  return said ? [word] : [word, ...causeWords(answer.cause)];
}
