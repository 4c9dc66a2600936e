import { expect, test } from "vitest";
import { editList, keyOf } from "./edits";

test("a change keeps its document, line and element on the way to the platform", () => {
  expect(editList({})).toEqual([]);
  expect(editList({ [keyOf(1, undefined, "orderNo")]: "DD1", [keyOf(2, 3, "qty")]: "" })).toEqual([
    { document: 1, element: "orderNo", value: "DD1" },
    { document: 2, line: 3, element: "qty", value: "" },
  ]);
});
