import { expect, test } from "vitest";
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
  expect([0, 850, 3210, 59_999, 300_000, 7_200_000, 260_000_000].map(duration)).toEqual([
    "0 ms", "850 ms", "3.2 s", "60.0 s", "5 min", "2 h", "3 d",
  ]);
  expect(duration(undefined)).toBe("–");
});

test("figures", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect(count(null)).toBe("–");
  expect([bytes(5), bytes(2048), bytes(10 * 1024 * 1024)]).toEqual(["5 B", "2.0 KiB", "10.0 MiB"]);
});
