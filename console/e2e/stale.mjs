// No page is old without saying so: while another acts, while the network or the platform is away, and
// after a page's file did not come.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, listen, settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

/** What the browser's console says of requests that found nobody is the point of these tests. */
const isOfNetwork = (complaint) => /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource/.test(complaint);

export function stale(browserOf) {
  test("a case that another person takes a step with is new on the screen, without a click", async () => {
    const browser = browserOf();
    const watching = await signIn(browser, url, "approver");
    const acting = await signIn(browser, url, "company");
    const { request } = acting.context();
    const { csrf } = await (await request.get(`${url}/api/v1/session`)).json();
    const opened = await request.post(`${url}/api/v1/cases`, {
      headers: { "x-csrf-token": csrf },
      data: { kind: "company.role", form: { role: "logistics", reason: "新增物流业务" } },
    });
    assert.ok(opened.ok(), await opened.text());
    const { id } = await opened.json();
    await watching.goto(`${url}/console/cases/${id}`);
    await settled(watching);
    const state = watching.locator("#content .ant-descriptions .badge").first();
    assert.equal(await state.innerText(), "待受理");
    const withdrawn = await request.post(`${url}/api/v1/cases/${id}/withdraw`, {
      headers: { "x-csrf-token": csrf },
      data: { reason: "不再需要" },
    });
    assert.ok(withdrawn.ok(), await withdrawn.text());
    await watching.locator("#content .ant-descriptions .badge", { hasText: "撤回" }).waitFor();
    await watching.context().close();
    await acting.context().close();
  });

  test("without a network a banner says since when, what was read stays, and all is new afterwards", async () => {
    const page = await signIn(browserOf(), url, "company");
    const complaints = listen(page);
    await page.goto(`${url}/console/messages`);
    await settled(page);
    const rows = page.locator("#content tbody tr[data-row-key]");
    const n = await rows.count();
    assert.ok(n > 0, "there is something on the page");
    await page.context().setOffline(true);
    const banner = page.locator(".old-banner");
    await banner.waitFor();
    assert.match(await banner.innerText(), /网络已断开.*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
    await page.locator(".live.is-down").waitFor();
    await page.locator("#content.is-old").waitFor();
    await page.getByRole("button", { name: "刷新" }).click();
    // Three tries have failed by then; the rows are still there, and no error took their place.
    await page.waitForRequest((request) => request.url().includes("/api/v1/session"));
    assert.equal(await rows.count(), n);
    assert.equal(await page.locator("#content .ant-alert-error").count(), 0);
    await isGood(page, "the banner");
    await shot(page, "offline");
    const asked = page.waitForResponse((answer) => answer.url().includes("/api/v1/messages") && answer.ok());
    await page.context().setOffline(false);
    await asked;
    await banner.waitFor({ state: "detached" });
    await page.locator(".live.is-live").waitFor();
    assert.equal(await page.locator("#content.is-old").count(), 0);
    assert.deepEqual(complaints.filter((one) => !isOfNetwork(one)), []);
    await page.context().close();
  });

  test("a platform that is gone is told too, and asked until it is back", async () => {
    const page = await signIn(browserOf(), url, "customs");
    await page.goto(`${url}/console/messages`);
    await settled(page);
    await page.route("**/api/v1/**", (route) => route.abort());
    await page.getByRole("button", { name: "刷新" }).click();
    const banner = page.locator(".old-banner");
    await banner.waitFor();
    assert.match(await banner.innerText(), /无法连接平台/);
    await page.unroute("**/api/v1/**");
    await banner.waitFor({ state: "detached" });
    await page.context().close();
  });

  test("a page whose file did not come is loaded by trying again", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/users`);
    await settled(page);
    await page.route("**/console/assets/**", (route) => route.abort());
    await page.locator("nav .menu").getByRole("link", { name: "字典" }).click();
    await page.getByText("页面加载失败").waitFor();
    await shot(page, "not-loaded");
    await page.unroute("**/console/assets/**");
    await page.getByRole("button", { name: "重试" }).click();
    await page.getByRole("heading", { name: "字典", level: 1 }).waitFor();
    await page.context().close();
  });

  test("the page that is seen is in the strip of open pages, however many are open", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/`);
    await settled(page);
    const entries = page.locator("nav .menu a:not([target])");
    const n = Math.min(await entries.count(), 13);
    for (let i = 0; i < n; i += 1) {
      await entries.nth(i).click();
      await settled(page);
    }
    await still(page);
    const seen = await page.evaluate(() => {
      const strip = document.querySelector(".tabs ul").getBoundingClientRect();
      const open = document.querySelector(".tab.open").getBoundingClientRect();
      return open.left >= strip.left - 1 && open.right <= strip.right + 1;
    });
    assert.ok(seen, "the open tab is outside of the strip");
    await shot(page, "many-tabs");
    await page.getByRole("button", { name: "全部已打开的页面" }).click();
    const menu = page.locator(".ant-dropdown:not(.ant-dropdown-hidden)");
    await menu.getByRole("menuitem").first().click();
    await settled(page);
    await page.context().close();
  });

  test("an error is gone once the act has succeeded", async () => {
    const page = await signIn(browserOf(), url, "operator");
    await page.goto(`${url}/console/operator/customs-box`);
    await settled(page);
    const form = page.locator("#content section").first();
    await form.getByLabel("受理号或报文 id").fill("1");
    await form.getByRole("button", { name: "注入" }).click();
    const error = page.locator(".ant-notification-notice");
    await error.waitFor();
    const inside = await error.evaluate((one) => one.getBoundingClientRect().top >= 48);
    assert.ok(inside, "the error hides the head of the page");
    const drill = page.locator("#content section").nth(1);
    // One line is broken, the other goes on.
    await drill.getByLabel("线路").click();
    await page.locator(".ant-select-dropdown .ant-select-item-option", { hasText: "仅进口" }).click();
    await drill.getByRole("button", { name: "开始演练" }).click();
    // It hits every company, so it is asked first.
    await page.locator(".ant-popover").getByRole("button", { name: "开始演练" }).click();
    await error.waitFor({ state: "detached" });
    await page.goto(`${url}/console/operator/pipeline`);
    await settled(page);
    await page.getByText("正在进行线路故障演练（仅进口）").waitFor();
    await shot(page, "drill");
    await page.getByRole("button", { name: "立即结束演练" }).click();
    await page.getByText("正在进行线路故障演练").waitFor({ state: "detached" });
    await page.context().close();
  });

  test("dialogs fit a window of 768 pixels and printing hides what is not the page", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/relying-parties`);
    await settled(page);
    await page.locator(".page-head").getByRole("button").first().click();
    await still(page);
    const fits = await page.evaluate(() => {
      const box = document.querySelector(".ant-modal .ant-modal-footer").getBoundingClientRect();
      return box.bottom <= window.innerHeight;
    });
    assert.ok(fits, "the buttons of the dialog are below the window");
    await shot(page, "dialog");
    await page.keyboard.press("Escape");
    await page.goto(`${url}/console/users`);
    await settled(page);
    await page.emulateMedia({ media: "print" });
    for (const hidden of [".side", ".top", ".tabs", ".search-form", ".toolbar", ".pager"]) {
      assert.equal(await page.locator(hidden).first().isVisible(), false, `${hidden} is printed`);
    }
    assert.ok(await page.locator("#content table").first().isVisible());
    await shot(page, "print");
    await page.context().close();
  });
}
