import { expect, test } from "vitest";
import { ownerOf, type Session } from "../api/session";
import { keep, kept } from "./kept";

test("results outlive the page and belong to one person", () => {
  expect(kept("anna", "declare", "start")).toBe("start");
  keep("anna", "declare", "checked");
  expect(kept("anna", "declare", "start")).toBe("checked");
  expect(kept("anna", "preflight", "start")).toBe("start");
  // Another person on the same browser begins at the start, and late answers of the first are dropped.
  expect(kept("bert", "declare", "start")).toBe("start");
  keep("anna", "declare", "late");
  expect(kept("bert", "declare", "start")).toBe("start");
});

test("what was checked for one company is not there for another, although the person is the same", () => {
  const of = (company: string | undefined) => ownerOf({ account: { id: "7" }, company: company === undefined ? undefined : { id: company } } as unknown as Session);
  keep(of("1"), "declare", "early");
  expect(kept(of("1"), "declare", "start")).toBe("start");
  keep(of("1"), "declare", "checked");
  expect(kept(of("2"), "declare", "start")).toBe("start");
  expect(new Set([of("1"), of("2"), of(undefined)]).size).toBe(3);
});
