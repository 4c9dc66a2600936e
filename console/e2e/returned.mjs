// What the bureau sends back: the company hears of it, and begins again with what it wrote; and what stands where.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

const PDF = { name: "evidence.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n%%EOF\n") };
const NAME = "北京改名跨境电子商务有限公司";

/** The company applies for another name, with its document; answers the address of the case. */
async function apply(page) {
  await page.goto(`${url}/console/cases`);
  await settled(page);
  await page.getByRole("button", { name: "提交申请" }).click();
  await page.getByRole("menuitem", { name: "企业信息变更" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("企业名称").fill(NAME);
  await form.getByLabel("申请说明").fill("名称变更");
  await still(page);
  await form.getByRole("button", { name: "确定" }).click();
  await form.getByText("请选择", { exact: true }).waitFor();
  await form.locator("input[type=file]").setInputFiles(PDF);
  await form.getByRole("button", { name: "确定" }).click();
  await page.waitForURL(/\/console\/cases\/\d+$/);
  await settled(page);
  assert.equal(await page.getByText("缺少必备材料").count(), 0, "the document went with the form");
  return page.url();
}

export function returned(browserOf) {
  test("an application brings its document; when it is returned, to-dos and bell say so, and it begins again as it was written", async () => {
    const page = await signIn(browserOf(), url, "company");
    const address = await apply(page);

    const clerk = await signIn(browserOf(), url, "clerk");
    await clerk.goto(address);
    await settled(clerk);
    await clerk.locator(".page-head").getByRole("button", { name: "退回", exact: true }).click();
    const question = clerk.getByRole("dialog");
    await question.locator("textarea").fill("名称与执照不符");
    await still(clerk);
    await question.getByRole("button", { name: "确定" }).click();
    await question.waitFor({ state: "hidden" });
    await clerk.context().close();

    await page.goto(`${url}/console/`);
    await settled(page);
    await page.locator(".bell-button").click();
    const bell = page.locator(".bell");
    await bell.getByText("已退回的申请，请重新申请").waitFor();
    // What came back has a heading of its own, apart from the notices.
    const text = await bell.innerText();
    assert.ok(text.indexOf("被退回，待处理") < text.indexOf("未读通知"), text);
    await isGood(page, "the bell");
    await shot(page, "bell-returned");

    await page.goto(address);
    await settled(page);
    await page.getByText("本件已结束，请重新申请。").waitFor();
    await page.getByRole("button", { name: "重新申请" }).click();
    const again = page.getByRole("dialog");
    assert.equal(await again.getByLabel("企业名称").inputValue(), NAME);
    await isGood(page, "the form once more");
    await page.context().close();
  });

  test("rows that scroll pass behind the heading of a list, with no strip above it", async () => {
    const page = await signIn(browserOf(), url, "operator", { viewport: { width: 1366, height: 420 } });
    await page.goto(`${url}/console/messages`);
    await settled(page);
    const gap = await page.evaluate(async () => {
      const frame = document.querySelector("#content");
      // However few rows there are, they scroll.
      document.querySelector("#content tbody tr:last-child").style.height = "2000px";
      frame.scrollTop = 600;
      await new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));
      const head = document.querySelector(".ant-table-sticky-holder");
      return head.getBoundingClientRect().top - frame.getBoundingClientRect().top;
    });
    assert.ok(gap <= 0.5, `a strip of ${gap} pixels above the heading`);
    await page.context().close();
  });
}
