import { beforeEach, expect, test } from "vitest";
import * as cursor from "./cursor";
import { readFilters, readSize, writeFilters } from "./filters";
import type { Translate } from "../i18n";
import { listExport } from "./exporting";
import type { Resource } from "./resource";
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

test("the export asks for what is seen, in words", () => {
  const t = ((word: string) => `<${word}>`) as Translate;
  const resource: Resource<{ id: string }> = {
    name: "online-things",
    title: "menu.users",
    path: "/api/v1/users",
    rowKey: (row) => row.id,
    empty: "list.empty",
    filters: [{ key: "state", label: "message.state", as: "select", options: [{ value: "a", label: { text: "Alpha" } }] }],
    columns: [
      { key: "state", title: "message.state" },
      { key: "roles", title: "person.role", from: "roles.*.name" },
      { key: "side", title: "agent.side", words: { agent: "agent.is.agent" } },
      { key: "at", title: "person.since", as: "time" },
    ],
  };
  expect(listExport(resource, resource.columns, { q: "x", none: undefined, empty: "" }, t)).toEqual({
    list: "online_things",
    title: "<menu.users>",
    query: { q: "x" },
    columns: [
      { title: "<message.state>", from: "state", form: "text", words: { true: "<yes>", false: "<no>", a: "Alpha" } },
      { title: "<person.role>", from: "roles.*.name", form: "text", words: { true: "<yes>", false: "<no>" } },
      { title: "<agent.side>", from: "side", form: "text", words: { true: "<yes>", false: "<no>", agent: "<agent.is.agent>" } },
      { title: "<person.since>", from: "at", form: "time", words: { true: "<yes>", false: "<no>" } },
    ],
  });
});
