// The back office: a department and a post are made and given to a person, a dictionary gets an entry, a
// parameter is changed by two officers and works, a notice is published by two people and read by a company.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { becomes, fitsTelephone, isGood, listen, settled, shot, still, url } from "./browser.mjs";
import { approve } from "./approve.mjs";
import { signIn } from "./people.mjs";

/** A formula and a script: texts, wherever they stand. */
const FORMULA = "=cmd|' /C calc'!A0";
const SCRIPT = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>";

async function open(browser, role, path) {
  const page = await signIn(browser, url, role);
  const complaints = listen(page);
  await page.goto(`${url}/console${path}`);
  await settled(page);
  return { page, complaints };
}

/** Chooses in a select of a dialog by its label. */
async function choose(page, label, text) {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(label, { exact: true }).click();
  const offered = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option");
  await offered.filter({ has: page.getByText(text, { exact: true }) }).click();
}

/** Fills in a dialog, confirms it and waits until it is gone. */
async function confirm(page, texts) {
  const dialog = page.getByRole("dialog");
  for (const [label, text] of Object.entries(texts)) await dialog.getByLabel(label, { exact: true }).fill(text);
  await still(page);
  await dialog.getByRole("button", { name: "确定" }).click();
  await dialog.waitFor({ state: "hidden" });
}

const row = (page, text) => page.locator("#content tbody tr", { hasText: text }).first();

