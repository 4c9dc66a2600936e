// Passkeys in a real browser with the authenticator of the developer tools: a member of the staff makes one,
// logs out, logs in with it and without a password, and sees it on the page of the account.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { isGood, listen, shot, url } from "./browser.mjs";
import { keep, LOGIN, PASSWORD, signIn } from "./people.mjs";

const LABEL = "办公电脑指纹";

/** An authenticator inside the computer that knows its person; answers how to ask for its credentials. */
async function authenticator(page) {
  const tools = await page.context().newCDPSession(page);
  await tools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await tools.send("WebAuthn.addVirtualAuthenticator", { options });
  return async () => (await tools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
}

async function click(page, button) {
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: button, exact: true }).click()]);
}

async function logOut(page) {
  await page.goto(`${url}/account`);
  await click(page, "退出登录");
  assert.equal(new URL(page.url()).pathname, "/login");
}

export function passkey(browserOf) {
  test("one of the staff makes a passkey, and logs in with it and without a password", async () => {
    const page = await signIn(browserOf(), url, "clerk");
    const complaints = listen(page);
    const credentials = await authenticator(page);

    await page.goto(`${url}/account/confirm?next=/account/passkey`);
    await isGood(page, "the question who it is");
    await shot(page, "passkey-confirm");
    await page.fill("#password", PASSWORD);
    await click(page, "确认");
    assert.equal(new URL(page.url()).pathname, "/account/passkey");
    await isGood(page, "the page of a new passkey");
    await shot(page, "passkey-new");
    await page.fill("#label", LABEL);
    await click(page, "绑定");
    assert.equal(new URL(page.url()).pathname, "/account", await page.locator("main").innerText());
    assert.equal(await page.getByLabel("通行密钥名称").inputValue(), LABEL);
    const [made] = await credentials();
    assert.equal(made.isResidentCredential, true);
    assert.equal(made.rpId, new URL(url).hostname);

    // The same authenticator is not taken twice.
    await page.goto(`${url}/account/passkey`);
    await page.getByRole("button", { name: "绑定", exact: true }).click();
    await page.getByText("这个设备上的通行密钥已绑定在本账号。").waitFor();

    await logOut(page);
    await isGood(page, "the login page");
    await shot(page, "passkey-login");
    await click(page, "使用通行密钥登录");
    await page.waitForURL(/\/console\//);
    await page.goto(`${url}/account`);
    const row = page.getByRole("row").filter({ has: page.getByLabel("通行密钥名称") });
    assert.match(await row.locator("td").nth(3).innerText(), /^\d{4}-\d\d-\d\d \d\d:\d\d$/, "last used");
    await isGood(page, "the page of the account");
    await shot(page, "passkey-account");

    // After the password it is the second factor.
    await logOut(page);
    await page.fill("#login", LOGIN.clerk);
    await page.fill("#password", PASSWORD);
    await click(page, "登录");
    assert.equal(new URL(page.url()).pathname, "/login/second");
    await isGood(page, "the second step");
    await shot(page, "passkey-second");
    await click(page, "使用通行密钥");
    await page.waitForURL(/\/console\//);
    keep(url, "clerk", await page.context().storageState());
    // Chromium tries the icon of the console on every page of the host; these load none.
    assert.deepEqual(complaints.filter((text) => !text.includes("favicon.svg")), []);
    await page.context().close();
  });

  test("without scripts the pages work as before, without buttons that could not", async () => {
    const context = await browserOf().newContext({ javaScriptEnabled: false, locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto(`${url}/login`);
    assert.equal(await page.getByRole("button", { name: "使用通行密钥登录" }).count(), 0);
    await page.fill("#login", LOGIN.clerk);
    await page.fill("#password", PASSWORD);
    await click(page, "登录");
    assert.equal(new URL(page.url()).pathname, "/login/second");
    assert.equal(await page.locator("#code").count(), 1);
    await context.close();
  });
}
