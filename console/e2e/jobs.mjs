// The main job of each workspace of the staff: customs find a declaration and read it for a reason, two
// operators free what is stuck, the three officers make an account together.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { approve } from "./approve.mjs";
import { isGood, listen, settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

/** The order that the newcomer declared. */
const ORDER = "DD202611240000000001";

/** Answers the dialog that is open: a reason, if it asks for one, and yes. */
async function confirm(page, reason) {
  const dialog = page.getByRole("dialog").filter({ has: page.getByRole("button", { name: "确定" }) });
  if (reason !== undefined) await dialog.locator("textarea").fill(reason);
  await still(page);
  await dialog.getByRole("button", { name: "确定" }).click();
  await dialog.waitFor({ state: "hidden" });
}

/** A message of the newcomer that the check refuses: the masked copy of his own order. */
async function refused(browser) {
  const page = await signIn(browser, url, "company");
  const { request } = page.context();
  const list = await (await request.get(`${url}/api/v1/messages?orderNo=${ORDER}`)).json();
  const xml = await (await request.get(`${url}/api/v1/messages/${list.items[0].id}/xml`)).text();
  const guid = /guid="([^"]+)"/.exec(xml)[1];
  const other = guid.slice(0, -1) + (guid.endsWith("0") ? "1" : "0");
  const { csrf } = await (await request.get(`${url}/api/v1/session`)).json();
  const answer = await request.post(`${url}/api/v1/messages`, {
    headers: { "x-csrf-token": csrf, "content-type": "application/xml" },
    data: xml.replaceAll(guid, other),
  });
  assert.equal(answer.status(), 202, await answer.text());
  const { acceptanceNo } = await answer.json();
  await page.context().close();
  return acceptanceNo;
}

/** Downloads what a list has, and answers the name of the file. */
async function exported(page) {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("#content .toolbar").getByRole("button", { name: /导出/ }).click(),
  ]);
  return file.suggestedFilename();
}

export function jobs(browserOf) {
  test("customs: any number finds the trade, and personal data are read for a reason only", async () => {
    const page = await signIn(browserOf(), url, "customs");
    const complaints = listen(page);
    await page.goto(`${url}/console/search`);
    await settled(page);
    await page.getByRole("searchbox").fill(ORDER);
    await page.keyboard.press("Enter");
    await page.locator("#content tbody tr", { hasText: ORDER }).first().waitFor();
    await isGood(page, "what was found");
    await shot(page, "customs-found");
    await page.getByRole("link", { name: "单证全程" }).first().click();
    await settled(page);
    await page.locator("#content").getByText(ORDER).first().waitFor();
    await isGood(page, "the story");
    await shot(page, "customs-story");
    await page.goBack();
    await settled(page);
    await page.getByRole("link", { name: "报文详情", exact: true }).first().click();
    await settled(page);
    await page.getByRole("tab", { name: /报文原文/ }).click();
    const xml = page.getByRole("tabpanel").locator("pre");
    await xml.waitFor();
    assert.match(await xml.innerText(), /\*{3,}/, "masked at first");
    await page.getByRole("button", { name: "显示个人信息" }).click();
    await confirm(page, "核对收件人，布控单 2026-11");
    await page.waitForFunction(() => !/\*{3,}/.test(document.querySelector("#content [role=tabpanel] pre")?.textContent ?? "***"));
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("operator: a refused message is checked again when a second person agrees", async () => {
    const browser = browserOf();
    const acceptanceNo = await refused(browser);
    const page = await signIn(browser, url, "operator");
    const complaints = listen(page);
    await page.goto(`${url}/console/operator/stuck?state=refused`);
    await settled(page);
    const row = page.locator("#content tbody tr", { hasText: acceptanceNo });
    await row.waitFor({ timeout: 20_000 });
    await row.getByRole("button", { name: "申请重新校验" }).click();
    await confirm(page, "规则更正后重新校验");
    // It is seen that somebody asked, by whom and why; nobody asks again.
    await row.locator(".badge", { hasText: "待复核" }).waitFor();
    assert.match(await row.innerText(), /规则更正后重新校验/);
    assert.equal(await row.getByRole("button", { name: "申请重新校验" }).count(), 0);
    const href = await row.locator("a").first().getAttribute("href");
    const { csrf } = await (await page.context().request.get(`${url}/api/v1/session`)).json();
    const again = await page.context().request.post(`${url}/api/v1/operator/messages/${href.split("/").at(-1)}/resubmit`, {
      headers: { "x-csrf-token": csrf },
      data: { reason: "再申请一次" },
    });
    assert.equal((await again.json()).code, "TG-R4614");
    await isGood(page, "what is stuck");
    await shot(page, "operator-asked");
    assert.match(await exported(page), /^滞留报文-.*\.xlsx$/);
    await approve(browser, "operatorB", acceptanceNo);
    await page.goto(`${url}/console/approvals?state=done`);
    await settled(page);
    await page.locator("#content tbody tr", { hasText: acceptanceNo }).first().waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("officers: one makes an account, another agrees to its role, the third sees both", async () => {
    const browser = browserOf();
    const page = await signIn(browser, url, "system");
    const complaints = listen(page);
    await page.goto(`${url}/console/users`);
    await settled(page);
    await page.locator(".page-head").getByRole("button").first().click();
    const form = page.getByRole("dialog");
    await form.getByLabel("登录名").fill("new.clerk");
    await form.getByLabel("姓名").fill("周新员");
    await still(page);
    await form.getByRole("button", { name: "确定" }).click();
    await page.getByText("/activate?token=").first().waitFor();
    await shot(page, "officer-link");
    await page.getByRole("dialog").getByRole("button", { name: "关闭" }).last().click();
    assert.match(await exported(page), /^用户-.*\.xlsx$/);
    await page.goto(`${url}/console/grants`);
    await settled(page);
    await page.locator(".page-head").getByRole("button").first().click();
    const grant = page.getByRole("dialog");
    for (const [label, choice] of [["人员", "周新员"], ["角色", "商务局经办"]]) {
      await grant.getByLabel(label, { exact: true }).click();
      await page.keyboard.type(choice);
      const offered = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option");
      await offered.filter({ hasText: choice }).first().click();
    }
    await grant.getByLabel("原因").fill("新入职");
    await still(page);
    await grant.getByRole("button", { name: "确定" }).click();
    await grant.waitFor({ state: "hidden" });
    await approve(browser, "security", "new.clerk");
    await page.goto(`${url}/console/grants`);
    await settled(page);
    await page.locator("#content tbody tr", { hasText: "周新员" }).waitFor();
    assert.deepEqual(complaints, []);
    await page.context().close();
    const auditor = await signIn(browser, url, "audit");
    await auditor.goto(`${url}/console/audit`);
    await settled(auditor);
    for (const act of ["复核通过", "创建账号"]) {
      await auditor.locator("#content tbody tr", { hasText: act }).first().waitFor();
    }
    await auditor.getByRole("button", { name: "校验审计链" }).click();
    await auditor.locator(".ant-modal-confirm-success").waitFor();
    await shot(auditor, "auditor-verified");
    await auditor.context().close();
  });
}
