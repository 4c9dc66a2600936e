// The pages that the server renders: the language is switched without losing where one goes, one-time links open in a
// tab of their own and can be copied, and the demo's form of registration is ready to be sent.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "./limited.mjs";
import { isGood, settled, shot, still, url } from "./browser.mjs";
import { LOGIN, PASSWORD, signIn } from "./people.mjs";

/** Where somebody wants to go who has to log in first. */
const NEXT = "/console/messages?needsAction=true&outcome=rejected&from=2026-11-01";
const next = `next=${encodeURIComponent(NEXT)}`;

/** What the address of a page says beside the language. */
function query(page) {
  const all = [...new URL(page.url()).searchParams].filter(([name]) => name !== "lang");
  return Object.fromEntries(all);
}

/** What a form of the page carries without showing it, and what was typed; tokens against forgery are new each time. */
function fields(page) {
  return page.locator("main input:not([type=file]):not([name=csrf]):not([name=slip]):not([name=lt])").evaluateAll((all) =>
    all.map((one) => [one.name, one.type === "checkbox" ? one.checked : one.value]),
  );
}

/** Switches the language, to the other one and back: the page, its query and what its forms carry stay. */
async function switchesBothWays(page, name, isForm = false) {
  const [path, asked, carried] = [new URL(page.url()).pathname, query(page), await fields(page)];
  const before = await page.locator("html").getAttribute("lang");
  const languages = before === "en" ? ["zh-CN", "en"] : ["en", "zh-CN"];
  for (const language of languages) {
    await Promise.all([page.waitForEvent("load"), page.locator("#language").click()]);
    assert.equal(await page.locator("html").getAttribute("lang"), language, `${name}: the language`);
    assert.equal(new URL(page.url()).pathname, path, `${name}: the page`);
    // A form that is sent for its language keeps all in itself; some pages say where they lead without being asked.
    if (!isForm) assert.deepEqual({ ...query(page), ...asked }, query(page), `${name}: the query`);
    assert.deepEqual(await fields(page), carried, `${name}: what the forms carry`);
  }
}

/** Presses the button beside a text; the clipboard then has the text, and a button with words has said so. */
async function copies(page, button, text, said) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  await page.evaluate(() => navigator.clipboard.writeText("something else"));
  // What it says is seen for a moment only: a busy machine looks too late.
  await button.evaluate((one) => {
    one.dataset.said = "";
    new MutationObserver(() => (one.dataset.said += one.textContent)).observe(one, { childList: true, subtree: true });
  });
  await button.click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "something else");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text, "what was copied");
  if (said !== undefined) assert.match(await button.getAttribute("data-said"), said);
}

/** A link opens in a tab of its own, which cannot reach back; the page with the link stays. Answers the tab. */
async function opensBeside(page, link) {
  const here = page.url();
  assert.equal(await link.getAttribute("target"), "_blank");
  assert.match((await link.getAttribute("rel")) ?? "", /\bnoopener\b/);
  const [tab] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  await tab.waitForLoadState();
  assert.equal(page.url(), here, "the page with the link is left");
  return tab;
}

/** What a link for a new password leads to: the form, or the page that says that it opens nothing any more. */
async function isOpen(tab) {
  await tab.locator("main h1").waitFor();
  return (await tab.locator("#new").count()) === 1;
}

async function formOfFirstStart(page, link) {
  await page.fill("#system_name", "赵系统");
  await page.fill("#audit_login", "audit.admin");
  assert.equal(await page.locator("input[name=token]").inputValue(), new URL(link).searchParams.get("token"));
  await switchesBothWays(page, "the first start", true);
}

