// The pages a person has open, as tabs: each remembers its last address, filters and all.
import { acceptanceNo } from "../format/acceptance";

export interface Tab {
  /** The path; one tab for each. */
  path: string;
  /** The query of the address when it was last looked at. */
  search: string;
  title: string;
}

/** More than these and the oldest is closed. */
export const TABS_MAX = 12;
const STORED = "tongguan.tabs";

/** The tabs after a page was looked at. */
export function visit(tabs: readonly Tab[], tab: Tab): Tab[] {
  const place = tabs.findIndex((one) => one.path === tab.path);
  if (place >= 0) return tabs.map((one, i) => (i === place ? tab : one));
  return [...tabs, tab].slice(-TABS_MAX);
}

/** The tabs without one, and where to go when it was the one that is open. */
export function close(tabs: readonly Tab[], path: string): { tabs: Tab[]; next: Tab | undefined } {
  const place = tabs.findIndex((one) => one.path === path);
  const left = tabs.filter((one) => one.path !== path);
  return { tabs: left, next: left[Math.min(place, left.length - 1)] };
}

/**
 * What tells the pages of two records apart: the acceptance number of a message, the end of another id, or a code,
 * which is short and says what it is.
 */
export function recordOf(pattern: string, path: string): string {
  const names = pattern.split("/").filter((part) => part.startsWith(":"));
  const place = pattern.split("/").lastIndexOf(names.at(-1) ?? ":");
  const id = decodeURIComponent(path.split("/")[place] ?? "");
  if (pattern.startsWith("/messages/")) return acceptanceNo(id);
  return /^\d+$/.test(id) ? id.slice(-4) : id;
}

type Store = Pick<Storage, "getItem" | "setItem">;

/** The tabs that were stored, if their owner is the one who sits here: they tell what somebody looked for. */
export function readTabs(storage: Store, owner: string): Tab[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(STORED) ?? "{}");
    const tabs: unknown = Reflect.get(Object(found), "tabs");
    if (Reflect.get(Object(found), "owner") !== owner || !Array.isArray(tabs)) return [];
    return tabs.filter(
      (one): one is Tab =>
        typeof one?.path === "string" && typeof one?.search === "string" && typeof one?.title === "string",
    );
  } catch {
    return [];
  }
}

export function writeTabs(storage: Store, owner: string, tabs: readonly Tab[]): void {
  storage.setItem(STORED, JSON.stringify({ owner, tabs }));
}
