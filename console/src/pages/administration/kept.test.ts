import { expect, it } from "vitest";
import { keptCount, keptWords } from "./kept";

const t = (word: string) => (word === "list.comma" ? ", " : word);

it("tells how many rows stay for which reason, and an unknown one as it is", () => {
  expect(keptWords([], t)).toBe("–");
  const kept = [
    { why: "open_message", n: 2 },
    { why: "new_reason", n: 1 },
  ];
  expect(keptWords(kept, t)).toBe("archive.stay.open_message 2, new_reason 1");
});

it("counts the rows that stay for whatever reasons, by which a list is sorted", () => {
  const kept = [
    { why: "open_message", n: 2 },
    { why: "changed", n: 3 },
  ];
  expect([keptCount(kept), keptCount([])]).toEqual([5, 0]);
});
