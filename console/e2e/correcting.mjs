// From a rejection to a release (更正重报): a company sees what came back on its first page, corrects it in
// one form, and customs accepts it.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, listen, settled, shot, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

/** An order of the newcomer's that customs rejects for the word in its number. */
async function reject(page, number) {
  const { request } = page.context();
  const list = await (await request.get(`${url}/api/v1/messages?kind=CEB311`)).json();
  const { csrf } = await (await request.get(`${url}/api/v1/session`)).json();
  const headers = { "x-csrf-token": csrf };
  const id = list.items.at(-1).id;
  await request.post(`${url}/api/v1/messages/${id}/unmask`, { headers, data: { reason: "更正重报测试" } });
  const xml = await (await request.get(`${url}/api/v1/messages/${id}/xml`)).text();
  const guids = [...xml.matchAll(/[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}/gi)].map(([guid]) => guid);
  let data = xml.replace(/<(ceb:)?orderNo>[^<]*</, (whole) => `${whole.slice(0, whole.indexOf(">") + 1)}${number}<`);
  for (const guid of new Set(guids)) data = data.replaceAll(guid, crypto.randomUUID().toUpperCase());
  const answer = await request.post(`${url}/api/v1/messages`, { headers: { ...headers, "content-type": "application/xml" }, data });
  assert.equal(answer.status(), 202, await answer.text());
  return answer.json();
}

