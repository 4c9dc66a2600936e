import { expect, test } from "vitest";
import { caseNews, sawCase } from "./caseNews";

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as unknown as Storage;
}

const granted = [{ id: "1", changedAt: "2026-11-23T10:00:00+08:00" }, { id: "2", changedAt: "2026-11-01T10:00:00+08:00" }];
const now = Date.parse("2026-11-24T10:00:00+08:00");

test("a granted application is news until somebody has looked at it, and for two weeks at most", () => {
  const kept = storage();
  expect(caseNews(kept, granted, now).map((one) => one.id)).toEqual(["1"]);
  sawCase(kept, "1");
  expect(caseNews(kept, granted, now)).toEqual([]);
});

test("whatever another hand has left in the browser, the bell rings", () => {
  const kept = storage();
  kept.setItem("tongguan.cases.seen", "{");
  expect(caseNews(kept, granted, now)).toHaveLength(1);
});
