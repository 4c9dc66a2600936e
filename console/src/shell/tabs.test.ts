import { expect, test } from "vitest";
import { recordOf, close, readTabs, TABS_MAX, type Tab, visit, writeTabs } from "./tabs";

const tab = (path: string, search = ""): Tab => ({ path, search, title: path });

test("a page has one tab, which remembers its last address", () => {
  const tabs = visit(visit(visit([], tab("/a")), tab("/b")), tab("/a", "?kind=1"));
  expect(tabs).toEqual([tab("/a", "?kind=1"), tab("/b")]);
});

test("tabs do not grow without end", () => {
  let tabs: Tab[] = [];
  for (let i = 0; i < 30; i += 1) tabs = visit(tabs, tab(`/${i}`));
  expect(tabs).toHaveLength(TABS_MAX);
  expect(tabs.at(-1)?.path).toBe("/29");
});

test("closing leads to the neighbour", () => {
  const tabs = [tab("/a"), tab("/b"), tab("/c")];
  expect(close(tabs, "/b").next?.path).toBe("/c");
  expect(close(tabs, "/c").next?.path).toBe("/b");
  expect(close([tab("/a")], "/a").next).toBeUndefined();
});

test("a page of a record is named by the record, never by a word of its address", () => {
  expect(recordOf("/messages/:id", "/messages/32")).toBe("TG0000000000010");
  expect(recordOf("/messages/:id/correct", "/messages/32/correct")).toBe("TG0000000000010");
  expect(recordOf("/cases/:id", "/cases/383382098620186624")).toBe("6624");
  expect(recordOf("/dictionaries/:code", "/dictionaries/ceb.country")).toBe("ceb.country");
  expect(recordOf("/dictionaries/:code", "/dictionaries/%E6%9D%A5")).toBe("来");
  expect(recordOf("/messages", "/messages")).toBe("");
});

test("tabs that were stored are those of their owner, with their filters, and of nobody else", () => {
  const values = new Map<string, string>();
  const storage = { getItem: (key: string) => values.get(key) ?? null, setItem: (key: string, value: string) => void values.set(key, value) };
  writeTabs(storage, "anna", [tab("/messages", "?orderNo=1")]);
  expect(readTabs(storage, "anna")).toEqual([tab("/messages", "?orderNo=1")]);
  expect(readTabs(storage, "bert")).toEqual([]);
  for (const odd of ["[]", "null", "{", '{"owner":"anna","tabs":3}']) {
    values.set("tongguan.tabs", odd);
    expect(readTabs(storage, "anna")).toEqual([]);
  }
});
