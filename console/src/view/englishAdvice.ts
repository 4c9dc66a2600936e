// What to do about a refusal, in English. Refusals bring their advice in Chinese only; the sentences are those of the pages of
// the codes, in a file of their own that is read when somebody needs one.
import { useEffect, useState } from "react";
import type { Language } from "../i18n";

/** The advice of a code in the file of English sentences: code, what happened, what to do. */
export function adviceOf(sentences: string, code: string): string | undefined {
  const parts = sentences.split("\n").map((line) => line.split(" | "));
  return parts.find(([name]) => name === code)?.[2]?.trim();
}

/** The advice of a code in English; nothing in Chinese, for an unknown code, and until the file is there. */
export function useEnglishAdvice(language: Language, code: string | undefined): string | undefined {
  const [advice, setAdvice] = useState<string>();
  useEffect(() => {
    setAdvice(undefined);
    if (language !== "en" || code === undefined) return;
    let isWanted = true;
    const show = (sentences: string) => isWanted && setAdvice(adviceOf(sentences, code));
    void import("../../../crates/tongguan/src/app/english.txt?raw").then((file) => show(file.default), () => undefined);
    return () => {
      isWanted = false;
    };
  }, [language, code]);
  return advice;
}
