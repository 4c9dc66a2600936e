// Texts of the platform one after the other: each ends as a sentence does.

const ENDS = /[。！？；：.!?;:]$/u;

/** What a sentence quotes or adds in brackets, which may be in another language. */
const QUOTED = /“[^”]*”|"[^"]*"|\([^)]*\)|（[^）]*）/gu;

/** A sentence of English has no Chinese but what it quotes: one that begins with the name of an element may be either. */
const isEnglish = (text: string): boolean => /^[ -~]/.test(text) && !/\p{Script=Han}/u.test(text.replace(QUOTED, ""));

export function sentences(...texts: readonly (string | null | undefined)[]): string {
  const said = texts.map((text) => text?.trim() ?? "").filter((text) => text !== "");
  return said.reduce((before, text) => {
    if (before === "") return text;
    const english = isEnglish(before) && isEnglish(text);
    const ended = ENDS.test(before) ? before : `${before}${english ? "." : "。"}`;
    return english ? `${ended} ${text}` : ended + text;
  }, "");
}
