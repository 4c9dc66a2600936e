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

/** The language at the start: what was chosen last on any page, what was chosen here before, what the browser prefers. */
export function firstLanguage(cookies: string, stored: string | null, preferred: readonly string[]): Language {
  const chosen = ofCookie(cookies);
  if (chosen !== undefined) return chosen;
  if (stored !== null) return stored === "en" ? "en" : "zh-CN";
  const known = preferred.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag === "zh" || tag === "en");
  return known === "en" ? "en" : "zh-CN";
}

/** The choice as the pages of login read it. */
export function cookieOf(language: Language): string {
  return `${COOKIE}=${language === "en" ? "en" : "zh"}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
}
