// Ids of roles in a text of the platform, which a person knows by their names.
import { isWord, type Language, say } from "../i18n";

/** The text with names of roles instead of their ids; in Chinese no blank stands around a word of the language. */
export function roleNames(language: Language, text: string): string {
  const blank = language === "en" ? "" : " ?";
  return text.replace(new RegExp(`${blank}\\b([a-z]+_[a-z_]+)\\b${blank}`, "g"), (whole, id: string) => {
    const word = `role.${id}`;
    return isWord(word) ? say(language, word) : whole;
  });
}
