// Two languages. A word is a pair, Chinese first; a word that is missing, or missing in one language,
// does not compile.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { cookieOf, firstLanguage, type Language, ofLogin } from "./language";
import { words } from "./words";

export type { Language };
export type Word = keyof typeof words;
export type Translate = (word: Word, values?: Record<string, string | number>) => string;

const STORED = "tongguan.language";
const LOGIN = "tongguan.language.login";

/** The word in the language, `{name}` replaced by values. */
export function say(language: Language, word: Word, values: Record<string, string | number> = {}): string {
  const text = words[word][language === "en" ? 1 : 0];
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return language === "en" ? singular(filled) : filled;
}

/** English words that are counted: after "1" they have no plural. */
const COUNTED = /(^|[^\w.,:-])1 (more |other |returned )?(document|field|file|item|message|note|problem|receipt|record|refusal|row|warning)s\b/g;

function singular(text: string): string {
  const mended = text.replace(COUNTED, "$11 $2$3");
  return mended === text ? text : mended.replace(/\bThere are 1 /g, "There is 1 ");
}

/** Whether there is such a word, for codes that the platform tells. */
export function isWord(word: string): word is Word {
  return Object.hasOwn(words, word);
}

interface Tongue {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
}

const Context = createContext<Tongue>({
  language: "zh-CN",
  setLanguage: () => undefined,
  t: (word, values) => say("zh-CN", word, values),
});

/** The language to begin with; a choice at the login is one for the console. */
function started(): Language {
  const kept = { stored: localStorage.getItem(STORED), login: localStorage.getItem(LOGIN) };
  const first = firstLanguage(document.cookie, kept, navigator.languages);
  const login = ofLogin(document.cookie);
  if (login !== undefined) localStorage.setItem(LOGIN, login);
  if (kept.stored !== null) localStorage.setItem(STORED, first);
  return first;
}

export function Languages({ children }: { children: ReactNode }) {
  const [language, keep] = useState<Language>(started);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(STORED, next);
    // The pages of login read it there.
    document.cookie = cookieOf(next);
    localStorage.setItem(LOGIN, next);
    keep(next);
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const tongue = useMemo<Tongue>(
    () => ({ language, setLanguage, t: (word, values) => say(language, word, values) }),
    [language, setLanguage],
  );
  return <Context value={tongue}>{children}</Context>;
}

export const useLanguage = (): Tongue => useContext(Context);
export const useT = (): Translate => useContext(Context).t;
