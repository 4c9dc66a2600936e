import { expect, test } from "vitest";
import { PAGES, UNDER } from ".";
import type { Session } from "../api/session";
import { menuFor, pagesFor, WORKSPACES } from "../shell/page";
import { MENU } from "./menu";

const SITE = { pages: PAGES, menu: MENU };

const session = (more: Partial<Session>): Session => ({
  account: { id: "1", login: "a", name: "甲", language: "zh-CN" },
  csrf: "",
  demo: true,
  memberships: [],
  operations: PAGES.map((page) => page.needs),
  roles: [],
  workspaces: [...WORKSPACES],
  ...more,
});

test("groups have three to eight entries, and no path stands twice in a workspace", () => {
  for (const [workspace, { top, groups }] of Object.entries(MENU)) {
    for (const { title, pages } of groups) {
      expect(pages.length, `${workspace} ${title}`).toBeGreaterThanOrEqual(3);
      expect(pages.length, `${workspace} ${title}`).toBeLessThanOrEqual(8);
    }
    const all = [...top, ...groups.flatMap((group) => [...group.pages])];
    expect(new Set(all).size, workspace).toBe(all.length);
  }
});

test("every page with an icon stands in a menu, and every record below one", () => {
  const listed = Object.values(MENU).flatMap(({ top, groups }): string[] => [...top, ...groups.flatMap((group) => [...group.pages])]);
  expect(PAGES.filter((page) => "icon" in page && !listed.includes(page.path)).map((page) => page.path)).toEqual([]);
  expect(UNDER.filter((path) => !listed.includes(path))).toEqual([]);
});

test("who has several workspaces sees each page once, and who may do nothing sees no group", () => {
  const paths = pagesFor(SITE, session({})).map((page) => page.path);
  expect(new Set(paths).size).toBe(paths.length);
  expect(menuFor(SITE, session({ operations: [] }))).toEqual([]);
  const [only] = menuFor(SITE, session({ workspaces: ["company"], operations: ["keys"] }));
  expect(only).toMatchObject({ workspace: "company", top: [], groups: [{ title: "group.connect", pages: [{ path: "/keys" }] }] });
});

test("a page of the simulator is there where it is", () => {
  const paths = (demo: boolean) => pagesFor(SITE, session({ demo, workspaces: ["operator"] })).map((page) => page.path);
  expect(paths(true)).toContain("/operator/customs-box");
  expect(paths(false)).not.toContain("/operator/customs-box");
});
