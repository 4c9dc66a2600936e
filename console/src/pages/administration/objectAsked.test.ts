import { expect, test } from "vitest";
import { objectAsked } from "./objectAsked";

test("what the audit shows as its object finds it, in both languages", () => {
  expect(objectAsked("TG0000000000010")).toBe("message:32");
  expect(["报文 TG0000000000010", "Message TG0000000000010", "message:32"].map(objectAsked)).toEqual(["message:32", "message:32", "message:32"]);
  expect(["企业 123", "企业：123", "company:123", "海关支付询问 7"].map(objectAsked)).toEqual(["company:123", "company:123", "company:123", "payment_inquiry:7"]);
  expect(objectAsked(" receipts ")).toBe("receipts");
});