export function backOffice(browserOf) {
  test("departments and posts are made and given to a person, who is found by them", async () => {
    const { page, complaints } = await open(browserOf(), "system", "/departments");
    for (const [name, code, parent] of [["市商务局", "SWJ", undefined], ["电商处", "SWJ-DS", "市商务局"], [FORMULA, "SWJ-X", "市商务局"]]) {
      await page.getByRole("button", { name: "新建部门" }).click();
      if (parent !== undefined) await choose(page, "上级部门", parent);
      await confirm(page, { 部门名称: name, 编码: code, 办公电话: "010-12345678" });
      await row(page, code).waitFor();
    }
    await isGood(page, "departments");
    await shot(page, "departments");

    await page.goto(`${url}/console/posts`);
    await settled(page);
    await page.getByRole("button", { name: "新建岗位" }).click();
    await confirm(page, { 岗位名称: "科长", 编码: "head", 备注: SCRIPT });
    await row(page, "head").waitFor();
    await shot(page, "posts");

    await page.goto(`${url}/console/users?kind=staff`);
    await settled(page);
    await row(page, "bureau.clerk").getByRole("button", { name: "修改" }).click();
    await choose(page, "部门", "市商务局 / 电商处");
    await choose(page, "岗位", "科长");
    await confirm(page, {});
    await row(page, "电商处").waitFor();
    // The department above finds those below it.
    const chosen = page.locator(".search-form").getByLabel("部门", { exact: true });
    await chosen.click();
    await page.locator(".ant-select-item-option", { hasText: /^市商务局$/ }).click();
    await page.locator(".search-form").getByRole("button", { name: "查询" }).click();
    await settled(page);
    await row(page, "bureau.clerk").waitFor();
    await page.waitForFunction(() => document.querySelectorAll("#content tbody tr.ant-table-row").length === 1);
    await shot(page, "users-of-department");

    await page.goto(`${url}/console/departments`);
    await settled(page);
    await row(page, "SWJ-DS").getByRole("button", { name: "删除" }).click();
    await still(page);
    await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
    await page.getByText("仍有 1 名人员").first().waitFor();
    assert.equal(await page.evaluate(() => globalThis.hit), undefined, "a script ran");
    // The browser itself notes the refusal.
    assert.deepEqual(complaints.filter((one) => !one.includes("409")), []);
    await page.context().close();
  });

  test("a dictionary gets an entry, and one page says what 142 is", async () => {
    const { page, complaints } = await open(browserOf(), "system", "/dictionaries");
    const lookup = page.getByLabel("查代码");
    await lookup.fill("142");
    await lookup.press("Enter");
    await row(page, "人民币").waitFor();
    await isGood(page, "dictionaries");
    await shot(page, "dictionaries");

    await page.getByRole("link", { name: "公告类别" }).click();
    await page.waitForURL(/notice_category/);
    await settled(page);
    await page.getByRole("button", { name: "新建字典项" }).click();
    await choose(page, "颜色", "红");
    await confirm(page, { 编码: "drill", 中文名称: "应急演练", 英文名称: "Drill", 备注: FORMULA });
    await row(page, "应急演练").waitFor();
    await isGood(page, "entries");
    await shot(page, "entries");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出 Excel" }).click()]);
    assert.match(download.suggestedFilename(), /^字典-notice_category-\d+\.xlsx$/);

    await page.goto(`${url}/console/dictionaries/ceb.currency`);
    await settled(page);
    assert.equal(await page.getByRole("button", { name: "新建字典项" }).count(), 0, "the standard is not changed");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("a security parameter waits for the second officer, then holds without a restart", async () => {
    const { page, complaints } = await open(browserOf(), "system", "/parameters");
    await row(page, "登录失败锁定次数").getByRole("button", { name: "变更" }).click();
    await confirm(page, { 新值: "3", 原因: "收紧登录" });
    await row(page, "登录失败锁定次数").getByText("待复核").waitFor();
    await isGood(page, "parameters");
    await shot(page, "parameters");
    const wrong = async (login, times) => {
      const context = await browserOf().newContext({ locale: "zh-CN" });
      const tried = await context.newPage();
      for (let n = 0; n < times; n += 1) {
        await tried.goto(`${url}/login`);
        await tried.fill("#login", login);
        await tried.fill("#password", "not the password");
        await Promise.all([tried.waitForLoadState("load"), tried.locator("main form button[type=submit]").first().click()]);
      }
      const said = await tried.locator(".error").innerText();
      await context.close();
      return said;
    };
    // Four failures lock nobody yet.
    assert.doesNotMatch(await wrong("customs.officer", 4), /已锁定/);
    await approve(browserOf(), "security", "登录失败锁定次数");
    await page.reload();
    await settled(page);
    await row(page, "登录失败锁定次数").getByText("3 次").first().waitFor();
    // Every process looks again within two seconds.
    await page.waitForTimeout(2500);
    await wrong("operator.b", 3);
    const users = await open(browserOf(), "security", "/users?q=operator.b");
    await row(users.page, "operator.b").getByText("锁定").first().waitFor();
    await users.page.context().close();

    // Back to what it was, with one click and a second person.
    await row(page, "登录失败锁定次数").getByRole("button", { name: "登录失败锁定次数" }).click();
    await page.locator(".ant-drawer").getByText("钱安全").first().waitFor();
    await still(page);
    await shot(page, "parameter-history");
    await page.locator(".ant-drawer tr", { hasText: "默认" }).getByRole("button", { name: "恢复此值" }).click();
    await page.locator(".ant-modal").getByLabel("原因").fill("恢复默认");
    await still(page);
    await page.locator(".ant-modal").getByRole("button", { name: "确定" }).click();
    await page.locator(".ant-modal").waitFor({ state: "hidden" });
    await approve(browserOf(), "security", "登录失败锁定次数");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("a list tells how many there are, and a heading puts it in order on the platform", async () => {
    const { page, complaints } = await open(browserOf(), "security", "/users?kind=staff&size=10");
    const told = page.locator("#content .pager .num").first();
    const { total } = await (await page.context().request.get(`${url}/api/v1/users?kind=staff&count=true`)).json();
    await becomes(() => told.innerText(), `共 ${total} 条`);
    for (const [sort, direction] of [["login", "ascending"], ["-login", "descending"]]) {
      await page.getByRole("columnheader", { name: "登录名" }).first().click();
      await page.waitForURL((address) => address.searchParams.get("sort") === sort);
      await settled(page);
      // The address is there a moment before the page that it asks for.
      await page.locator(`#content th[aria-sort=${direction}]`, { hasText: "登录名" }).first().waitFor();
      const { items } = await (await page.context().request.get(`${url}/api/v1/users?kind=staff&limit=10&sort=${sort}`)).json();
      // The heading turns before the rows of a busy platform have come.
      await becomes(
        () => page.locator("#content tbody tr[data-row-key]").evaluateAll((rows) => rows.map((one) => one.getAttribute("data-row-key"))),
        items.map((one) => one.id),
      );
    }
    // The total is that of the whole list, on every page of it.
    if (total > 10) {
      await page.getByRole("button", { name: "下一页" }).click();
      await page.waitForURL(/pages=/);
      await settled(page);
      await becomes(() => told.innerText(), `共 ${total} 条`);
    }
    await isGood(page, "a sorted list");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("a notice is published by two people and read by a company, who is then on the list", async () => {
    const browser = browserOf();
    const { page, complaints } = await open(browser, "clerk", "/notice-desk");
    await page.getByRole("button", { name: "起草公告" }).click();
    await choose(page, "类别", "系统维护");
    await choose(page, "级别", "重要");
    await choose(page, "对象", "公开（含登录页）");
    await shot(page, "notice-form");
    await confirm(page, { 标题: "周六夜间维护", 正文: `# 时间\n周六 **22:00** 起两小时\n- 暂停[申报](/console/declare)\n${SCRIPT}` });
    await row(page, "周六夜间维护").getByRole("button", { name: "提交发布" }).click();
    await confirm(page, { 原因: "请审核" });
    await row(page, "周六夜间维护").getByText("待复核").waitFor();
    await isGood(page, "the notice desk");
    await approve(browser, "approver", "周六夜间维护");

    const company = await open(browser, "company", "/");
    await company.page.getByRole("alert").getByText("周六夜间维护").waitFor();
    await isGood(company.page, "the first page with a notice");
    await shot(company.page, "home-notice");
    // The notice is one of the unread ones until it is read.
    const bell = company.page.getByRole("button", { name: /^未读通知 \d+ 条/ });
    const n = Number(/\d+/.exec(await bell.getAttribute("aria-label"))[0]);
    assert.ok(n > 0, "the bell does not count the notice");
    await bell.click();
    await company.page.locator(".bell").waitFor();
    await still(company.page);
    await shot(company.page, "bell");
    await company.page.locator(".bell").getByRole("button", { name: "周六夜间维护" }).click();
    const dialog = company.page.getByRole("dialog");
    await dialog.getByText("22:00").waitFor();
    assert.ok((await dialog.innerText()).includes(SCRIPT), "the script stays text");
    await isGood(company.page, "a notice");
    await shot(company.page, "notice");
    await dialog.getByRole("button", { name: "关闭" }).last().click();
    await company.page.getByRole("button", { name: new RegExp(`^未读通知 ${n - 1} 条`) }).waitFor();
    await company.page.goto(`${url}/console/notices`);
    await settled(company.page);
    await row(company.page, "周六夜间维护").getByText("已读").waitFor();
    await shot(company.page, "notices");
    assert.equal(await company.page.evaluate(() => globalThis.hit), undefined, "a script ran");
    assert.deepEqual(company.complaints, []);
    await company.page.context().close();

    // Whoever comes to the login page is told as well.
    const stranger = await browser.newPage({ locale: "zh-CN" });
    await stranger.goto(`${url}/login`);
    await stranger.locator(".notice").getByText("周六夜间维护").waitFor();
    assert.ok((await stranger.locator(".notice").innerText()).includes("<script>"));
    await shot(stranger, "login-notice");
    await stranger.close();

    await page.reload();
    await settled(page);
    await row(page, "周六夜间维护").getByRole("button", { name: "周六夜间维护" }).click();
    await page.locator(".ant-drawer").getByText("李新来").waitFor();
    await still(page);
    await shot(page, "notice-desk");
    await page.keyboard.press("Escape");
    await row(page, "周六夜间维护").getByRole("button", { name: "撤回" }).click();
    await confirm(page, { 原因: "试验结束" });
    await row(page, "周六夜间维护").getByText("已撤回").waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("the logs are searched and exported, and everybody sees his own last logins", async () => {
    const { page, complaints } = await open(browserOf(), "audit", "/operations?person=system.admin");
    await row(page, "变更参数").or(row(page, "提交复核申请")).first().waitFor();
    await isGood(page, "the operation log");
    await shot(page, "operation-log");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出 Excel" }).click()]);
    assert.match(download.suggestedFilename(), /^操作日志.*\.xlsx$/);
    await page.goto(`${url}/console/logins?result=refused&person=operator.b`);
    await settled(page);
    await row(page, "登录失败").waitFor();
    await shot(page, "login-log");
    assert.deepEqual(complaints, []);
    await page.goto(`${url}/account`);
    await page.locator("#logins tbody tr").first().waitFor();
    await shot(page, "account");
    await page.context().close();
  });

  test("the menu leads to the documents of the API", async () => {
    const { page } = await open(browserOf(), "operator", "/");
    const [docs] = await Promise.all([page.context().waitForEvent("page"), page.locator("nav .menu").getByRole("link", { name: "接口文档" }).click()]);
    // The library draws every operation before it shows anything: on a busy machine that takes its time.
    await docs.waitForSelector(".swagger-ui .info", { timeout: 60_000 });
    assert.match(docs.url(), /\/api\/docs\/$/);
    await page.context().close();
  });

  test("every job is seen with its purpose, and is run now for a reason, which its record shows", async () => {
    const { page, complaints } = await open(browserOf(), "system", "/jobs");
    for (const name of ["结束超时会话", "上传支付原始数据", "补加密存量报文"]) await row(page, name).waitFor();
    assert.match(await row(page, "结束超时会话").innerText(), /结束空闲过久或到期的会话/);
    await isGood(page, "jobs");
    await fitsTelephone(page, "jobs");
    await row(page, "停用长期未登录账号").getByRole("button", { name: "立即执行" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator("textarea").fill("月末核对账号");
    await still(page);
    await dialog.getByRole("button", { name: "确定" }).click();
    await dialog.waitFor({ state: "hidden" });
    const api = page.context().request;
    const asked = async () => (await (await api.get(`${url}/api/v1/jobs/account.stale/runs`)).json()).items.find((run) => run.askedBy !== "");
    for (let n = 0; n < 100 && (await asked())?.result !== "done"; n += 1) await page.waitForTimeout(200);
    const run = await asked();
    assert.equal(run.result, "done");
    assert.equal(typeof run.node, "number");
    const refused = await api.post(`${url}/api/v1/jobs/account.stale/cancel`, {
      headers: { "x-csrf-token": (await (await api.get(`${url}/api/v1/session`)).json()).csrf },
      data: { reason: "已无可取消" },
    });
    assert.equal((await refused.json()).code, "TG-R4508");
    await shot(page, "jobs");
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}
