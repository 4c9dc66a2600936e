import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FRAME_TOP } from "./sticky";

test("headings of a table stand at the upper edge of what scrolls: no strip is left in which rows pass by", () => {
  const style = readFileSync(new URL("../styles.css", import.meta.url), "utf8");
  expect(/^\.content \{[^}]*padding: (\d+)px/m.exec(style)?.[1]).toBe(String(FRAME_TOP));
});
