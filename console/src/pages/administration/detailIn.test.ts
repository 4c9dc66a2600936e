import { expect, test } from "vitest";
import { nameOf } from "../../i18n/names";
import { detailIn } from "./detailIn";

const english = (text: string) => detailIn(text, (family, code, chinese) => nameOf("en", family, code, chinese));

test("the audit shows in English what a list was narrowed to", () => {
  expect(english("筛选条件：无")).toBe("Filters: none");
  expect(english("筛选条件：报文类型 进口订单CEB311，状态 平台拒收，办理结果 海关退单，待企业处理 是，进出口 进口，企业 甲")).toBe(
    "Filters: message type Import order CEB311, state Refused, outcome Rejected, needs action yes, direction import, company 甲",
  );
});

test("the audit shows a step of a case in English, and what people wrote as they wrote it", () => {
  expect(english("企业信息变更：甲公司信息变更；审批 → 办结；")).toBe("Change of company details: 甲公司信息变更; awaiting decision → approved");
  expect(english("企业信息变更：甲公司信息变更；受理 → 补正；请补执照")).toBe("Change of company details: 甲公司信息变更; taken up → corrections requested; 请补执照");
  expect(english("企业信息变更：甲公司信息变更")).toBe("Change of company details: 甲公司信息变更");
  expect(["连续失败，锁定来自 10.0.0.1 的登录", "参数：5 次 → 3 次", ""].map(english)).toEqual([undefined, undefined, undefined]);
});
