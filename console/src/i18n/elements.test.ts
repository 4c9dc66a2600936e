import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { elementName } from "./elements";

/** The pages of the standard, as the platform publishes them. */
const PAGES = join(import.meta.dirname, "../../../docs/protocol/kinds");

test("every element that people fill in or read has an English name", () => {
  const pages = readdirSync(PAGES).filter((name) => /^CEB\d+\.md$/.test(name));
  expect(pages.length).toBeGreaterThan(20);
  const missing = new Set<string>();
  for (const page of pages) {
    const text = readFileSync(join(PAGES, page), "utf8");
    for (const [, part, rows] of text.matchAll(/^## .*`(\w+)`\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)) {
      if (part === "BaseTransfer" || part === "BaseSubscribe" || part === "ExtendMessage") continue;
      for (const [, element] of (rows ?? "").matchAll(/^\| \d+ \| `(\w+)`/gm)) {
        if (element !== undefined && elementName(element) === undefined) missing.add(`${part}/${element}`);
      }
    }
  }
  expect([...missing]).toEqual([]);
});
