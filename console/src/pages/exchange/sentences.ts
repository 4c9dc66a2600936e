// Texts of the platform one after the other: each ends as a sentence does.

const ENDS = /[。！？；：.!?;:]$/u;

export function sentences(...texts: readonly (string | null | undefined)[]): string {
  const said = texts.map((text) => text?.trim() ?? "").filter((text) => text !== "");
  return said.map((text, i) => (i < said.length - 1 && !ENDS.test(text) ? `${text}。` : text)).join("");
}
