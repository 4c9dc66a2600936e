import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { say, type Word } from "../../i18n";
import { resultLook, results, resultsBy, total } from "./figures";
import { DECLARERS, KINDS, kindsOf } from "./kinds";
import { isBad, isOwnRefusal, OUTCOMES, outcomeLook, RESULTS, STATES, statusClass } from "./outcomes";

test("the kinds are those of the reference that are answered, which are those that a company submits", () => {
  const reference = readFileSync(new URL("../../../../docs/protocol/kinds/README.md", import.meta.url), "utf8");
  const rows = [...reference.matchAll(/^\| \[(CEB\d+)\]\(\S+\) \| (\S+) \|.*\| \[CEB\d+\]\(\S+\) \|$/gm)];
  expect(rows.map((row) => [row[1], row[2]])).toEqual(KINDS.map((kind) => [kind, say("zh-CN", `kind.${kind}`)]));
  expect(KINDS.length).toBeGreaterThan(15);
});

test("faults and rejections look bad, ends look good, the rest is under way", () => {
  expect([-301002, 4, 100, 501, 700, 120, 800, 899, 2, 500, 12345].map(statusClass)).toEqual([
    "bad", "bad", "bad", "bad", "bad", "good", "good", "good", "now", "now", "now",
  ]);
});

test("sums by day and by kind agree with the whole", () => {
  const row = (day: string, kind: string, accepted: number, rejected: number) => ({
    day, kind, kindName: "", checked: 1, refused: 0, sent: 2, settled: 0, receipts: 3,
    outcomes: { accepted, rejected, released: 0, faulty: 0, refused: 1 },
  });
  const rows = [row("2026-11-23", "CEB311", 5, 1), row("2026-11-23", "CEB411", 7, 0), row("2026-11-24", "CEB311", 11, 2)];
  expect(total(rows)).toEqual({ checked: 3, sent: 6, receipts: 9 });
  expect(results(rows)).toEqual({ released: 0, accepted: 23, rejected: 3, faulty: 0, refused: 3 });
  expect(resultsBy(rows, (one) => one.day).map(([day, sums]) => [day, sums.accepted, sums.rejected])).toEqual([
    ["2026-11-23", 12, 1], ["2026-11-24", 11, 2],
  ]);
  expect(resultsBy(rows, (one) => one.kind).map(([kind, sums]) => [kind, sums.accepted])).toEqual([["CEB311", 16], ["CEB411", 7]]);
  expect(resultsBy([], () => "")).toEqual([]);
});

test("what came back never looks like a success, and only that wants an action", () => {
  expect(OUTCOMES.filter(isBad)).toEqual(["rejected", "faulty", "refused"]);
  expect([null, undefined, "waiting", "accepted", "released", "new"].map(isBad)).toEqual([false, false, false, false, false, false]);
});

test("states are offered in the order of a life, as the platform has it, and none is left out", () => {
  const source = readFileSync(new URL("../../../../crates/exchange/src/message/state.rs", import.meta.url), "utf8");
  const all = /const ALL: \[Self; \d+\] = \[([^\]]*)\]/.exec(source)?.[1] ?? "";
  expect([...all.matchAll(/Self::(\w+)/g)].map((found) => found[1]?.toLowerCase())).toEqual([...STATES]);
});

test("a count of what came back is red as soon as there is one", () => {
  expect([resultLook("rejected", 1), resultLook("faulty", 1), resultLook("refused", 1)]).toEqual(["bad", "bad", "bad"]);
  expect([resultLook("rejected", 0), resultLook("faulty", 0), resultLook("refused", 0)]).toEqual(["", "", ""]);
  expect([resultLook("accepted", 1), resultLook("released", 2), resultLook("accepted", 0)]).toEqual(["good", "good", ""]);
});

test("an outcome is red only while somebody must act on it", () => {
  expect([outcomeLook("rejected", true), outcomeLook("rejected", false), outcomeLook("rejected")]).toEqual(["bad", "", "bad"]);
  expect(outcomeLook("accepted", false)).toBe("good");
});

test("templates of one's own roles come first, by the words of the standard", () => {
  const words: Record<string, RegExp> = { ebc: /电商企业/, ebp: /电商平台/, pay: /支付企业/, logistics: /物流企业|快件运营人/, agent: /代理申报企业/, operator: /作业场所经营人/ };
  for (const kind of KINDS) {
    const spec = readFileSync(new URL(`../../../../crates/ceb/spec/${kind.toLowerCase()}.spec`, import.meta.url), "utf8");
    const who = /^who\s*\| (.*)$/m.exec(spec)?.[1] ?? "";
    const roles = Object.keys(words).filter((role) => words[role]?.test(who));
    expect([...DECLARERS[kind]].sort(), kind).toEqual(roles.sort());
  }
  expect(kindsOf(["operator"])).toEqual({ own: ["CEB711", "CEB507", "CEB215"], others: KINDS.filter((kind) => !["CEB711", "CEB507", "CEB215"].includes(kind)) });
  expect(kindsOf([]).own).toEqual([]);
});

test("outcomes stand in one order everywhere, that of the tiles of the first page; a filter adds only what is not over", () => {
  expect(RESULTS).toEqual(["released", "accepted", "rejected", "faulty", "refused"]);
  expect(OUTCOMES).toEqual([...RESULTS, "waiting"]);
});

test("a state has one name, in the console as on the server, and none says that it is over for what is rejected", () => {
  const source = readFileSync(new URL("../../../../crates/exchange/src/message/state.rs", import.meta.url), "utf8");
  const names = source.slice(source.indexOf("pub fn chinese"), source.indexOf("pub fn holder"));
  const named = [...names.matchAll(/Self::(\w+) => "([^"]+)"/g)].map(([, state = "", name = ""]) => [state.toLowerCase(), name]);
  expect(named).toHaveLength(8);
  for (const [state, name] of named) {
    expect(say("zh-CN", `state.${state}` as Word)).toBe(name);
    expect(name).not.toContain("办结");
  }
});

test("a receipt of the platform itself says that it refused, as the outcome does, and no fault", () => {
  const source = readFileSync(new URL("../../../../crates/ceb/src/outcome.rs", import.meta.url), "utf8");
  expect(source).toContain('Self::Refused => "平台拒收"');
  expect(["平台拒收", "处理异常", "", null].map(isOwnRefusal)).toEqual([true, false, false, false]);
});

test("every comparison of a trade has its name in both languages, in Chinese that of the server", () => {
  const source = readFileSync(new URL("../../../../crates/exchange/src/story/marks.rs", import.meta.url), "utf8");
  const rules = [...source.slice(source.indexOf("const RULES")).matchAll(/text\(\s*"(\w+)",\s*"([^"]+)"/g)];
  expect(rules.length).toBeGreaterThan(15);
  for (const [, code = "", chinese = ""] of rules) {
    expect(say("zh-CN", `mark.${code}` as Word)).toBe(chinese);
    expect(say("en", `mark.${code}` as Word)).not.toMatch(/[\u4e00-\u9fff]/);
  }
});
