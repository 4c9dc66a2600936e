// Texts of the platform one after the other: each ends as a sentence does.

const ENDS = /[。！？；：.!?;:]$/u;

/** A sentence of English begins with a letter or a sign of it, whatever it quotes. */
const isEnglish = (text: string): boolean => /^[ -~]/.test(text);

export function sentences(...texts: readonly (string | null | undefined)[]): string {
  const said = texts.map((text) => text?.trim() ?? "").filter((text) => text !== "");
  return said.reduce((before, text) => {
    if (before === "") return text;
    const english = isEnglish(before) && isEnglish(text);
    const ended = ENDS.test(before) ? before : `${before}${english ? "." : "。"}`;
    return english ? `${ended} ${text}` : ended + text;
  }, "");
}
