import { expect, test } from "vitest";
import { acceptanceNo } from "./acceptance";

// Crockford's digits, most significant first, as `MessageId::acceptance_no` of the platform has them.
test("an id is written as the platform writes it", () => {
  expect(acceptanceNo("1")).toBe("TG0000000000001");
  expect(acceptanceNo("32")).toBe("TG0000000000010");
  expect(acceptanceNo("9223372036854775807")).toBe("TG7ZZZZZZZZZZZZ");
  expect(acceptanceNo("TG0000000000001")).toBe("TG0000000000001");
});
