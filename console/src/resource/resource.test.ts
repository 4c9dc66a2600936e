import { beforeEach, expect, test } from "vitest";
import * as cursor from "./cursor";
import { readFilters, readSize, writeFilters } from "./filters";
import { dropFilter, saveColumns, savedColumns, savedFilters, saveFilter } from "./saved";

class Memory implements Storage {
  private readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  clear() {
    this.items.clear();
  }
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  key(index: number) {
    return [...this.items.keys()][index] ?? null;
  }
  removeItem(key: string) {
    this.items.delete(key);
  }
  setItem(key: string, value: string) {
    this.items.set(key, value);
  }
}

let storage: Storage;
beforeEach(() => {
  storage = new Memory();
});

test("the way back is the way there, through the address", () => {
  const first = cursor.read(null);
  expect([cursor.current(first), cursor.pageNumber(first)]).toEqual([undefined, 1]);
  const third = cursor.forward(cursor.forward(first, "17-a"), "9-b");
  expect([cursor.current(third), cursor.pageNumber(third)]).toEqual(["9-b", 3]);
  const reloaded = cursor.read(cursor.write(third));
  expect(cursor.current(cursor.back(reloaded))).toBe("17-a");
  expect(cursor.back(cursor.back(reloaded))).toEqual([]);
  expect(cursor.back([])).toEqual([]);
  expect(cursor.read(cursor.write(["a,b", "%", "c~d"]))).toEqual(["a,b", "%", "c~d"]);
  expect(cursor.read("%")).toEqual([]);
});

test("the address holds known filters, and new filters begin on the first page", () => {
  const search = new URLSearchParams("kind=CEB311&state=&evil=1&pages=9&size=50");
  expect(readFilters(search, ["kind", "state", "from"])).toEqual({ kind: "CEB311" });
  const next = writeFilters(search, ["kind", "state"], { kind: undefined, state: " sent " });
  expect(next.toString()).toBe("state=sent&evil=1&size=50");
  expect(search.get("pages")).toBe("9");
});

test("only the sizes that are offered", () => {
  expect(readSize(new URLSearchParams("size=50"))).toBe(50);
  for (const asked of ["size=7", "size=100000", "size=x", ""]) {
    expect(readSize(new URLSearchParams(asked))).toBe(20);
  }
});

test("named filters are replaced by name and dropped", () => {
  saveFilter(storage, "messages", { name: "今日退单", values: { state: "refused" } });
  saveFilter(storage, "messages", { name: "今日退单", values: { state: "held" } });
  saveFilter(storage, "receipts", { name: "别的", values: {} });
  expect(savedFilters(storage, "messages")).toEqual([{ name: "今日退单", values: { state: "held" } }]);
  expect(dropFilter(storage, "messages", "今日退单")).toEqual([]);
  expect(savedFilters(storage, "receipts")).toHaveLength(1);
});

test("whatever stands in the storage does no harm", () => {
  for (const junk of ["{", "7", '[1,{"name":3},{"name":"a","values":{"k":5}}]']) {
    storage.setItem("tongguan.messages.filters", junk);
    storage.setItem("tongguan.messages.columns", junk);
    expect(savedFilters(storage, "messages")).toEqual([]);
    expect(savedColumns(storage, "messages", ["kind"])).toBeUndefined();
  }
});

test("columns keep the order of the list and forget those that are gone", () => {
  saveColumns(storage, "messages", ["state", "gone", "kind"]);
  expect(savedColumns(storage, "messages", ["kind", "guid", "state"])).toEqual(["kind", "state"]);
  saveColumns(storage, "messages", undefined);
  expect(savedColumns(storage, "messages", ["kind"])).toBeUndefined();
});