async function linksOfFirstStart(page) {
  const row = page.locator("tbody tr").first();
  const [link, code] = [row.locator("a[data-login]"), row.locator("code")];
  const address = await link.evaluate((one) => one.href);
  assert.equal((await code.innerText()).trim(), address, "what is shown is where the link leads");
  await copies(page, row.getByRole("button"), address, /^(已复制|Copied)$/);
  const tab = await opensBeside(page, link);
  assert.ok(await isOpen(tab), "the link does not open");
  await tab.close();
  assert.ok(await row.isVisible(), "the links are gone");
  for (const one of await page.locator("a[data-login]").all()) assert.equal(await one.getAttribute("target"), "_blank");
}

const seen = {};

/** The pages of the first start are there once, before any test: they are looked at then, and told by the tests below. */
export const looks = Object.fromEntries(
  Object.entries({ form: formOfFirstStart, links: linksOfFirstStart }).map(([name, look]) => [
    name,
    async (...page) => {
      seen[name] = look(...page);
      await seen[name].catch(() => undefined);
    },
  ]),
);

/** Pages for everybody. */
const PUBLIC = [
  `/login?${next}`,
  `/login?${next}&again=1`,
  "/activate?token=nobody-has-this-one",
  "/bootstrap?token=nobody-has-this-one",
  "/cas/login?service=https%3A%2F%2Fapp.example%2Fportal%3Fa%3D1%26b%3D2",
  "/oauth2/authorize?client_id=nobody&state=x%2Fy&redirect_uri=https%3A%2F%2Fapp.example%2F",
  "/docs/codes/TG-E1203",
  "/docs/codes/rules",
  "/docs/protocol/kinds",
  "/docs/protocol/kinds/CEB311",
  "/no/such/page?a=1&b=%2Fx%3Fy%26z&token=t",
];

/** Pages of who is logged in; the last one is for nobody of the customs' staff. */
const OWN = [
  "/account",
  `/account/password?${next}`,
  `/account/totp?${next}`,
  `/account/passkey?${next}`,
  `/account/confirm?${next}`,
  "/oauth2/logout",
  "/login/foreign/nobody/bind",
  "/api/v1/users?kind=staff&q=a%26b",
];