export function correcting(browserOf) {
  test("a rejected order is seen at once, corrected in one form and accepted by customs", async () => {
    const page = await signIn(browserOf(), url, "company");
    const complaints = listen(page);
    const rejected = await reject(page, "DD20261128-ZZ-R1332");
    await page.goto(`${url}/console/home`);
    await settled(page);
    const tile = page.locator(".act-now .tile", { hasText: "海关退单" });
    await tile.waitFor({ timeout: 60_000 });
    assert.match(await tile.innerText(), /^1\s/);
    await isGood(page, "the first page with a rejection");
    await shot(page, "home-rejected");
    await tile.click();
    await settled(page);
    assert.match(page.url(), /needsAction=true&outcome=rejected/);
    const row = page.locator("#content tbody tr.row-act", { hasText: rejected.acceptanceNo });
    await row.waitFor();
    await shot(page, "list-rejected");
    await row.locator("a").first().click();
    await settled(page);
    await page.getByText("海关退单：请更正重报").waitFor();
    await isGood(page, "a rejected message");
    await shot(page, "message-rejected");
    await page.getByRole("link", { name: "更正重报" }).first().click();
    // The page before has a heading too: its successor is there when the window says so.
    await page.waitForFunction(() => document.title.startsWith("更正重报"));
    await settled(page);
    assert.match(await page.title(), /^更正重报 TG[0-9A-Z]{13} · 通关$/);
    assert.match(await page.locator(".tab.open").innerText(), /^更正重报 TG[0-9A-Z]{13}$/);
    await isGood(page, "the form of a correction");
    await shot(page, "correction");
    // Whether the other fields are unfolded depends on what the receipt names.
    await page.locator("details").first().evaluate((one) => {
      one.open = true;
    });
    await page.getByLabel(/orderNo/).first().fill("DD20261128000077");
    await page.getByText("校验通过，可以提交").waitFor();
    // Another page is seen in between: what was typed is still there.
    await page.locator("nav .menu").getByRole("link", { name: "统计", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "统计" }).waitFor();
    await page.locator(".tab", { hasText: "更正重报" }).getByRole("link").click();
    await page.waitForFunction(() => document.title.startsWith("更正重报"));
    await settled(page);
    assert.equal(await page.locator("#content").getByLabel(/orderNo/).first().inputValue(), "DD20261128000077");
    await page.getByText("校验通过，可以提交").waitFor();
    await page.getByRole("button", { name: "提交更正" }).click();
    await page.getByText("更正自").waitFor();
    await page.locator("#content .badge", { hasText: /海关入库|已入库/ }).first().waitFor({ timeout: 60_000 });
    await shot(page, "corrected");
    await page.getByRole("link", { name: rejected.acceptanceNo, exact: true }).click();
    await page.getByText("已更正重报").first().waitFor();
    assert.equal(await page.locator("#content .badge.act").count(), 0, "the old one needs no action any more");
    // The story of the trade leads from one to the other and back.
    const { request } = page.context();
    const old = await (await request.get(`${url}/api/v1/messages/${rejected.id}`)).json();
    await page.goto(`${url}/console/stories/${old.documents[0].id}`);
    await settled(page);
    assert.match(await page.title(), /^单证全程 \d{4} · 通关$/);
    const card = page.locator("#content section", { hasText: "海关退单" });
    await card.getByRole("link", { name: old.correctedBy.acceptanceNo, exact: true }).waitFor();
    await shot(page, "story-corrected");
    const corrected = await (await request.get(`${url}/api/v1/messages/${old.correctedBy.id}`)).json();
    await page.goto(`${url}/console/stories/${corrected.documents[0].id}`);
    await settled(page);
    await page.locator("#content section").getByRole("link", { name: rejected.acceptanceNo, exact: true }).waitFor();
    await page.goto(`${url}/console/home`);
    await settled(page);
    assert.equal(await page.locator(".act-now .tile", { hasText: "海关退单" }).count(), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("several are declared again at once, and their rows come as a workbook", async () => {
    const page = await signIn(browserOf(), url, "company");
    const numbers = ["DD20261128-ZZ-R1332-1", "DD20261128-ZZ-R1332-2"];
    for (const number of numbers) await reject(page, number);
    await page.goto(`${url}/console/messages?needsAction=true&outcome=rejected`);
    await settled(page);
    await page.locator("#content tbody tr.row-act").nth(1).waitFor({ timeout: 60_000 });
    await page.locator("#content thead input[type=checkbox]").check();
    await page.getByRole("button", { name: "导出更正表" }).click();
    // It has personal data in full: nobody takes it away without a reason of his own.
    const download = page.getByRole("dialog").getByRole("button", { name: "下载" });
    assert.ok(await download.isDisabled(), "the reason is asked for");
    await page.getByRole("dialog").getByRole("textbox").fill("交业务员更正");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("dialog").getByRole("button", { name: "下载" }).click()]);
    assert.match(file.suggestedFilename(), /^退单更正表-\d+\.xlsx$/);
    await page.getByRole("button", { name: "批量更正重报" }).click();
    await shot(page, "bulk");
    await page.getByRole("dialog").getByRole("button", { name: /^提交 \d+ 份$/ }).click();
    // Nothing was changed: it is asked about as where one is declared again.
    await page.locator(".ant-modal-confirm-title", { hasText: "内容没有改动，仍要重报吗？" }).waitFor();
    await page.getByRole("button", { name: "提交更正重报" }).click();
    await page.getByRole("dialog").locator("tbody tr").nth(1).locator("a").nth(1).waitFor();
    await shot(page, "bulk-done");
    await page.context().close();
  });

  test("those that will not be declared again are dismissed at once, and each is told", async () => {
    const page = await signIn(browserOf(), url, "company");
    const complaints = listen(page);
    const own = [await reject(page, "DD20261128-ZZ-R1332-3"), await reject(page, "DD20261128-ZZ-R1332-4")];
    await page.goto(`${url}/console/messages?needsAction=true&outcome=rejected`);
    await settled(page);
    const rows = page.locator("#content tbody tr.row-act");
    for (const { acceptanceNo } of own) await rows.filter({ hasText: acceptanceNo }).waitFor({ timeout: 60_000 });
    const n = await rows.count();
    // One of them was dealt with in another window: the others are done all the same.
    await page.locator("#content thead input[type=checkbox]").check();
    const first = (await rows.first().locator("a").first().getAttribute("href")).split("/").at(-1);
    const { csrf } = await (await page.context().request.get(`${url}/api/v1/session`)).json();
    await page.route("**/api/v1/messages?*", (route) => route.abort());
    const headers = { "x-csrf-token": csrf };
    const gone = await page.context().request.post(`${url}/api/v1/messages/${first}/dismiss`, { headers, data: { reason: "" } });
    assert.ok(gone.ok(), await gone.text());
    await page.locator(".bulk").getByRole("button", { name: "不再处理" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`将 ${n} 份退回的报文标记为不再处理`).waitFor();
    await dialog.getByLabel("原因（可不填）").fill("订单已取消");
    await isGood(page, "the question before a dismissal");
    await shot(page, "dismiss");
    await dialog.getByRole("button", { name: "确定" }).click();
    await dialog.locator(".badge.good", { hasText: "已标记为不再处理" }).nth(n - 2).waitFor();
    assert.equal(await dialog.locator(".badge.bad", { hasText: "未办理" }).count(), 1);
    assert.equal(await dialog.getByRole("button", { name: "取消" }).isVisible(), false, "what is done is not cancelled");
    await isGood(page, "what became of a dismissal");
    await shot(page, "dismissed");
    await page.unroute("**/api/v1/messages?*");
    await dialog.getByRole("button", { name: "关闭" }).last().click();
    await rows.first().waitFor({ state: "detached" });
    // One of them is to be declared after all.
    await page.goto(`${url}/console/messages/${own[1].id}`);
    await settled(page);
    await page.getByRole("button", { name: "恢复处理" }).click();
    await page.locator(".ant-popconfirm").getByRole("button", { name: "确定" }).click();
    await page.getByRole("link", { name: "更正重报" }).first().waitFor();
    await isGood(page, "what was dismissed and is to be dealt with after all");
    await shot(page, "resumed");
    assert.deepEqual(complaints.filter((one) => !/ERR_FAILED|409/.test(one)), []);
    await page.context().close();
  });
}
