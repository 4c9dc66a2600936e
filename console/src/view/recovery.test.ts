import { expect, test } from "vitest";
import { nextStep, RELOAD_MS } from "./recovery";

const known = { found: "same", tries: 0, reloadedMs: Number.POSITIVE_INFINITY } as const;

test("a file is asked for again once the platform is there, and nothing is lost by that", () => {
  expect(nextStep({ ...known, found: "gone" })).toBe("wait");
  expect(nextStep(known)).toBe("again");
  expect(nextStep({ ...known, tries: 1 })).toBe("again");
});

test("what still fails, or is of another release, loads the console anew, but not in a circle", () => {
  expect(nextStep({ ...known, tries: 2 })).toBe("reload");
  expect(nextStep({ ...known, found: "other" })).toBe("reload");
  expect(nextStep({ ...known, found: "other", reloadedMs: RELOAD_MS - 1 })).toBe("wait");
  expect(nextStep({ ...known, tries: 9, reloadedMs: RELOAD_MS })).toBe("reload");
});
