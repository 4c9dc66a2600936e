import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sentenceIn } from "./sentence";

/** What jobs note of their runs, as their code writes it, with every value a 7. */
function notesOf(path: string): string[] {
  const file = readFileSync(new URL(`../../../crates/${path}`, import.meta.url), "utf8");
  const texts = [...file.matchAll(/(?:format!\(\s*|Cancelled\(|Stopped\(|Failed\(|Err\(|write_str\()"([^"]*)"/g)].map((found) => found[1] ?? "");
  return texts.filter((text) => /[\u4e00-\u9fff]/.test(text)).map((text) => text.replace(/\{[^}]*\}/g, "7"));
}

test.each([
  ["jobs/src/runner/one.rs", 4],
  ["jobs/src/fence.rs", 1],
  ["identity/src/jobs.rs", 1],
  ["exchange/src/reseal/mod.rs", 6],
])("what %s notes of a run is there in English", (path, least) => {
  const notes = notesOf(path);
  expect(notes.length).toBeGreaterThanOrEqual(least);
  for (const note of notes) {
    const whole = note.startsWith("；") ? `已补加密 7 项，存量已全部处理${note}` : note;
    expect(sentenceIn("en", whole), note).not.toMatch(/[\u4e00-\u9fff]/);
  }
});
