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
  "signature-method": "clinic.cause.method",
  "other-certificate": "clinic.cause.certificate",
  "no-certificate": "clinic.cause.noCertificate",
};

/** Causes of announcement 179: the string was put together in another way. */
const PAYMENT = new Set([
  "single-bar", "no-bar", "no-quotes", "whole-json", "escaped", "compacted", "slashes", "unicode", "amount", "end", "no-time",
]);

/** What is shown above the advice for a cause, or for several that came together (`a+b`). */
export function causeWords(cause: string): Word[] {
  const word = (name: string): Word => {
    if (name.startsWith("value-")) return "clinic.cause.valueForm";
    if (name.startsWith("signed-") || name.endsWith("user-id") || name === "no-user-hash" || name === "reversed") return "clinic.cause.signed";
    if (PAYMENT.has(name)) return "clinic.cause.payment";
    return CAUSES[name] ?? "clinic.cause.form";
  };
  return [...new Set(cause.split("+").map(word))];
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
