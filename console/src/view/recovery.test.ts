import { expect, test } from "vitest";
import { nextStep } from "./recovery";

test("a file is asked for again once the platform is there, and nothing is lost by that", () => {
  expect(nextStep({ found: "gone", tries: 0 })).toBe("wait");
  expect(nextStep({ found: "gone", tries: 9 })).toBe("wait");
  expect(nextStep({ found: "same", tries: 0 })).toBe("again");
  expect(nextStep({ found: "same", tries: 1 })).toBe("again");
});

test("what still fails, or is of another release, is loaded anew by the person only, for all that is typed goes with it", () => {
  expect(nextStep({ found: "same", tries: 2 })).toBe("offer");
  expect(nextStep({ found: "other", tries: 0 })).toBe("offer");
});
