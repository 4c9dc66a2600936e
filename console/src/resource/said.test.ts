import { expect, test } from "vitest";
import { saidOf } from "./said";

test("what another person must agree to is never said to be done", () => {
  expect(saidOf({ approvalId: "7" }, "action.done")).toBe("action.sentForApproval");
  expect(saidOf({ approvalId: "7" }, "parameter.asked")).toBe("action.sentForApproval");
  expect(saidOf({ caseId: "7" }, "action.done")).toBe("action.caseOpened");
  for (const done of [undefined, null, "", {}, { approvalId: null }, { holds: true }]) {
    expect(saidOf(done, "action.done")).toBe("action.done");
  }
});
