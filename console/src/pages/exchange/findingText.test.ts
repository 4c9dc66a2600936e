import { expect, test } from "vitest";
import { findingIn, placedIn } from "./findingText";

const finding = {
  path: "/CEB311Message/Order[1]/OrderHead/orderNo",
  text: "订单编号（orderNo）没有填写",
  advice: "请填写。",
  textEn: "Required element missing",
  adviceEn: "Add it.",
};

test("a finding speaks the language of the page, and names its element where no column does", () => {
  expect(findingIn("zh-CN", finding)).toEqual({ text: finding.text, advice: "请填写。" });
  expect(findingIn("en", finding)).toEqual({ text: `Required element missing (${finding.text})`, advice: "Add it." });
  expect(placedIn("en", finding).text).toBe(`orderNo: Required element missing (${finding.text})`);
  expect(placedIn("zh-CN", finding).text).toBe(finding.text);
});

test("a finding whose code has no English text stays as it is", () => {
  const { textEn: _, adviceEn: __, ...chinese } = finding;
  expect(placedIn("en", chinese)).toEqual({ text: finding.text, advice: "请填写。" });
});
