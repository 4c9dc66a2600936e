import { expect, test } from "vitest";
import { causeWords, verdict } from "./clinic";

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
