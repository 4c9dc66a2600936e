import { expect, test } from "vitest";
import { objectOf, partsOf } from "./approvalName";

test("an approval names its thing once, without the kind before it", () => {
  const kindName = "重新校验已拒收报文";
  expect(objectOf({ kindName, title: `${kindName}：CEB311 TG0AP5913S80000` })).toBe("CEB311 TG0AP5913S80000");
  expect(objectOf({ kindName, title: "发布公告" })).toBe("发布公告");
});

test("the thing leads to its page where it has one", () => {
  const of = (kind: string, kindName: string, thing: string) => partsOf({ kind, kindName, title: `${kindName}：${thing}` }).map(({ text, to }) => (to === undefined ? text : [text, to]));
  expect(of("message.release", "放行报文", "CEB311 TG0AP6V8RP00000")).toEqual(["CEB311 ", ["TG0AP6V8RP00000", "/messages/TG0AP6V8RP00000"]]);
  expect(of("receipt.release", "重新匹配", "未匹配回执 12")).toEqual([["未匹配回执 12", "/operator/parked"]]);
  expect(of("factor.reset", "解除两步验证", "解除 wang.er 的两步验证")).toEqual(["解除 ", ["wang.er", "/users?q=wang.er"], " 的两步验证"]);
  expect(of("notice.publish", "发布公告", "停机（全部）")).toEqual(["停机（全部）"]);
});
