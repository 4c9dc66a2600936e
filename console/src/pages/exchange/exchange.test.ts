import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sumBy, total } from "./figures";
import { KINDS } from "./kinds";
import { statusClass } from "./State";

test("the kinds are those of the reference that are answered, which are those that a company submits", () => {
  const reference = readFileSync(new URL("../../../../docs/protocol/kinds/README.md", import.meta.url), "utf8");
  const rows = [...reference.matchAll(/^\| \[(CEB\d+)\]\(\S+\) \| (\S+) \|.*\| \[CEB\d+\]\(\S+\) \|$/gm)];
  expect(rows.map((row) => [row[1], row[2]])).toEqual(KINDS);
  expect(KINDS.length).toBeGreaterThan(15);
});

test("faults and rejections look bad, ends look good, the rest is under way", () => {
  expect([-301002, 100, 120, 800, 899, 2, 500, 12345].map(statusClass)).toEqual([
    "bad", "bad", "good", "good", "good", "now", "now", "now",
  ]);
});

test("sums by day and by kind agree with the whole", () => {
  const row = (day: string, kind: string, settled: number) => ({
    day, kind, kindName: "", checked: 1, refused: 0, sent: 2, settled, receipts: 3,
  });
  const rows = [row("2026-11-23", "CEB311", 5), row("2026-11-23", "CEB411", 7), row("2026-11-24", "CEB311", 11)];
  expect(total(rows)).toEqual({ checked: 3, refused: 0, sent: 6, settled: 23, receipts: 9 });
  expect(sumBy(rows, (one) => one.day).map(([day, sums]) => [day, sums.settled])).toEqual([
    ["2026-11-23", 12], ["2026-11-24", 11],
  ]);
  expect(sumBy(rows, (one) => one.kind).map(([kind, sums]) => [kind, sums.settled])).toEqual([["CEB311", 16], ["CEB411", 7]]);
  expect(sumBy([], () => "")).toEqual([]);
});
