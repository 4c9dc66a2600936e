// A finding in the language: in English what its code says, and behind it its own sentence, which names the values and is
// mostly there in Chinese only.
import { type Language, useLanguage } from "../../i18n";
import { sentenceIn } from "../../i18n/sentence";

export interface Texts {
  path?: string;
  text: string;
  advice?: string;
  textEn?: string | null;
  adviceEn?: string | null;
}

/** What is wrong, and what to do. */
export function findingIn(language: Language, finding: Texts): { text: string; advice: string } {
  const { text, advice = "", textEn, adviceEn } = finding;
  if (language !== "en" || textEn == null) return { text: sentenceIn(language, text), advice };
  return { text: `${textEn} (${sentenceIn(language, text)})`, advice: adviceEn ?? advice };
}

/** The same where no column has the place: the element stands in front, as the Chinese sentence names it itself. */
export function placedIn(language: Language, finding: Texts): { text: string; advice: string } {
  const { text, advice } = findingIn(language, finding);
  const element = finding.path?.split("/").at(-1)?.replace(/\[\d+\]$/, "") ?? "";
  return { text: language === "en" && finding.textEn != null && element !== "" ? `${element}: ${text}` : text, advice };
}

export function useFinding(): { plain: (finding: Texts) => { text: string; advice: string }; placed: (finding: Texts) => { text: string; advice: string } } {
  const { language } = useLanguage();
  return { plain: (finding) => findingIn(language, finding), placed: (finding) => placedIn(language, finding) };
}
