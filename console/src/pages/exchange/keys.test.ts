import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { numberOf } from "./keys";

const SPEC = new URL("../../../../crates/ceb/spec/", import.meta.url);

test("of every kind the number is taken from its key, not the code of a company", () => {
  let n = 0;
  for (const file of readdirSync(SPEC).filter((name) => /^ceb\d+\.spec$/.test(name))) {
    const parts = /^key +\| (.*)$/m.exec(readFileSync(new URL(file, SPEC), "utf8"))?.[1]?.trim().split(/\s+/) ?? [];
    if (parts.length < 2) continue;
    n += 1;
    expect(numberOf(file.slice(0, 6).toUpperCase(), parts.join("|")), file).toMatch(/No$|Id$/);
  }
  expect(n).toBeGreaterThan(30);
});

test("a key of one part, or of an unknown kind, stays whole", () => {
  expect(numberOf("CEB311", "DD1")).toBe("DD1");
  expect(numberOf(undefined, "1105960001|DD1")).toBe("1105960001|DD1");
});
