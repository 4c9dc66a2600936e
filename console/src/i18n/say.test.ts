import { expect, test } from "vitest";
import { say } from ".";

test("one of a thing has no plural in English", () => {
  const many = say("en", "declare.good", { name: "a.xml", n: 21 });
  expect(many).toContain("21 documents");
  expect(say("en", "declare.good", { name: "a.xml", n: 1 })).toContain("1 document,");
  expect(say("en", "declare.others", { n: 1 })).toContain("There is 1 more warning ");
  expect(say("zh-CN", "declare.good", { name: "a.xml", n: 1 })).toContain("1 份单证");
});
