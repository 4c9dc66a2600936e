import { expect, test } from "vitest";
import { compare, sorterOf } from "./sorting";

test("figures go by size, words as people here look them up, and what is missing comes last", () => {
  expect([10, null, 9, 100].sort(compare)).toEqual([9, 10, 100, null]);
  expect(["岗位10", "岗位9", ""].sort(compare)).toEqual(["岗位9", "岗位10", ""]);
  expect(["张", "李", "王"].sort(compare)).toEqual(["李", "王", "张"]);
});

test("a column is sorted by its value, or by the field of its name", () => {
  const rows = [{ n: 2, of: { name: "b" } }, { n: 1, of: { name: "c" } }, { n: 3, of: { name: "a" } }];
  expect([...rows].sort(sorterOf({ key: "n" })).map((row) => row.n)).toEqual([1, 2, 3]);
  expect([...rows].sort(sorterOf({ key: "name", value: (row: (typeof rows)[number]) => row.of.name })).map((row) => row.n)).toEqual([3, 2, 1]);
});
