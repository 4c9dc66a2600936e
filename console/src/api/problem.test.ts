import { expect, test } from "vitest";
import { ApiError, isRefused } from "./problem";

test("what was asked wrongly is not asked again by itself; what failed for the moment is", () => {
  const of = (status: number) => isRefused(new ApiError(status, undefined, undefined));
  expect([400, 403, 404, 422].map(of)).toEqual([true, true, true, true]);
  expect([0, 401, 408, 429, 500, 503].map(of)).toEqual([false, false, false, false, false, false]);
  expect(isRefused(new Error("x"))).toBe(false);
});
