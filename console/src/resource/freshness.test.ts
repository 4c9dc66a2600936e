import { expect, test } from "vitest";
import { freshness } from "./freshness";

test("a list is live only while all of it holds", () => {
  const all = { isDown: false, isFailed: false, line: "live", follows: true } as const;
  expect(freshness(all)).toBe("live");
  expect(freshness({ ...all, isDown: true })).toBe("down");
  expect(freshness({ ...all, isFailed: true })).toBe("failed");
  expect(freshness({ ...all, line: "polling" })).toBe("polling");
  expect(freshness({ ...all, line: "connecting" })).toBe("polling");
  expect(freshness({ ...all, follows: false })).toBe("polling");
});
