// The people of the tests. On a platform without accounts they make the three officers and the sample
// staff through the first-start link, as a newcomer would, and keep each one's login for later pages.
import assert from "node:assert/strict";
import { shot } from "./browser.mjs";

/** The password that everybody chooses. */
export const PASSWORD = "Qz7!kelp-Boat";

/** Login names of the people by what they are for. */
export const LOGIN = {
  system: "system.admin",
  security: "security.admin",
  audit: "audit.admin",
  clerk: "bureau.clerk",
  approver: "bureau.approver",
  customs: "customs.officer",
  operator: "operator.a",
  operatorB: "operator.b",
};

/** Cookies of those who are logged in, by platform and role. */
const kept = new Map();

async function submit(page) {
  await Promise.all([page.waitForLoadState("load"), page.locator("main form button[type=submit]").first().click()]);
}

/**
 * Opens the link of the first start and makes everybody; answers the one-time links by login. Both pages are seen once
 * only: whoever wants to look at one says so in `looks`.
 */
export async function firstStart(page, link, looks = {}) {
  if (looks.form !== undefined) {
    await page.goto(link);
    await looks.form(page, link);
  }
  await page.goto(link);
  for (const [field, name] of [["system", "赵系统"], ["security", "钱安全"], ["audit", "孙审计"]]) {
    await page.fill(`#${field}_name`, name);
    await page.fill(`#${field}_login`, LOGIN[field]);
  }
  await submit(page);
  await page.waitForSelector("a[data-login]");
  const links = await page.locator("a[data-login]").evaluateAll((all) => all.map((a) => [a.dataset.login, a.href]));
  await looks.links?.(page);
  return new Map(links);
}

/** Sets the password and the second factor by a one-time link; afterwards the page is logged in. */
export async function activate(page, link, password = PASSWORD) {
  await page.goto(link);
  await page.fill("#new", password);
  await page.fill("#again", password);
  await submit(page);
  await secondFactor(page);
}

/** Goes through the pages between a password and the console. */
async function secondFactor(page) {
  if (page.url().includes("/login") && (await page.locator("#password").count()) > 0) return;
  if ((await page.locator("#code").count()) > 0) {
    await shot(page, "enrol");
    await page.fill("#code", (await page.locator("#demo-code").innerText()).trim());
    await submit(page);
  }
}

/** Every account of a new platform, logged in once; needs the link of the first start. */
export async function everybody(browser, url, link, looks = {}) {
  const context = await browser.newContext({ locale: "zh-CN" });
  const links = await firstStart(await context.newPage(), link, looks);
  await context.close();
  for (const [role, login] of Object.entries(LOGIN)) {
    const own = await browser.newContext({ locale: "zh-CN" });
    const page = await own.newPage();
    const found = links.get(login);
    assert.ok(found, `no link for ${login}`);
    await activate(page, found);
    const answer = await own.request.get(`${url}/api/v1/session`);
    assert.equal(answer.status(), 200, `${login} is not logged in after activation, at ${page.url()}`);
    keep(url, role, await own.storageState());
    await own.close();
  }
}

export function keep(url, role, state) {
  kept.set(`${url} ${role}`, state);
}

/** A page of a person with this role, logged in, in a browser context of its own. */
export async function signIn(browser, url, role, options = {}) {
  const state = kept.get(`${url} ${role}`);
  assert.ok(state, `nobody is logged in as ${role}`);
  const context = await browser.newContext({
    storageState: state,
    viewport: { width: 1366, height: 768 },
    locale: "zh-CN",
    ...options,
  });
  // A machine that builds or tests beside it takes its time; who waits for something that never comes still hears of it.
  context.setDefaultTimeout(60_000);
  return context.newPage();
}
