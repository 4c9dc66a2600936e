import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { causeWord, causeWords, titleOf, verdict } from "./clinic";

const CLINIC = join(import.meta.dirname, "../../../../crates/ceb/src/signature/clinic");

/** The names that `fn name` of a file of the platform gives. */
function namesIn(file: string): string[] {
  const text = readFileSync(join(CLINIC, file), "utf8");
  const from = text.indexOf("pub fn name(");
  const body = text.slice(from, text.indexOf("\n    }\n", from));
  return [...body.matchAll(/=> "([a-z0-9-]+)"/g)].map(([, name = ""]) => name);
}

test("every cause that the platform may name has a word", () => {
  const names = [...namesIn("cause.rs"), ...namesIn("forms.rs")];
  expect(names.length).toBeGreaterThan(40);
  expect(names).toContain("digest-method-changed");
  expect(names.filter((name) => causeWord(name) === undefined)).toEqual([]);
  expect(causeWords("digest-method-changed")).toEqual(["clinic.cause.methodChanged"]);
});

test("a cause has words in both languages, and several causes have theirs once each", () => {
  expect(causeWords("exclusive")).toEqual(["clinic.cause.exclusive"]);
  expect(causeWords("reformatted+carriage-returns+declaration")).toEqual([
    "clinic.cause.layout",
    "clinic.cause.crlf",
    "clinic.cause.declaration",
  ]);
  expect(causeWords("value-short-r")).toEqual(["clinic.cause.valueForm"]);
  expect(causeWords("single-bar")).toEqual(["clinic.cause.payment"]);
  expect(causeWords("something new")).toEqual(["clinic.cause.form"]);
});

test("nothing looks good while something has to be changed", () => {
  expect(verdict({ outcome: "passed", cause: "none" }).look).toBe("success");
  for (const cause of ["certificate", "holder", "extra", "key-name"]) expect(verdict({ outcome: "passed", cause }).look).toBe("error");
  expect(verdict({ outcome: "passed", cause: "tolerated" }).look).toBe("warning");
  for (const outcome of ["failed", "unsigned", "unsupported"]) expect(verdict({ outcome, cause: "x" }).look).toBe("error");
});

test("what is no message is called so, and nothing is said twice", () => {
  expect(titleOf({ outcome: "failed", cause: "failure", code: "TG-E1002" })).toEqual(["clinic.noMessage"]);
  expect(titleOf({ outcome: "failed", cause: "failure", code: "TG-E1803" })).toEqual(["clinic.failed", "clinic.cause.failure"]);
  expect(titleOf({ outcome: "unsigned", cause: "unsigned", code: null })).toEqual(["clinic.unsigned"]);
});
