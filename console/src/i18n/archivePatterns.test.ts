import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { archiveFault } from "./archivePatterns";
import { sentenceIn } from "./sentence";

const source = (path: string): string => readFileSync(new URL(`../../../crates/archive/src/${path}`, import.meta.url), "utf8");

/** What a file says of broken parts: sentences without their values. */
function faultsOf(path: string): string[] {
  const found = [...source(path).matchAll(/(?:Broken|broken)\((?:&?format!\(\s*|&file\.name, |name, )?"([^"]*)"/g)].map(([, text = ""]) => text);
  return found.filter((text) => /[\u4e00-\u9fff]/.test(text));
}

/** As it is said in whole, every value a 7. */
const whole = (path: string, text: string): string => {
  const filled = text.replace(/\{folder\}：\{why\}/, "payload/2026-08/1-17：没有清单").replace(/：\{why\}$/, "：行的次序有误");
  const valued = filled.replace(/\{[^}]*\}/g, "7");
  if (path === "frame/mod.rs" && !valued.startsWith("7")) return `7 第 7 字节起${valued}`;
  return /^(?:不在|的摘要)/.test(valued) ? `文件 7 ${valued}` : valued;
};

test.each([
  ["engine.rs", 7],
  ["verify.rs", 9],
  ["frame/mod.rs", 3],
  ["manifest.rs", 1],
  ["purge.rs", 1],
  ["rows/mod.rs", 1],
  ["sink/folder.rs", 2],
  ["sink/mod.rs", 3],
])("what %s says of broken parts is there in English", (path, least) => {
  const faults = faultsOf(path).filter((text) => !/[^：（]\{why\}$/.test(text));
  expect(faults.length).toBeGreaterThanOrEqual(least);
  for (const fault of faults) expect(archiveFault(whole(path, fault)), fault).not.toMatch(/[\u4e00-\u9fff]/);
});

test("every cause for which a store is away is there in English", () => {
  const causes = [...source("sink/words.rs").matchAll(/, "([\u4e00-\u9fff]+)"\),/g)].map(([, text = ""]) => text);
  expect(causes.length).toBeGreaterThanOrEqual(15);
  for (const cause of causes) {
    expect(archiveFault(`归档目录 /srv/a 不可用：${cause}（No such device）`), cause).not.toMatch(/[\u4e00-\u9fff]/);
  }
});

test("a reason keeps the part, the place and the moment", () => {
  expect(archiveFault("payload/2026-08/1-17：文件 a.zst 不在归档存储中（2026-11-30 23:11 发现）；log/2026-08/1-9：没有清单")).toBe(
    "payload/2026-08/1-17: file a.zst is missing from the archive store (found 2026-11-30 23:11); log/2026-08/1-9: the manifest is missing",
  );
  expect(archiveFault("索引无法解压（Unknown frame descriptor）")).toBe("the index cannot be decompressed (Unknown frame descriptor)");
});

test("a failure of the database is told in English in what a job notes, with the engine's words", () => {
  expect(sentenceIn("en", "数据库所在的磁盘已满（database or disk is full）")).toBe("The database's disk is full (database or disk is full)");
  expect(sentenceIn("en", "归档有误：payload/2026-08/1-17：没有清单")).toBe("The archive is damaged: payload/2026-08/1-17: the manifest is missing");
});
