// What is said when an act has succeeded. An answer that only asks another person to agree is not done.
import type { Word } from "../i18n";

/** The word for an answer of the platform; `otherwise` when it is done at once. */
export function saidOf(answer: unknown, otherwise: Word): Word {
  const has = (name: string) => typeof answer === "object" && answer !== null && typeof Reflect.get(answer, name) === "string";
  if (has("approvalId")) return "action.sentForApproval";
  return has("caseId") ? "action.caseOpened" : otherwise;
}
