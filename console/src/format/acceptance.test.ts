import { expect, test } from "vitest";
import { acceptanceNo, messageIdOf } from "./acceptance";

// Crockford's digits, most significant first, as `MessageId::acceptance_no` of the platform has them.
test("an id is written as the platform writes it", () => {
  expect(acceptanceNo("1")).toBe("TG0000000000001");
  expect(acceptanceNo("32")).toBe("TG0000000000010");
  expect(acceptanceNo("9223372036854775807")).toBe("TG7ZZZZZZZZZZZZ");
  expect(acceptanceNo("TG0000000000001")).toBe("TG0000000000001");
});

test("an acceptance number leads back to its id, and nothing else does", () => {
  expect(["1", "32", "9223372036854775807"].map((id) => messageIdOf(acceptanceNo(id)))).toEqual(["1", "32", "9223372036854775807"]);
  expect(messageIdOf(" tg0000000000010 ")).toBe("32");
  expect(["", "TG1", "TG000000000000U", "company:1"].map(messageIdOf)).toEqual([undefined, undefined, undefined, undefined]);
});
