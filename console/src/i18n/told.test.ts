import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { TOLD, toldIn } from "./told";

test("what every status means, and what to do, is told in English", () => {
  const file = readFileSync(new URL("../../../crates/ceb/dictionary/status.txt", import.meta.url), "utf8");
  const rows = file.split("\n").filter((line) => /^-?\d+ \|/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const [, meaning = "", , , advice = ""] = row.split("|").map((part) => part.trim());
    for (const text of [meaning, advice]) if (text !== "" && text !== "-") expect(Object.keys(TOLD)).toContain(text);
  }
});

test("Chinese stays as it is, and so does what nobody has translated", () => {
  expect(toldIn("zh-CN", "海关放行。")).toBe("海关放行。");
  expect(toldIn("en", "海关放行。")).toBe("Released by customs.");
  expect(toldIn("en", "[Code:1332;Desc:…]")).toBe("[Code:1332;Desc:…]");
});
