// The frame of the console: a menu of links in groups, pages that keep their state in their tabs, headings over their
// columns, files that did not come, and acts on several rows.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, listen, settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

const MENU = "nav .menu";

const entry = (page, name) => page.locator(MENU).getByRole("link", { name, exact: true });

/** A request as the person of this page. */
async function ask(page, method, path, data) {
  const { request } = page.context();
  const { csrf } = await (await request.get(`${url}/api/v1/session`)).json();
  const answer = await request.fetch(url + path, { method, headers: { "x-csrf-token": csrf }, ...(data === undefined ? {} : { data }) });
  assert.ok(answer.ok(), `${method} ${path}: ${await answer.text()}`);
  return answer.json();
}

/** Customs answers a message with a status that nobody knows. */
async function unknown(browser, id) {
  const operator = await signIn(browser, url, "operator");
  await ask(operator, "POST", "/api/v1/customs-box/receipts", { messageId: id, returnStatus: 98765, returnInfo: "系统升级中" });
  await operator.context().close();
}

/** The newest messages with which customs is done. */
async function done(page) {
  const { items } = await ask(page, "GET", "/api/v1/messages?outcome=accepted&limit=50");
  return items.filter((one) => one.state === "settled");
}

export function frame(browserOf) {
  test("the menu is links in groups: the middle button, the keyboard and a copied address work", async () => {
    const page = await signIn(browserOf(), url, "company");
    const complaints = listen(page);
    await page.goto(`${url}/console/messages`);
    await settled(page);
    const groups = page.locator(`${MENU} .group`);
    assert.ok((await groups.count()) >= 3, "there are groups");
    assert.equal(await entry(page, "报文").getAttribute("aria-current"), "page");
    assert.equal(await entry(page, "报文").getAttribute("href"), "/console/messages");
    const [opened] = await Promise.all([page.context().waitForEvent("page"), entry(page, "回执").click({ button: "middle" })]);
    await settled(opened);
    assert.match(opened.url(), /\/console\/receipts/);
    assert.match(page.url(), /\/console\/messages/);
    await opened.close();
    await entry(page, "统计").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "统计" }).waitFor();
    // A group is closed and stays so.
    await groups.nth(1).press("Enter");
    assert.equal(await groups.nth(1).getAttribute("aria-expanded"), "false");
    await entry(page, "统计").waitFor({ state: "hidden" });
    // Where one is stays marked.
    assert.equal(await groups.nth(1).getAttribute("aria-current"), "true");
    assert.equal(await page.locator(`${MENU} .group[aria-current]`).count(), 1);
    await page.reload();
    await settled(page);
    assert.equal(await groups.nth(1).getAttribute("aria-expanded"), "false");
    await groups.nth(1).click();
    await entry(page, "统计").waitFor();
    assert.equal(await groups.nth(1).getAttribute("aria-current"), null);
    await isGood(page, "the menu");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("on a telephone the menu is pulled over the page until something is chosen, and the account has language and company", async () => {
    const page = await signIn(browserOf(), url, "company", { viewport: { width: 390, height: 844 } });
    await page.goto(`${url}/console/messages`);
    await settled(page);
    assert.equal(await page.locator(MENU).count(), 0);
    await page.getByRole("button", { name: "展开菜单" }).click();
    await still(page);
    await isGood(page, "the menu over the page");
    await entry(page, "统计").click();
    await page.getByRole("heading", { level: 1, name: "统计" }).waitFor();
    await page.locator(MENU).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: /账户菜单/ }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.getByRole("heading", { level: 1, name: "Statistics" }).waitFor();
    await page.context().close();
  });

  test("a page in a tab keeps its filters, what was typed, what was chosen and how far it was scrolled", async () => {
    const page = await signIn(browserOf(), url, "company");
    await page.goto(`${url}/console/messages?kind=CEB311`);
    await settled(page);
    await page.getByLabel("订单编号").fill("DD-尚未查询");
    // As far as there are rows to scroll.
    const top = await page.evaluate(() => {
      const content = document.querySelector("#content");
      content.scrollTop = 150;
      return content.scrollTop;
    });
    assert.ok(top > 0, "the list is too short to be scrolled");
    await entry(page, "申报").click();
    await page.getByRole("heading", { level: 1, name: "申报" }).waitFor();
    assert.equal(await page.evaluate(() => document.querySelector("#content").scrollTop), 0);
    await entry(page, "报文").click();
    await page.getByRole("heading", { level: 1, name: "报文" }).waitFor();
    assert.match(page.url(), /kind=CEB311/);
    assert.equal(await page.getByLabel("订单编号").inputValue(), "DD-尚未查询");
    assert.equal(await page.evaluate(() => document.querySelector("#content").scrollTop), top);
    // A page that was closed begins anew.
    await page.getByRole("button", { name: "关闭 报文" }).click();
    await entry(page, "报文").click();
    await page.getByRole("heading", { level: 1, name: "报文" }).waitFor();
    assert.equal(await page.getByLabel("订单编号").inputValue(), "");
    await page.context().close();
  });

  test("a dialog of one page is not over another", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/posts`);
    await settled(page);
    await entry(page, "用户").click();
    await page.getByRole("heading", { level: 1, name: "用户" }).waitFor();
    await page.getByRole("button", { name: "创建用户" }).click();
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "岗位" }).waitFor();
    await still(page);
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await entry(page, "部门").click();
    await page.getByRole("heading", { level: 1, name: "部门" }).waitFor();
    await page.context().close();
  });

  test("headings stand over their columns, also where badges make the table wider than its card", async () => {
    const browser = browserOf();
    const page = await signIn(browser, url, "company");
    const { id } = (await done(page))[1];
    await unknown(browser, id);
    const { documents } = await ask(page, "GET", `/api/v1/messages/${id}`);
    await page.goto(`${url}/console/search?q=${documents[0].orderNo}`);
    await settled(page);
    await page.locator("#content tr.ant-table-row .badge", { hasText: "98765" }).first().waitFor();
    for (const left of [0, 1000]) {
      const off = await page.evaluate(async (x) => {
        const body = document.querySelector("#content .ant-table-body");
        body.scrollLeft = x;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const heads = [...document.querySelectorAll("#content thead th")].filter((one) => one.getBoundingClientRect().height > 0);
        const cells = [...document.querySelector("#content tr.ant-table-row").children];
        return heads.map((one, i) => Math.abs(one.getBoundingClientRect().left - cells[i].getBoundingClientRect().left));
      }, left);
      assert.ok(off.length > 5 && off.every((pixels) => pixels <= 1), `headings are off by ${off} pixels`);
    }
    await shot(page, "search-unknown");
    await page.context().close();
  });

  test("what was submitted and done is not called done any more once customs says what nobody knows", async () => {
    const browser = browserOf();
    const page = await signIn(browser, url, "company");
    const [{ id, acceptanceNo }] = await done(page);
    // Nothing is asked for now and then: only what the platform tells of itself can change the page.
    await page.addInitScript(() => {
      const { setInterval } = window;
      window.setInterval = (act, ms, ...rest) => (ms >= 5_000 ? 0 : setInterval(act, ms, ...rest));
    });
    // The page that watches what was submitted, as after a submission of this message.
    await page.route("**/api/v1/preflight", (route) => route.fulfill({ json: { ok: true, findings: [], documents: [], matches: [], taxes: [] } }));
    await page.route("**/api/v1/messages", (route) =>
      route.request().method() === "POST" ? route.fulfill({ status: 202, json: { id, acceptanceNo, duplicate: false } }) : route.continue(),
    );
    await page.goto(`${url}/console/declare`);
    await settled(page);
    await page.setInputFiles("input[type=file]", { name: "a.xml", mimeType: "application/xml", buffer: Buffer.from("<a/>") });
    await page.getByRole("button", { name: "提交申报" }).click();
    const said = page.locator("#content .ant-alert").first();
    await said.getByText("海关已接受").waitFor();
    await unknown(browser, id);
    // The platform itself takes a moment to read the answer.
    const from = Date.now();
    for (;;) {
      const { unknownStatus } = await ask(page, "GET", `/api/v1/messages/${id}`);
      if (unknownStatus === 98765) break;
      assert.ok(Date.now() - from < 30_000, "the answer did not arrive");
    }
    await said.getByText("海关已接受").waitFor({ state: "hidden" });
    await page.locator("#content .badge", { hasText: "98765" }).first().waitFor();
    await page.context().close();
  });

  test("a page whose file did not come appears by itself, and other pages keep what was typed", async () => {
    const page = await signIn(browserOf(), url, "company");
    await page.goto(`${url}/console/messages`);
    await settled(page);
    await page.getByLabel("订单编号").fill("DD-尚未查询");
    await page.route("**/console/**", (route) => route.abort());
    await entry(page, "统计").click();
    await page.getByText("页面加载失败").waitFor();
    await page.unroute("**/console/**");
    await page.getByRole("heading", { level: 1, name: "统计" }).waitFor();
    await entry(page, "报文").click();
    assert.equal(await page.getByLabel("订单编号").inputValue(), "DD-尚未查询");
    await page.context().close();
  });

  test("several rows are acted on with one reason, and each has its result", async () => {
    const browser = browserOf();
    const page = await signIn(browser, url, "system");
    await page.goto(`${url}/console/users?kind=staff`);
    await settled(page);
    for (const login of ["operator.b", "customs.officer", "bureau.approver"]) await page.locator("#content tr.ant-table-row", { hasText: login }).getByRole("checkbox").check();
    // Answers of the platform, one of which refuses and one cannot be read: nobody is disabled here.
    let n = 0;
    await page.route("**/api/v1/users/*/disable", (route) => {
      n += 1;
      if (n === 1) return route.fulfill({ json: {} });
      if (n === 3) return route.fulfill({ contentType: "text/html", body: "<html>" });
      const problem = { type: "/docs/codes/TG-R4001", status: 409, code: "TG-R4001", title: "不能停用", detail: "还有待办", advice: "先移交待办" };
      return route.fulfill({ status: 409, headers: { "x-request-id": "req-17" }, json: problem });
    });
    await page.locator(".bulk").getByRole("button", { name: /停用/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("将对 3 项执行此操作").waitFor();
    assert.ok(await dialog.getByRole("button", { name: "确定" }).isDisabled(), "a reason is needed");
    await dialog.getByLabel("原因").fill("离职");
    await still(page);
    await shot(page, "bulk-reason");
    await dialog.getByRole("button", { name: "确定" }).click();
    await dialog.getByText("3 项中已完成 1 项").waitFor();
    assert.equal(await dialog.locator(".badge.good").count(), 1);
    for (const text of ["不能停用", "还有待办", "先移交待办", "req-17", "结果未知", "请先查看该项现状"]) assert.equal(await dialog.getByText(text).count(), 1, text);
    assert.equal(await dialog.locator(".badge.bad").count(), 1);
    await still(page);
    await isGood(page, "the results");
    await shot(page, "bulk-result");
    await page.context().close();
  });

  test("a list says when it was read, and is live only while it is", async () => {
    const page = await signIn(browserOf(), url, "customs");
    await page.goto(`${url}/console/messages`);
    await settled(page);
    await page.locator(".fresh.is-live").getByText(/\d\d:\d\d:\d\d 更新/).waitFor();
    await page.context().setOffline(true);
    await page.locator(".fresh.is-down").waitFor();
    assert.equal(await page.locator(".is-live").count(), 0);
    await page.context().setOffline(false);
    await page.locator(".fresh.is-live").waitFor();
    await page.context().close();
  });

  test("a printed list has its title, filters, reader and time, and no buttons", async () => {
    const page = await signIn(browserOf(), url, "company");
    await page.goto(`${url}/console/messages?kind=CEB311`);
    await settled(page);
    await page.emulateMedia({ media: "print" });
    await page.locator(".printed-filters").waitFor();
    const text = await page.locator("body").innerText();
    for (const expected of [/报文类型：CEB311/, /打印于 \d{4}-\d\d-\d\d/, /受理号/]) assert.match(text, expected);
    assert.equal(await page.locator("button:visible:not(.cell-link)").count(), 0);
    assert.equal(await page.locator("#content thead").evaluateAll((all) => all.filter((one) => getComputedStyle(one).display === "table-header-group").length), 1);
    const folder = process.env.TONGGUAN_SHOTS;
    const pdf = await page.pdf({ format: "A4", ...(folder === undefined ? {} : { path: `${folder}/list.pdf` }) });
    assert.ok(pdf.length > 1000);
    await page.context().close();
  });
}
