import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nameOf } from "../../i18n/names";
import { careful, meaningIn } from "./choices";
import type { StoryDocument } from "./types";

const SPEC = new URL("../../../../crates/ceb/spec/", import.meta.url);

test("every code from which a declared field has one is named in both languages", () => {
  const choices = new Set<string>();
  for (const file of readdirSync(SPEC).filter((name) => name.endsWith(".spec"))) {
    for (const line of readFileSync(new URL(file, SPEC), "utf8").split("\n")) {
      const [element = "", , , , rules = ""] = line.split("|").map((part) => part.trim());
      const values = /\bin=(\S+)/.exec(rules)?.[1]?.split(",") ?? [];
      // What has one value only is no choice.
      if (values.length > 1) for (const value of values) choices.add(`${element}.${value}`);
    }
  }
  expect(choices.size).toBeGreaterThan(15);
  for (const choice of choices) {
    expect(nameOf("zh-CN", "choice", choice), choice).not.toBe(choice);
    expect(nameOf("en", "choice", choice), choice).not.toBe(choice);
  }
});

test("a document that had better not be declared again is found, whatever else was said of it", () => {
  const documents = [{ number: 1, reasons: [{ resubmit: "new" }] }, { number: 2, reasons: [{ resubmit: "new" }, { resubmit: "call" }] }];
  expect(careful(documents).map((one) => one.number)).toEqual([2]);
});

test("a meaning holds for the value that it was told of", () => {
  const field = { element: "unit", chinese: "计量单位", value: "122", meaning: "听" };
  const documents = [{ messageId: "7", number: 1, fields: [], lines: [[field]] } as unknown as StoryDocument];
  const meaning = meaningIn(documents, "7");
  expect(meaning(1, 1, "unit", "122")).toBe("听");
  expect([meaning(1, 1, "unit", "035"), meaning(2, 1, "unit", "122"), meaning(1, undefined, "unit", "122")]).toEqual([undefined, undefined, undefined]);
});
