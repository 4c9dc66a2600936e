import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { say } from "../../i18n";
import { AUDIENCES, audienceOf } from "../notices/Audience";
import { objectOf, partsOf } from "./approvalName";

test("an approval names its thing once, without the kind before it", () => {
  const kindName = "重新校验平台拒收的报文";
  expect(objectOf({ kindName, title: `${kindName}：CEB311 TG0AP5913S80000` })).toBe("CEB311 TG0AP5913S80000");
  expect(objectOf({ kindName, title: "发布公告" })).toBe("发布公告");
  // A release before called the kind otherwise.
  expect(objectOf({ kindName, title: "重新校验报文：CEB311 TG0AP5913S80000" })).toBe("CEB311 TG0AP5913S80000");
});

test("the thing leads to its page where it has one", () => {
  const of = (kind: string, kindName: string, thing: string) => partsOf({ kind, kindName, title: `${kindName}：${thing}` }).map(({ text, to }) => (to === undefined ? text : [text, to]));
  expect(of("message.release", "放行报文", "CEB311 TG0AP6V8RP00000")).toEqual(["CEB311", ["TG0AP6V8RP00000", "/messages/TG0AP6V8RP00000"]]);
  expect(of("message.release", "放行报文", "CEB311 TG0AP6V8RP00000 甲公司")).toEqual(["CEB311", ["TG0AP6V8RP00000", "/messages/TG0AP6V8RP00000"], "甲公司"]);
  expect(of("receipt.release", "重新匹配", "未匹配回执 12")).toEqual([["未匹配回执", "/operator/parked"], "12"]);
  expect(of("factor.reset", "解除两步验证", "解除 wang.er 的两步验证")).toEqual(["解除", ["wang.er", "/users?q=wang.er"], "的两步验证"]);
  expect(of("notice.publish", "发布公告", "停机（全部）")).toEqual(["停机（全部）"]);
});

test("a parked receipt is named by its kind, its key and its status, as far as they can be read", () => {
  const of = (thing: string) => partsOf({ kind: "receipt.dismiss", kindName: "不再处理未匹配回执", title: `不再处理未匹配回执：${thing}` }).slice(1);
  expect(of("未匹配回执 CEB312，业务主键 4403|DD1，状态 -621018").map(({ kind, key, status }) => kind ?? key ?? status)).toEqual(["CEB312", { kind: "CEB312", text: "4403|DD1" }, -621018]);
  expect(of("未匹配回执 CEB312，状态 100").map(({ text }) => text)).toEqual(["CEB312", "100"]);
});

test("whom a notice is for is shown by its name, also where the request has its code", () => {
  const approval = (title: string) => ({ kind: "notice.publish", kindName: "发布公告", title });
  for (const [written, code] of [["all", "all"], ["对象：全体用户", "all"], ["对象：公开（含登录页）", "public"]] as const) {
    const [title, audience] = partsOf(approval(`发布公告：演示公告（${written}）`));
    expect(title).toEqual({ text: "演示公告" });
    expect(audienceOf(audience?.audience ?? "")).toBe(code);
  }
});

test("every audience has one name, in the console as on the server", () => {
  const source = readFileSync(new URL("../../../../crates/back_office/src/notice/audience.rs", import.meta.url), "utf8");
  for (const one of AUDIENCES) expect(source).toContain(`"${one}" => "${say("zh-CN", `audience.${one}`)}"`);
});
