// The console in a real browser: every role opens every page of its menu.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { bootstrap, fitsTelephone, isGood, launch, listen, settled, shot, tablesFit, url } from "./browser.mjs";
import { archive } from "./archive.mjs";
import { jobs } from "./jobs.mjs";
import { test } from "./limited.mjs";
import { backOffice } from "./backOffice.mjs";
import { correcting } from "./correcting.mjs";
import { frame } from "./frame.mjs";
import { newcomer } from "./newcomer.mjs";
import { oneBrowser } from "./oneBrowser.mjs";
import { passkey } from "./passkey.mjs";
import { returned } from "./returned.mjs";
import { looks, serverPages } from "./serverPages.mjs";
import { stale } from "./stale.mjs";
import { workspaces } from "./workspaces.mjs";
import { everybody, LOGIN, signIn } from "./people.mjs";

let browser;

before(async () => {
  assert.ok(url && bootstrap, "TONGGUAN_URL and TONGGUAN_BOOTSTRAP say where the platform is");
  browser = await launch();
  await everybody(browser, url, bootstrap, looks);
}, { timeout: 240_000 });

after(async () => {
  await browser?.close();
}, { timeout: 60_000 });

test("who is not logged in is led to the login page and back", async () => {
  const page = await browser.newPage({ locale: "zh-CN" });
  await page.goto(`${url}/console/approvals?state=pending`);
  await page.waitForURL(/\/login\?next=/);
  assert.equal(new URL(page.url()).searchParams.get("next"), "/console/approvals?state=pending");
  await page.close();
});

// Whoever comes first makes the company that others work for.
newcomer(() => browser);

// Those who act, those who ask and those who look do so side by side: while one waits for an answer, others look at a page.
describe("people", { concurrency: 3 }, () => {
  describe("who act", { concurrency: 1 }, () => {
    jobs(() => browser);
    correcting(() => browser);
    returned(() => browser);
    stale(() => browser);
    archive(() => browser);
    frame(() => browser);
    oneBrowser(() => browser);
    passkey(() => browser);
    backOffice(() => browser);
  });
  describe("who ask", { concurrency: 1 }, () => {
    serverPages(() => browser);
    workspaces(() => browser);
  });
  describe("who look", { concurrency: 1 }, everyPage);
});

function everyPage() {
  for (const role of [...Object.keys(LOGIN), "company"]) {
    test(`${role}: every page of the menu opens, is accessible and fits 1366 × 768`, async () => {
      const page = await signIn(browser, url, role);
      const complaints = listen(page);
      await page.goto(`${url}/console/`);
      await settled(page);
      const landing = (await page.locator("#content").innerText()).split("\n").filter((line) => line.trim() !== "");
      assert.ok(landing.length > 3, `${role} lands on a page without content: ${landing.join(" / ")}`);
      const entries = page.locator("nav .menu a:not([target])");
      const count = await entries.count();
      assert.ok(count > 0, "the menu is empty");
      for (let i = 0; i < count; i += 1) {
        const entry = entries.nth(i);
        const name = (await entry.innerText()).trim();
        await entry.click();
        await settled(page);
        assert.equal(await page.locator("#content .ant-alert-error").count(), 0, `${name} shows an error`);
        await isGood(page, `${role} ${name}`);
        await tablesFit(page, `${role} ${name}`);
        await shot(page, `${role}-${i}`);
      }
      assert.deepEqual(complaints, []);
      await page.context().close();
    });
  }
  // These have every list between them.
  for (const role of ["company", "operator", "system"]) {
    test(`${role}: tables and menu fit 1366 × 768 in English, too, and pages a telephone`, async () => {
      const page = await signIn(browser, url, role);
      await page.addInitScript(() => localStorage.setItem("tongguan.language", "en"));
      await page.goto(`${url}/console/`);
      await settled(page);
      const cut = await page.locator("nav .menu .label, nav .menu .group span").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
      assert.deepEqual(cut, [], "entries of the menu are cut");
      const entries = page.locator("nav .menu a:not([target])");
      for (let i = 0; i < (await entries.count()); i += 1) {
        const name = (await entries.nth(i).innerText()).trim();
        await entries.nth(i).click();
        await settled(page);
        await tablesFit(page, `${role} ${name}`);
        await fitsTelephone(page, `${role} ${name}`);
      }
      await page.context().close();
    });
  }
}

test("the language is switched and stays", async () => {
  const page = await signIn(browser, url, "security");
  await page.goto(`${url}/console/approvals`);
  await settled(page);
  assert.equal(await page.locator("#content h1").innerText(), "复核审批");
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Approvals", level: 1 }).waitFor();
  await page.reload();
  await settled(page);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("#content h1").innerText(), "Approvals");
  await page.context().close();
});

test("the keyboard reaches the content first, and the tabs", async () => {
  const page = await signIn(browser, url, "audit");
  await page.goto(`${url}/console/approvals`);
  await settled(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "content");
  await page.context().close();
});

test("a page that does not exist says so", async () => {
  const page = await signIn(browser, url, "customs");
  await page.goto(`${url}/console/no/such/page`);
  await page.getByText("没有这个页面").waitFor();
  await page.context().close();
});

test("logging out ends the session, and the way back leads to the login page", async () => {
  const page = await signIn(browser, url, "operatorB");
  await page.goto(`${url}/console/`);
  await settled(page);
  await page.getByRole("button", { name: /账户菜单/ }).click();
  await page.getByText("退出登录").click();
  await page.waitForURL((address) => !address.pathname.startsWith("/console"));
  await page.goto(`${url}/console/`);
  await page.waitForURL(/\/login\?next=/);
  await page.context().close();
});
