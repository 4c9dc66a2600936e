import { expect, test } from "vitest";
import { keep, kept } from "./kept";

test("results outlive the page and belong to one session", () => {
  expect(kept("anna", "declare", "start")).toBe("start");
  keep("anna", "declare", "checked");
  expect(kept("anna", "declare", "start")).toBe("checked");
  expect(kept("anna", "preflight", "start")).toBe("start");
  // Another person on the same browser begins at the start, and late answers of the first are dropped.
  expect(kept("bert", "declare", "start")).toBe("start");
  keep("anna", "declare", "late");
  expect(kept("bert", "declare", "start")).toBe("start");
});
