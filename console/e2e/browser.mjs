// The browser of the tests: Debian's Chromium, and what every page must be.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url)("axe-core").source;

export const url = process.env.TONGGUAN_URL;
export const bootstrap = process.env.TONGGUAN_BOOTSTRAP;

/** Where screenshots go; none are taken without it. */
const shots = process.env.TONGGUAN_SHOTS;

export function launch() {
  // Chromium's own sandbox needs rights that a container's root does not have.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  // Without a language of the system Chromium gives files with Chinese names another one.
  const env = { ...process.env, LC_ALL: process.env.LC_ALL ?? "C.UTF-8" };
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args, env });
}

/** Collects what a page complains about: errors of scripts, refused by the policy, failed requests. */
export function listen(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  return complaints;
}

/** Waits until the page has its heading and nothing is on its way. */
export async function settled(page) {
  await page.waitForSelector("#content h1");
  await page.waitForFunction(() => document.querySelector(".loading, .ant-spin-spinning, .ant-skeleton") === null);
}

/** Waits until nothing moves: a click into a dialog that still grows misses its button, and a colour on its way is none. */
export async function still(page) {
  await page.evaluate(async () => {
    const moving = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
    // The animation of an element that is no longer drawn may never finish.
    const enough = new Promise((resume) => setTimeout(resume, 5_000));
    await Promise.race([Promise.allSettled(moving.map((one) => one.finished)), enough]);
  });
}

/** Waits until what `read` answers is what is expected; says how they differ when it does not come to it. */
export async function becomes(read, expected, ms = 20_000) {
  const until = Date.now() + ms;
  for (;;) {
    const got = await read();
    if (isDeepStrictEqual(got, expected)) return;
    if (Date.now() > until) assert.deepEqual(got, expected);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

async function graveOf(page) {
  await still(page);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
  });
}

/** What axe finds that is serious or worse, and whether the page is wider than the window. */
export async function isGood(page, name) {
  // The policy of the page forbids foreign scripts; the debugger may still run one.
  await page.evaluate(axe);
  let found = await graveOf(page);
  // On a busy machine a colour may set out while axe looks; what is really wrong is there again.
  for (let n = 0; n < 2 && found.length > 0; n += 1) found = await graveOf(page);
  assert.deepEqual(found, [], `${name}: axe`);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(over <= 0, `${name} is ${over} pixels wider than the window`);
}

/** No table is wider than its card: what stands behind the edge is not seen. */
export async function tablesFit(page, name) {
  const wide = await page.locator("#content .ant-table-content, #content .ant-table-body").evaluateAll((all) =>
    all.map((one) => [one.scrollWidth, one.clientWidth]).filter(([inside, outside]) => inside > outside + 1),
  );
  assert.deepEqual(wide, [], `${name}: a table is wider than its card`);
}

const DESK = { width: 1366, height: 768 };
const TELEPHONE = { width: 390, height: 844 };

/** In a window as narrow as a telephone's the page is no wider than it: only tables scroll, in boxes of their own. */
export async function fitsTelephone(page, name) {
  await page.setViewportSize(TELEPHONE);
  await page.locator("nav .menu").waitFor({ state: "detached" });
  // Headings of a table take a moment to follow its width.
  const fits = await page
    .waitForFunction(() => {
      const content = document.querySelector("#content");
      return document.scrollingElement.scrollWidth <= window.innerWidth && content.scrollWidth <= content.clientWidth;
    }, undefined, { timeout: 5_000 })
    .then(() => true, () => false);
  await page.setViewportSize(DESK);
  await page.locator("nav .menu").waitFor();
  assert.ok(fits, `${name} is wider than a telephone`);
}

export async function shot(page, name) {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}
