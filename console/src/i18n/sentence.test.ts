import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ENGLISH, sentenceIn } from "./sentence";

/** Meaning and advice of every row of a dictionary. */
function sentencesOf(name: string): string[] {
  const file = readFileSync(new URL(`../../../crates/ceb/dictionary/${name}.txt`, import.meta.url), "utf8");
  const rows = file.split("\n").filter((line) => /^-?\d.* \|/.test(line));
  return rows.flatMap((row) => {
    const [, meaning = "", , , advice = ""] = row.split("|").map((part) => part.trim());
    return [meaning, advice].filter((text) => text !== "" && text !== "-");
  });
}

test.each([["status", 40], ["reason", 25], ["eport_document", 80]])("what every code of %s means, and what to do, is there in English", (name, least) => {
  const sentences = sentencesOf(name);
  expect(sentences.length).toBeGreaterThan(least);
  for (const text of sentences) expect(Object.keys(ENGLISH)).toContain(text);
});

test("what every free text of a receipt means, and what to do, is there in English", () => {
  const file = readFileSync(new URL("../../../crates/ceb/dictionary/text.txt", import.meta.url), "utf8");
  const rows = file.split("\n").filter((line) => !/^[#[]/.test(line) && line.split(" | ").length > 4);
  expect(rows.length).toBeGreaterThan(80);
  for (const row of rows) {
    const [, meaning = "", , , advice = ""] = row.split("|").map((part) => part.trim());
    for (const text of [meaning, advice].filter((one) => one !== "-")) expect(Object.keys(ENGLISH), text).toContain(text);
  }
});

test("what the simulator gives of the lists' dictionary is there in English, and no translation has Chinese left", () => {
  expect(sentencesOf("eport_list").filter((text) => text.includes("26,000")).map((text) => ENGLISH[text])).not.toContain(undefined);
  for (const [chinese, english] of Object.entries(ENGLISH)) expect(english.replace("无法读取", ""), chinese).not.toMatch(/[\u4e00-\u9fff]/);
});

/** The sentences that a file of the platform tells as reasons: its constants, and what it answers instead of a home or an act. */
function reasonsOf(path: string): string[] {
  const file = readFileSync(new URL(`../../../crates/exchange/src/${path}`, import.meta.url), "utf8").replace(/\\\n\s*/g, "");
  const places = [/const \w+: &str =\s*"([^"]*)";/g, /\b(?:Err|Unknown|failed|map_err)\((?:\|_\| )?"([^"]*)"/g];
  return places.flatMap((place) => [...file.matchAll(place)].map((found) => found[1] ?? "")).filter((text) => /[\u4e00-\u9fff]/.test(text));
}

/** A word that a reason must have, which is told within a sentence. */
const WORDS = ["无法读取"];

test.each([
  ["receipt/matching.rs", 8], ["receipt/parked/mod.rs", 1], ["operator/request/mod.rs", 8], ["inbox/aside.rs", 2],
  ["unreadable.rs", 1], ["answer.rs", 1], ["downlink/mod.rs", 1], ["finder/sql.rs", 1],
])("every reason that %s gives is there in English", (path, least) => {
  const reasons = [...new Set(reasonsOf(path))].filter((reason) => !WORDS.includes(reason));
  expect(reasons.length).toBeGreaterThanOrEqual(least);
  for (const reason of reasons) expect(Object.keys(ENGLISH), reason).toContain(reason);
});

test("where a code table comes from is there in English", () => {
  const folder = new URL("../../../crates/ceb/tables/", import.meta.url);
  const sources = readdirSync(folder).map((file) => /^source +\| (.*)$/m.exec(readFileSync(new URL(file, folder), "utf8"))?.[1]?.trim() ?? "");
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) expect(Object.keys(ENGLISH), source).toContain(source);
  expect(sentenceIn("en", "版本 20180401，2018-04-01 起有效，不完整；海关参数库 计量单位代码，2018 年 4 月")).toBe("Version 20180401, valid from 2018-04-01, not complete; Customs parameters: units of measure, April 2018");
});

test("Chinese stays as it is, and so does what nobody has translated", () => {
  expect(sentenceIn("zh-CN", "海关放行。")).toBe("海关放行。");
  expect(sentenceIn("en", "海关放行。")).toBe("Released by customs.");
  expect(sentenceIn("en", "[Code:1332;Desc:…]")).toBe("[Code:1332;Desc:…]");
});

test("what names a code or has several parts is put into English part by part", () => {
  expect(sentenceIn("en", "代码 -777001 不在公开的代码表中，海关原文见返回信息。")).toBe("Code -777001 is in no published code table. See the receipt text for customs' original wording.");
  expect(sentenceIn("en", "返回信息列出 2 项：（1）海关放行。（2）无需处理。")).toBe("2 things: (1) Released by customs. (2) Nothing to do.");
  expect(sentenceIn("en", "（1）无需处理。（2）无需处理，请等待放行。")).toBe("(1) Nothing to do. (2) Nothing to do: wait for the release.");
});

test("a sentence around a value is there in English: tax bills, values of checks, requests about roles and parameters", () => {
  const english = (text: string) => sentenceIn("en", text);
  expect(english("电子税单 T1（清单 I1）：已生成，税款合计 98.00 元（关税 0.00，增值税 45.50，消费税 52.50）")).toBe("Tax bill T1 (list I1): issued, CNY 98.00 in total (duty 0.00, VAT 45.50, consumption tax 52.50)");
  expect(english("电子税单 T1（清单 I1）：已汇总，缴款书编号 D9")).toBe("Tax bill T1 (list I1): summarised, payment slip D9");
  expect(english("TG-E1304 订单类型（orderType）只能是 I")).toBe("TG-E1304 orderType can only be I");
  expect(english("该项只能为 I，已按此填写")).toBe("It can only be I, which has been filled in");
  expect(english("改为 I。")).toBe("Change it to I.");
  expect(english("平台校验未通过，共 1 处问题：[TG-E1304]…")).toBe("Failed the platform's checks with 1 problem: [TG-E1304]…");
  expect(english("授予 bureau.clerk 角色“海关关员”；理由：兼任")).toBe("Grant bureau.clerk: role Customs officer; reason: 兼任");
  expect(english("登录失败锁定次数：默认（5 次） → 6 次；理由：调整")).toBe("Failed logins before a lock (one address): default (5 times) → 6 times; reason: 调整");
  // What is no parameter stays as it is, and Chinese readers read what was written.
  expect(english("备注：甲 → 乙")).toBe("备注：甲 → 乙");
  expect(sentenceIn("zh-CN", "改为 I。")).toBe("改为 I。");
});

test("every step of a tax estimate is there in English", () => {
  const english = (text: string) => sentenceIn("en", text);
  const steps = [
    "在个人限额以内（单次 5,000 元、年度 26,000 元）：关税税率为 0，增值税、消费税按应纳税额的 70% 征收。",
    "运费 15.00 元、保费 0.00 元按商品总价的比例分摊到各项商品，余数计入最后一项。",
    "合计：完税价格 703.00 元，关税 0.00 元，消费税 0.00 元，增值税 63.97 元，税款共 63.97 元。",
    "关税 ＝ 100.00 × 10% ＝ 10.00 元。",
    "电子税单：关税 0.00 元，消费税 0.00 元，增值税 1.00 元；平台测算：关税 0.00 元，消费税 0.00 元，增值税 1.01 元",
  ];
  for (const step of steps) expect(english(step), step).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]/);
  expect(english("第 1 项 奶粉 三段（1901101000）：总价 218.00 元，分摊运保费 4.75 元，完税价格 222.75 元；增值税率 13%，消费税率 0%（平台没有登记这个商品编码的税率，暂按增值税 13%、消费税 0 估算）。")).toBe(
    "Item 1 奶粉 三段 (1901101000): price CNY 218.00, share of freight and insurance CNY 4.75, dutiable value CNY 222.75; VAT rate 13%, consumption tax rate 0% (the platform has no rates for this code: estimated with VAT of 13% and consumption tax of 0).",
  );
  expect(english("消费税 ＝ 100.00 ÷（1 － 15%）× 15% × 70% ＝ 12.35 元。")).toBe("Consumption tax = 100.00 ÷ (1 − 15%) × 15% × 70% = CNY 12.35.");
  expect(english("增值税 ＝ （100.00 ＋ 17.65） × 13% × 70% ＝ 10.71 元，本项税款 23.06 元（综合税率 23.06%）。")).toBe("VAT = (100.00 + 17.65) × 13% × 70% = CNY 10.71; tax on this item CNY 23.06 (combined rate 23.06%).");
});
