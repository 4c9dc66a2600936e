// Names of what the API knows by a code. It tells the Chinese name beside the code; in English the code is
// looked up in our words. A code that nobody has named is shown as it came, in its own letters.
import { type Language, say, useLanguage, type Word } from ".";
import { words } from "./words";

/** What a code can be the name of; the word is `family.code`. */
export type Family =
  | "kind"
  | "role"
  | "state"
  | "outcome"
  | "caseKind"
  | "caseAct"
  | "caseField"
  | "caseDocument"
  | "business"
  | "docking"
  | "method"
  | "stage"
  | "jobName"
  | "parameterName"
  | "parameterSentence"
  | "clinicForm"
  | "unit"
  | "holder"
  | "step"
  | "approvalKind"
  | "searchedBy"
  | "mark"
  | "channel"
  | "choice"
  | "object"
  | "act";

function wordOf(family: Family, code: string): Word | undefined {
  const word = `${family}.${code}`;
  return Object.hasOwn(words, word) ? (word as Word) : undefined;
}

/** Some things are told without a code (who has a message now): their Chinese name is the code. */
function sameChinese(family: Family, chinese: string | null | undefined): Word | undefined {
  if (chinese == null) return undefined;
  const found = Object.entries(words).find(([word, [zh]]) => zh === chinese && word.startsWith(`${family}.`));
  return found?.[0] as Word | undefined;
}

/** The name of a code. In Chinese the platform's own name comes first, where it tells one. */
export function nameOf(language: Language, family: Family, code: string, chinese?: string | null): string {
  if (language === "zh-CN" && chinese != null && chinese !== "") return chinese;
  const word = wordOf(family, code) ?? sameChinese(family, chinese);
  if (word !== undefined) return say(language, word);
  return chinese != null && chinese !== "" ? chinese : code;
}

export function useName(): (family: Family, code: string, chinese?: string | null) => string {
  const { language } = useLanguage();
  return (family, code, chinese) => nameOf(language, family, code, chinese);
}

interface Props {
  family: Family;
  code?: string;
  chinese?: string | null | undefined;
}

/** A code by its name. */
export function Named({ family, code = "", chinese }: Props) {
  return useName()(family, code, chinese);
}

/** Several codes by their names, as a list reads in each language. */
export function NamedList({ family, codes }: { family: Family; codes: readonly string[] }) {
  const { t, language } = useLanguage();
  return codes.map((code) => nameOf(language, family, code)).join(t("list.join"));
}
