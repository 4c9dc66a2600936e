import { expect, test } from "vitest";
import { codeOf, named } from "./codeOf";

test("a sentence that begins with a code is parted after it; others stay whole", () => {
  expect(codeOf("receipt.release：未匹配回执 12")).toEqual({ code: "receipt.release", rest: "：未匹配回执 12" });
  expect(codeOf("receipt.release")).toEqual({ code: "receipt.release", rest: "" });
  expect(codeOf("地址 10.0.0.1")).toEqual({ rest: "地址 10.0.0.1" });
  expect(codeOf("files.example.cn")).toEqual({ rest: "files.example.cn" });
});

test("documents and business roles in a sentence are named; other sentences stay as they are", () => {
  const name = (family: string, code: string) => `${family}/${code}`;
  const hash = "0123456789abcdef".repeat(4);
  expect(named(`licence my licence.pdf ${hash}`, name, "、")).toBe("caseDocument/licence my licence.pdf SHA-256 01234567…");
  expect(named(`licence a.pdf ${hash}`, name, "、", true)).toBe(`caseDocument/licence a.pdf SHA-256 ${hash}`);
  expect(named("1105960001 ebc,agent", name, "、")).toBe("1105960001 business/ebc、business/agent");
  expect(named("已开通 pay", name, "、")).toBe("已开通 business/pay");
  expect(named("user left", name, "、")).toBe("user left");
});