export function serverPages(browserOf) {
  test("the form of the first start keeps its token and what was typed when the language is switched", () => seen.form);

  test("the one-time links of the first start open in tabs of their own and are copied with one click", () => seen.links);

  test("the switch of the language keeps the whole query on every page for strangers", async () => {
    const context = await browserOf().newContext({ locale: "zh-CN" });
    const page = await context.newPage();
    for (const path of PUBLIC) {
      await page.goto(`${url}${path}`);
      await switchesBothWays(page, path);
    }
    // After a form came back with what is wrong the address has no query: the form has it.
    await page.goto(`${url}/login?${next}`);
    await page.fill("#login", "nobody");
    await page.fill("#password", "x");
    await Promise.all([page.waitForEvent("load"), page.locator("main form button[type=submit]").first().click()]);
    await page.locator(".error").waitFor();
    await page.locator("#language").click();
    await page.locator("html[lang=en]").waitFor({ state: "attached" });
    assert.equal(await page.locator("main form").first().locator("input[name=next]").inputValue(), NEXT);
    // Who reads another language while registering types nothing twice.
    await page.goto(`${url}/register`);
    await page.fill("#companyName", "改过的名称");
    await switchesBothWays(page, "the registration", true);
    await context.close();
  });

  test("the switch of the language keeps the whole query on every page of who is logged in", async () => {
    const page = await signIn(browserOf(), url, "customs");
    for (const path of OWN) {
      await page.goto(`${url}${path}`);
      await switchesBothWays(page, path);
    }
    await page.context().close();
    // Between the password and the second factor.
    const context = await browserOf().newContext({ locale: "zh-CN" });
    const second = await context.newPage();
    await second.goto(`${url}/login?${next}`);
    await second.fill("#login", LOGIN.customs);
    await second.fill("#password", PASSWORD);
    await second.locator("main form button[type=submit]").first().click();
    await second.locator("#code").waitFor();
    await switchesBothWays(second, "the second factor");
    assert.equal(await second.locator("main form").first().locator("input[name=next]").inputValue(), NEXT);
    await context.close();
  });

  test("an officer's one-time link opens in a tab of its own, is copied, and is made again by another officer when it is lost", async () => {
    const page = await signIn(browserOf(), url, "system");
    await page.goto(`${url}/console/users`);
    await settled(page);
    await page.locator(".page-head").getByRole("button").first().click();
    const form = page.getByRole("dialog");
    await form.getByLabel("登录名").fill("lost.link");
    await form.getByLabel("姓名").fill("吴遗失");
    await still(page);
    await form.getByRole("button", { name: "确定" }).click();
    const first = await secretOf(page);
    await page.context().close();

    const officer = await signIn(browserOf(), url, "security");
    await officer.goto(`${url}/console/users?q=lost.link`);
    await settled(officer);
    await officer.locator("#content tbody tr", { hasText: "lost.link" }).getByRole("button", { name: "重新生成激活链接" }).click();
    const question = officer.getByRole("dialog");
    await question.locator("textarea").fill("链接遗失");
    await still(officer);
    await question.getByRole("button", { name: "确定" }).click();
    const second = await secretOf(officer);
    assert.notEqual(second, first);
    await isGood(officer, "a link that was made again");
    await shot(officer, "link-again");
    await officer.goto(first);
    assert.equal(await isOpen(officer), false, "the lost link still opens");
    await switchesBothWays(officer, "a link that opens nothing");
    await officer.goto(second);
    assert.ok(await isOpen(officer), "the new link does not open");
    await switchesBothWays(officer, "a link that opens");
    // The form with what is wrong keeps the token as well.
    await officer.fill("#new", "short");
    await officer.fill("#again", "other");
    await officer.locator("main form button[type=submit]").click();
    await officer.locator(".error").waitFor();
    await officer.locator("#language").click();
    await officer.locator("html[lang=en]").waitFor({ state: "attached" });
    assert.equal(await officer.locator("input[name=token]").inputValue(), new URL(second).searchParams.get("token"));
    await officer.context().close();
  });

  test("in the demo the form of registration passes as it is filled, with a password and the sample licence", async () => {
    const context = await browserOf().newContext({ locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto(`${url}/register`);
    const [licence] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "下载样例执照" }).click()]);
    const empty = await page.locator("main input[required]:not([type=file]):not([type=password])").evaluateAll((all) => all.filter((one) => one.value === "").map((one) => one.name));
    assert.deepEqual(empty, [], "fields that must be filled are empty");
    const name = await page.inputValue("#companyName");
    await page.setInputFiles("#licence", await licence.path().then(async (path) => ({ name: licence.suggestedFilename(), mimeType: "application/pdf", buffer: await readFile(path) })));
    await page.fill("#password", PASSWORD);
    await page.fill("#again", PASSWORD);
    await page.locator("main form button[type=submit]:visible").click();
    await page.locator("#own .note").waitFor();
    assert.match(await page.locator("#own .note").innerText(), new RegExp(`^${name}：申请已提交`));
    // Both languages of what is shown once are there.
    await page.locator("#own .switch").click();
    assert.ok(await page.locator("#other").isVisible());
    assert.equal(await page.locator("#own").isVisible(), false);
    await context.close();
  });
}

/** The one-time link in the dialog: in a tab of its own, copied with one click. Answers it, and closes the dialog. */
async function secretOf(page) {
  const dialog = page.getByRole("dialog").filter({ has: page.locator("a[target]") });
  const link = dialog.locator("a[target]");
  const address = await link.getAttribute("href");
  assert.equal((await dialog.locator("code").innerText()).trim(), address);
  await still(page);
  await copies(page, dialog.locator(".ant-typography-copy"), address);
  const tab = await opensBeside(page, link);
  assert.ok(await isOpen(tab), "the link does not open");
  await tab.close();
  await dialog.getByRole("button", { name: "关闭" }).last().click();
  await dialog.waitFor({ state: "hidden" });
  return address;
}
