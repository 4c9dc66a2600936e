// A newcomer: registers a company, is approved by two people of the bureau, declares from the Excel
// template with one mistake, is told the cell, puts it right, and sees the receipts. Nobody reads a manual.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, listen, settled, shot, still, url } from "./browser.mjs";
import { keep, signIn } from "./people.mjs";
import { fill } from "./workbook.mjs";

const LOGIN = "xin.qiye";
const PASSWORD = "Wv3#lamp-Tree";
const NAME = "北京新来跨境电子商务有限公司";

/** A unified social credit code with its check digit (GB 32100-2015). */
function creditCode(first17) {
  const signs = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  let sum = 0;
  let weight = 1;
  for (const sign of first17) {
    sum += signs.indexOf(sign) * weight;
    weight = (weight * 3) % 31;
  }
  return first17 + signs[(31 - (sum % 31)) % 31];
}

// The smallest thing that says of itself that it is a PDF.
const PDF = { name: "licence.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") };

async function register(page) {
  await page.goto(`${url}/register`);
  await page.fill("#companyName", NAME);
  await page.fill("#creditCode", creditCode("91110105MA7XQK3R8"));
  await page.fill("#customsCode", "1105967788");
  await page.check("#role-ebc");
  await page.check("#role-ebp");
  await page.fill("#contactName", "李新来");
  await page.fill("#contactPhone", "13000000001");
  await page.setInputFiles("#licence", PDF);
  await page.fill("#login", LOGIN);
  await page.fill("#name", "李新来");
  await page.fill("#password", PASSWORD);
  const again = page.locator("#again");
  if ((await again.count()) > 0) await again.fill(PASSWORD);
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForLoadState("load");
  assert.equal(await page.locator(".error").count(), 0, await page.locator("main").innerText());
}

async function logIn(page) {
  await page.goto(`${url}/login`);
  await page.fill("#login", LOGIN);
  await page.fill("#password", PASSWORD);
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL(/\/console\//);
}

/** One of the bureau opens the case of the newcomer and takes these steps. */
async function decide(browser, role, steps) {
  const page = await signIn(browser, url, role);
  await page.goto(`${url}/console/cases`);
  await settled(page);
  await page.locator("#content a", { hasText: NAME }).first().click();
  await settled(page);
  for (const step of steps) {
    await page.locator(".page-head").getByRole("button", { name: step, exact: true }).click();
    await still(page);
    await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.waitForTimeout(300);
  }
  await isGood(page, `the case, ${role}`);
  await shot(page, `case-${role}`);
  await page.context().close();
}

/** Chooses a file on the page of declarations, and waits for what it says. */
async function choose(page, name, buffer) {
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  await page.setInputFiles("input[type=file]", { name, mimeType, buffer });
  await page.locator("#content .ant-alert").first().waitFor();
}

export function newcomer(browserOf) {
  test("a newcomer registers, is approved, declares with a mistake, mends it and sees the receipts", async () => {
    const browser = browserOf();
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "zh-CN" });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await register(page);
    await shot(page, "registered");

    await decide(browser, "clerk", ["受理", "审核通过，报审批"]);
    await decide(browser, "approver", ["批准办结"]);

    await context.clearCookies();
    await logIn(page);
    const complaints = listen(page);
    await settled(page);
    keep(url, "company", await context.storageState());

    // The template comes from the page itself.
    await page.locator("nav .menu").getByRole("link", { name: "申报", exact: true }).click();
    await settled(page);
    await page.getByRole("button", { name: /模板/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /CEB311/ }).click(),
    ]);
    const stream = await download.createReadStream();
    const template = Buffer.concat(await stream.toArray());

    // The sample rows become an order of one's own, with a payment that does not add up.
    const own = { SAMPLE202601050000010001: "DD202611240000000001" };
    await choose(page, "订单.xlsx", fill(template, { ...own, "727.69": "1.00" }));
    await page.locator("#content .ant-alert-error").waitFor();
    const found = await page.locator("#content .ant-table").first().innerText();
    assert.match(found, /进口订单!M3/, "the cell is named");
    await isGood(page, "the findings");
    await shot(page, "declare-findings");
    await page.getByRole("button", { name: "选择另一个文件" }).click();

    await choose(page, "订单.xlsx", fill(template, own));
    await page.locator("#content .ant-alert-success").waitFor();
    await page.getByRole("button", { name: "提交申报" }).click();
    await page.getByText("已受理，已安全保存").or(page.getByText("海关已接受")).first().waitFor();
    await page.locator("#content table .badge", { hasText: /海关入库|已入库/ }).first().waitFor({ timeout: 60_000 });
    await isGood(page, "the watch");
    await shot(page, "declare-settled");

    await page.locator("#content table a").first().click();
    await settled(page);
    await page.getByRole("tab", { name: /回执/ }).click();
    await page.getByRole("tabpanel").locator(".badge", { hasText: "120" }).first().waitFor();
    await shot(page, "message");
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
