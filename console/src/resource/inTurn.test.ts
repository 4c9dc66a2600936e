import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import { inTurn } from "./inTurn";

test("each row has its result, in order, and a refusal of one stops no other", async () => {
  const refused = new ApiError(409, undefined, undefined);
  const tried: number[] = [];
  const acted: string[] = [];
  const results = await inTurn(
    ["a", "b", "c"],
    async (row) => {
      acted.push(row);
      if (row === "b") throw refused;
    },
    (n) => tried.push(n),
  );
  expect(acted).toEqual(["a", "b", "c"]);
  expect(tried).toEqual([1, 2, 3]);
  expect(results).toEqual([
    { row: "a", isDone: true },
    { row: "b", isDone: false, error: refused },
    { row: "c", isDone: true },
  ]);
});

test("when nobody answers or nobody is logged in the others are not tried", async () => {
  for (const status of [0, 401]) {
    const results = await inTurn(
      ["a", "b", "c"],
      async () => {
        throw new ApiError(status, undefined, undefined);
      },
      () => undefined,
    );
    expect(results.map(({ isDone }) => isDone)).toEqual([false, undefined, undefined]);
  }
});
