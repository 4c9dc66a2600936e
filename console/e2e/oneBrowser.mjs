// One browser and several people, companies or releases: nothing of the one before is left, and nothing that was typed is
// lost without being asked.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

const entry = (page, name) => page.locator("nav .menu").getByRole("link", { name, exact: true });

/** From now on somebody else is logged in in this browser. */
async function become(browser, context, role) {
  const other = await signIn(browser, url, role);
  await context.clearCookies();
  await context.addCookies(await other.context().cookies());
  await other.context().close();
}

/** Looks for something and types something. */
async function search(page) {
  await page.goto(`${url}/console/messages?kind=CEB311`);
  await settled(page);
  await page.getByLabel("订单编号").fill("DD-尚未查询");
}

export function oneBrowser(browserOf) {
  test("who logs in in another window of the browser finds no page of the one before, in no window", async () => {
    const page = await signIn(browserOf(), url, "company");
    await search(page);
    await become(browserOf(), page.context(), "customs");
    const other = await page.context().newPage();
    await other.goto(`${url}/console/`);
    await settled(other);
    const name = await other.getByRole("button", { name: /账户菜单/ }).getAttribute("aria-label");
    // The first window hears of it from the other one.
    await page.getByRole("button", { name, exact: true }).waitFor();
    await page.bringToFront();
    await settled(page);
    assert.doesNotMatch(page.url(), /kind=/);
    assert.equal(await page.locator(".tab").count(), 1, "only the first page of the new person is open");
    await entry(page, "报文").click();
    await page.getByRole("heading", { level: 1, name: "报文" }).waitFor();
    assert.doesNotMatch(page.url(), /kind=/);
    assert.notEqual(await page.locator("#content").getByLabel("订单编号").inputValue(), "DD-尚未查询");
    await page.context().close();
  });

  test("who logs in in the same window finds no tabs and no filters of the one before", async () => {
    const page = await signIn(browserOf(), url, "company");
    await search(page);
    await become(browserOf(), page.context(), "customs");
    await page.goto(`${url}/console/notices`);
    await settled(page);
    assert.equal(await entry(page, "报文").getAttribute("href"), "/console/messages");
    assert.equal(await page.locator(".tab").count(), 1);
    await page.context().close();
  });

  test("what was checked for one company is not submitted for another", async () => {
    const page = await signIn(browserOf(), url, "company");
    await page.route("**/api/v1/preflight", (route) => route.fulfill({ json: { ok: true, findings: [], documents: [], matches: [], taxes: [] } }));
    let isOther = false;
    await page.route("**/api/v1/session", async (route) => {
      const response = await route.fetch();
      const session = await response.json();
      await route.fulfill({ response, json: isOther ? { ...session, company: { ...session.company, id: "1", name: "另一家企业" } } : session });
    });
    await page.goto(`${url}/console/declare`);
    await settled(page);
    await page.setInputFiles("input[type=file]", { name: "a.xml", mimeType: "application/xml", buffer: Buffer.from("<a/>") });
    await page.getByRole("button", { name: "提交申报" }).waitFor();
    isOther = true;
    // One comes back from the window in which the company was changed.
    await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("另一家企业").first().waitFor();
    await settled(page);
    await page.getByRole("heading", { level: 1, name: "申报" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "提交申报" }).count(), 0);
    await page.context().close();
  });

  test("a new release is offered, and nothing that is typed is lost by it", async () => {
    const page = await signIn(browserOf(), url, "company");
    await search(page);
    await page.route("**/console/**", (route) =>
      route.request().url().endsWith(".js")
        ? route.abort()
        : route.fulfill({ contentType: "text/html", body: '<!doctype html><script type="module" src="/console/assets/other.js"></script>' }),
    );
    await entry(page, "统计").click();
    await page.getByText("平台已更新").waitFor();
    await page.getByRole("button", { name: "重新载入" }).waitFor();
    await still(page);
    await shot(page, "new-release");
    // As long as it would have taken to be loaded anew by itself.
    await page.waitForTimeout(4_000);
    await entry(page, "报文").click();
    assert.equal(await page.getByLabel("订单编号").inputValue(), "DD-尚未查询");
    await page.unroute("**/console/**");
    await page.locator(".tab", { hasText: "统计" }).getByRole("link").click();
    await page.getByRole("button", { name: "重新载入" }).click();
    await page.getByRole("heading", { level: 1, name: "统计" }).waitFor();
    await page.context().close();
  });

  test("personal data in full are gone once another page was seen", async () => {
    const page = await signIn(browserOf(), url, "clerk");
    await page.goto(`${url}/console/cases`);
    await settled(page);
    const read = async (path) => (await page.context().request.get(`${url}/api/v1/${path}`)).json();
    let personal;
    for (const { id } of (await read("cases")).items) {
      const link = page.locator(`#content a[href$="/cases/${id}"]`).first();
      if (personal === undefined && (await link.count()) > 0) {
        const { fields } = await read(`cases/${id}`);
        if (fields.some((one) => one.isPersonal && one.value.includes("*"))) personal = link;
      }
    }
    assert.notEqual(personal, undefined, "a case with personal data is listed");
    await personal.click();
    await page.getByRole("button", { name: "显示个人信息" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("原因").fill("电话核实");
    await dialog.getByRole("button", { name: "确定" }).click();
    const shown = dialog.locator(".ant-descriptions-item-content").first();
    await shown.waitFor();
    const text = await shown.textContent();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "办件" }).waitFor();
    await page.goForward();
    await page.getByRole("button", { name: "显示个人信息" }).waitFor();
    await still(page);
    assert.equal(await page.getByText(text, { exact: true }).count(), 0);
    await page.context().close();
  });

  test("a dialog is not cancelled while its request runs", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/users?kind=staff`);
    await settled(page);
    let answer;
    const asked = new Promise((begun) => {
      void page.route("**/api/v1/users/*/disable", (route) => {
        answer = () => route.fulfill({ status: 409, json: { type: "/docs/codes/TG-R4001", status: 409, code: "TG-R4001", title: "不能停用" } });
        begun();
      });
    });
    await page.locator("#content tr.ant-table-row", { hasText: "operator.b" }).getByRole("button", { name: "停用" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("原因").fill("离职");
    await dialog.getByRole("button", { name: "确定" }).click();
    await asked;
    await page.keyboard.press("Escape");
    assert.ok(await dialog.getByRole("button", { name: "取消" }).isDisabled());
    await still(page);
    assert.equal(await dialog.count(), 1);
    await answer();
    await page.getByText("不能停用").waitFor();
    await dialog.getByRole("button", { name: "取消" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.context().close();
  });
}
