import { expect, test } from "vitest";
import { say } from "../i18n";
import { bytes, count } from "./number";
import { beijingDay, customsTime, dateTime, duration } from "./time";

test("times are those of Beijing, whatever the zone of the computer", () => {
  expect(dateTime("2026-11-23T22:23:35.206Z")).toBe("2026-11-24 06:23:35");
  expect(dateTime("2026-11-24T06:23:35.206+08:00")).toBe("2026-11-24 06:23:35");
  expect(dateTime(0)).toBe("1970-01-01 08:00:00");
  expect(beijingDay(Date.parse("2026-12-31T16:00:00Z"))).toBe("2027-01-01");
});

test("nothing stays nothing, and what is no time is shown as it is", () => {
  expect(dateTime(null)).toBe("");
  expect(dateTime("")).toBe("");
  expect(dateTime("昨天")).toBe("昨天");
});

test("customs writes its times without signs", () => {
  expect(customsTime("20261124062335549")).toBe("2026-11-24 06:23:35");
  expect(customsTime("20261124062335")).toBe("2026-11-24 06:23:35");
  expect(customsTime("unknown")).toBe("unknown");
  expect(customsTime(null)).toBe("");
});

test("durations keep the unit that a person would choose", () => {
  const in_ = (language: "zh-CN" | "en") => (ms: number) => duration(ms, (word, values) => say(language, word, values));
  const all = [0, 850, 2000, 3210, 59_999, 300_000, 7_200_000, 260_000_000];
  expect(all.map(in_("en"))).toEqual(["0 ms", "850 ms", "2 s", "3.2 s", "60 s", "5 min", "2 h", "3 d"]);
  expect(all.map(in_("zh-CN"))).toEqual(["0 毫秒", "850 毫秒", "2 秒", "3.2 秒", "60 秒", "5 分钟", "2 小时", "3 天"]);
  expect(duration(undefined, () => "?")).toBe("–");
});

test("figures", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(count(null)).toBe("–");
  expect([bytes(5), bytes(2048), bytes(10 * 1024 * 1024)]).toEqual(["5 B", "2 KB", "10 MB"]);
});
