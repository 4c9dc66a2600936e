import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adviceOf } from "./englishAdvice";

const sentences = readFileSync(new URL("../../../crates/tongguan/src/app/english.txt", import.meta.url), "utf8");

test("the advice of a refusal is there in English, and of no other", () => {
  expect(adviceOf(sentences, "TG-R4040")).toMatch(/^[A-Z][ -~]+\.$/);
  expect(adviceOf(sentences, "TG-R404")).toBeUndefined();
});
