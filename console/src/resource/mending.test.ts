import { expect, test } from "vitest";
import { isDay, mended, withoutStrange } from "./mending";

const LISTED = {
  filters: [{ key: "q" }, { key: "state", as: "select" }, { key: "act", as: "select" }, { key: "from", as: "day" }] as const,
  // The choices of `act` are not here yet.
  choices: (key: string) => (key === "state" ? [{ value: "sent" }] : undefined),
  columns: [{ key: "at", sort: { up: "oldest", down: "newest" } }, { key: "name" }],
  own: "newest",
  whole: false,
};

const address = (text: string, isRefused: boolean, more: Partial<typeof LISTED> = {}) => {
  const found = mended(new URLSearchParams(text), { ...LISTED, ...more }, isRefused);
  return found === undefined ? undefined : [found.search.toString(), ...found.lost];
};

test("an address that the platform serves stays as it is", () => {
  for (const good of ["", "q=x&state=sent&from=2026-02-28&pages=17&size=50&sort=oldest", "sort=newest", "state=evil&pages=17"]) {
    expect(address(good, false), good).toBeUndefined();
  }
});

test("a page that is refused, or is none, gives way to the first, with filters and order kept", () => {
  expect(address("state=sent&pages=abc&sort=oldest&size=50", true)).toEqual(["state=sent&sort=oldest&size=50", "place"]);
  expect(address("q=x&pages=%25", false)).toEqual(["q=x", "place"]);
  expect(address("pages=", false)).toEqual(["", "place"]);
  expect(address("pages=17", false, { whole: true })).toEqual(["", "place"]);
});

test("an order that no column has goes, with the page that was one of its own", () => {
  expect(address("q=x&sort=evil&pages=17", false)).toEqual(["q=x", "order"]);
});

test("filters go that are no choice or no day, and only when they were refused; what was typed stays, and is told", () => {
  expect(address("q=x&state=evil&from=2026-02-30&pages=17", true)).toEqual(["q=x", "filters"]);
  expect(address("state=sent&from=xx", true)).toEqual(["state=sent", "filters"]);
  expect(address("q=evil&act=evil", true)).toBeUndefined();
  expect(address("state=sent&from=2026-02-28", true)).toBeUndefined();
});

test("what was mended needs no more of it", () => {
  for (const bad of ["state=evil&sort=evil&pages=17", "pages=abc", "from=x&sort=evil"]) {
    const [once = ""] = address(bad, true) ?? [];
    expect(address(once, true), bad).toBeUndefined();
  }
});

test("days are those of the calendar", () => {
  expect(["2026-02-28", "2028-02-29"].every(isDay)).toBe(true);
  expect(["2026-02-29", "2026-13-01", "2026-1-1", "xx", "", "2026-02-28T00:00:00Z"].some(isDay)).toBe(false);
});

test("pages without a list lose what they do not know, and nothing else", () => {
  const known = { from: isDay, to: isDay };
  expect(withoutStrange(new URLSearchParams("from=x&to=2026-01-02&more=1"), known)).toMatchObject({ lost: ["filters"] });
  expect(withoutStrange(new URLSearchParams("from=x&to=2026-01-02&more=1"), known)?.search.toString()).toBe("to=2026-01-02&more=1");
  expect(withoutStrange(new URLSearchParams("to=2026-01-02&more=1"), known)).toBeUndefined();
});
