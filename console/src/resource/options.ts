// The words of a choice.
import type { Translate, Word } from "../i18n";

/** A word, a text that the platform tells, or a code of the standard with its name. */
export type Label = Word | { text: string } | { code: string; name: Word };

export function labelOf(label: Label, t: Translate): string {
  if (typeof label === "string") return t(label);
  return "text" in label ? label.text : `${label.code} ${t(label.name)}`;
}
