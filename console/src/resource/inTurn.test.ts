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
    { row: "a", outcome: "done" },
    { row: "b", outcome: "failed", error: refused },
    { row: "c", outcome: "done" },
  ]);
});

test("when nobody answers or nobody is logged in the others are not tried, and what may have been done is not called failed", async () => {
  const errors: [unknown, string][] = [
    [new ApiError(0, undefined, undefined), "unknown"],
    [new ApiError(401, undefined, undefined), "failed"],
    [new ApiError(502, undefined, undefined), "unknown"],
    [new ApiError(503, undefined, undefined), "failed"],
    [new ApiError(504, undefined, undefined), "unknown"],
    // A success whose body is no JSON.
    [new SyntaxError("Unexpected end of JSON input"), "unknown"],
  ];
  for (const [error, outcome] of errors) {
    const results = await inTurn(
      ["a", "b", "c"],
      async () => {
        throw error;
      },
      () => undefined,
    );
    expect(results.map((one) => one.outcome)).toEqual([outcome, "notTried", "notTried"]);
  }
});

test("what one person began is not gone on with as another", async () => {
  let owner = "anna";
  const results = await inTurn(
    ["a", "b"],
    async () => {
      owner = "bert";
    },
    () => undefined,
    () => owner === "anna",
  );
  expect(results.map((one) => one.outcome)).toEqual(["done", "notTried"]);
});
