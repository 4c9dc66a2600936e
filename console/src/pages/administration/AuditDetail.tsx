// What a row of the audit says more: codes in it get their names.
import { useLanguage } from "../../i18n";
import { useName } from "../../i18n/names";
import { useSentence } from "../../i18n/sentence";
import { codeOf, named, termsIn } from "./codeOf";
import { detailIn } from "./detailIn";

export function AuditDetail({ text, whole = false }: { text: string; whole?: boolean }) {
  const { t, language } = useLanguage();
  const name = useName();
  const sentence = useSentence();
  const { code, rest } = codeOf(text);
  if (code !== undefined) return `${name("approvalKind", code)}${rest}`;
  const shown = language === "en" ? (detailIn(text, name) ?? termsIn(sentence(text), name)) : text;
  return named(shown, name, t("list.join"), whole);
}
