// Which language somebody reads: as chosen on a page of login or here, else as the browser is set.

export type Language = "zh-CN" | "en";

/** The cookie that the pages of login keep their language in; the console and they have one choice. */
const COOKIE = "tongguan_lang";

/** A year, in seconds. */
const YEAR_S = 31_536_000;

function ofCookie(cookies: string): Language | undefined {
  const found = cookies.split(";").map((one) => one.trim()).find((one) => one.startsWith(`${COOKIE}=`));
  if (found === undefined) return undefined;
  return found.slice(COOKIE.length + 1) === "en" ? "en" : "zh-CN";
}

/** What is kept in this browser: what was chosen in the console, and what the pages of login spoke then. */
export interface Kept {
  stored: string | null;
  login: string | null;
}

const named = (name: string): Language => (name === "en" ? "en" : "zh-CN");

/** The language of the pages of login, to be kept. */
export const ofLogin = (cookies: string): Language | undefined => ofCookie(cookies);

/** The language at the start: the last choice, here or at the login; where nobody chose, what the browser prefers. */
export function firstLanguage(cookies: string, { stored, login }: Kept, preferred: readonly string[]): Language {
  const now = ofCookie(cookies);
  // The pages of login speak another language than when the console was last open: it was chosen there since.
  const isNewer = now !== undefined && (stored === null || (login !== null && named(login) !== now));
  if (isNewer) return now;
  if (stored !== null) return named(stored);
  const known = preferred.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag === "zh" || tag === "en");
  return known === "en" ? "en" : "zh-CN";
}

/** The choice as the pages of login read it. */
export function cookieOf(language: Language): string {
  return `${COOKIE}=${language === "en" ? "en" : "zh"}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
}
