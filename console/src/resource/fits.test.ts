import { expect, test } from "vitest";
import { fits } from "./fits";

test("a number out of range, or in parts, does not fit and is not changed into one that does", () => {
  expect([5, 30, 60].map((n) => fits({ min: 5, max: 60 }, n))).toEqual([true, true, true]);
  expect([4, 61, -1, 5.5, Number.NaN, "30"].map((n) => fits({ min: 5, max: 60 }, n))).toEqual([false, false, false, false, false, false]);
  expect(fits({}, 0)).toBe(true);
});
