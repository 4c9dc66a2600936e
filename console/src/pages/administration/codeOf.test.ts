import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isWord } from "../../i18n";
import { nameOf } from "../../i18n/names";
import { codeOf, named, termsIn } from "./codeOf";

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

test("the audit shows lists of terms in English, and sentences as they are", () => {
  const english = (text: string) => termsIn(text, (family, code, chinese) => nameOf("en", family, code, chinese));
  expect(english("密码、动态验证码；登录完成")).toBe("Password, One-time code; Logged in");
  expect(english("密码；待开启两步验证")).toBe("Password; Two-step verification to be set up");
  expect(english("企业管理员 company.admin")).toBe("Company administrator company.admin");
  expect(["", "连续失败，锁定来自 10.0.0.1 的登录", "密码；别的"].map(english)).toEqual(["", "连续失败，锁定来自 10.0.0.1 的登录", "密码；别的"]);
});

test("every act of the platform has a name in English", () => {
  // Written from the acts themselves, and checked to be up to date.
  const events = readFileSync(new URL("../../../../docs/audit-events.md", import.meta.url), "utf8");
  const acts = [...events.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, act]) => act);
  expect(acts.length).toBeGreaterThan(80);
  expect(acts.filter((act) => !isWord(`act.${act}`))).toEqual([]);
});
