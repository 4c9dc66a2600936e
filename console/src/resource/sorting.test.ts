import { expect, test } from "vitest";
import { compare, directionOf, directionsOf, ordered, pressedSort, readSort, sorted, writeSort } from "./sorting";

test("figures go by size, words as people here look them up, and what is missing comes last", () => {
  expect([10, null, 9, 100].sort(compare)).toEqual([9, 10, 100, null]);
  expect(["岗位10", "岗位9", ""].sort(compare)).toEqual(["岗位9", "岗位10", ""]);
  expect(["张", "李", "王"].sort(compare)).toEqual(["李", "王", "张"]);
});

test("a list that is here as a whole has an order by each column, which the address keeps, and what is missing comes last both ways", () => {
  const rows = [{ n: 2, of: { name: "b" } }, { n: 1, of: { name: "c" } }, { n: null, of: { name: "a" } }];
  const resource = { columns: [{ key: "n", title: "backOffice.place" as const }, { key: "name", title: "backOffice.code" as const, value: (row: (typeof rows)[number]) => row.of.name }] };
  const columns = ordered({ ...resource, whole: true });
  const inOrder = (address: string) => sorted(rows, columns, readSort(new URLSearchParams(address), columns) ?? "newest").map((row) => row.n);
  expect(inOrder("sort=n")).toEqual([1, 2, null]);
  expect(inOrder("sort=-n")).toEqual([2, 1, null]);
  expect(inOrder("sort=name")).toEqual([null, 2, 1]);
  expect(inOrder("sort=evil")).toEqual([2, 1, null]);
  expect(pressedSort(columns, "name", "descend")).toBe("-name");
  // A page of a longer list, or a tree, would only seem sorted.
  expect(ordered(resource)).toBe(resource.columns);
  expect(ordered({ ...resource, whole: true, parent: () => null })).toBe(resource.columns);
});

test("a heading with one way only leads there and back to the order of the platform, and its mark says which holds", () => {
  const due = { up: "due" };
  expect(directionsOf(due, "newest")).toEqual(["ascend"]);
  expect(["due", "newest"].map((order) => directionOf(due, order))).toEqual(["ascend", null]);
  // Behind the last way nothing is pressed.
  expect(writeSort(new URLSearchParams("sort=due&pages=9"), pressedSort([{ key: "dueAt", sort: due }], "dueAt", undefined), "newest").toString()).toBe("");
});

const columns = [{ key: "login", sort: { up: "login", down: "-login" } }, { key: "name" }, { key: "at", sort: { up: "oldest", down: "newest" } }];

test("the address holds an order that the platform serves, and a new one begins on the first page", () => {
  expect(readSort(new URLSearchParams("sort=-login"), columns)).toBe("-login");
  for (const strange of ["sort=evil", "sort=", ""]) expect(readSort(new URLSearchParams(strange), columns)).toBeUndefined();
  const search = new URLSearchParams("q=x&pages=9&size=50");
  expect(writeSort(search, "login", "newest").toString()).toBe("q=x&size=50&sort=login");
  expect(writeSort(new URLSearchParams("sort=login&pages=9"), undefined, "newest").toString()).toBe("");
  expect(writeSort(new URLSearchParams("sort=oldest"), "newest", "newest").toString()).toBe("");
});

test("a heading shows and changes the order; the platform's own gives way to its opposite only", () => {
  const [login, , at] = columns.map((column) => column.sort);
  expect(["newest", "oldest", "login"].map((order) => directionOf(at!, order))).toEqual(["descend", "ascend", null]);
  expect(["newest", "login", "-login"].map((order) => directionOf(login!, order))).toEqual([null, "ascend", "descend"]);
  expect(directionsOf(login!, "newest")).toEqual(["ascend", "descend"]);
  expect(directionsOf(at!, "newest")).toEqual(["descend", "ascend", "descend"]);
  expect(directionsOf(at!, "oldest")).toEqual(["ascend", "descend", "ascend"]);
  expect(pressedSort(columns, "at", "ascend")).toBe("oldest");
  expect(pressedSort(columns, "login", "descend")).toBe("-login");
  expect([pressedSort(columns, "login", null), pressedSort(columns, "name", "ascend")]).toEqual([undefined, undefined]);
});
