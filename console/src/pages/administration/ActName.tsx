// What was done and how it went, as the audit and the logs say it.
import { isWord, say, useLanguage } from "../../i18n";
import { Badge } from "../../view/Badge";

/** What was done, by its name; what nobody has named by its code. */
export function ActName({ act, name, withCode = false }: { act: string; name: string; withCode?: boolean }) {
  const { language } = useLanguage();
  const word = `act.${act}`;
  const shown = language === "zh-CN" ? name : isWord(word) ? say(language, word) : "";
  const code = <span className="mono">{act}</span>;
  if (shown === "") return code;
  return withCode ? (
    <>
      {shown} {code}
    </>
  ) : (
    shown
  );
}

export function Result({ result }: { result: string }) {
  return result === "done" ? <Badge look="good" word="audit.done" /> : <Badge look="bad" word="audit.refused" />;
}
