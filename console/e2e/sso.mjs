// A real browser on its way from another system through our forms and back: it holds every form to the
// policy of its page along all redirects, which no client without a screen does.
import assert from "node:assert/strict";
import { launch, listen } from "./browser.mjs";

const { PAGE: page, LOGIN: login, PASSWORD: password, BASE: base, LEFT: left } = process.env;
const browser = await launch();
let complaints = [];
try {
  const tab = await browser.newPage({ locale: "zh-CN" });
  complaints = listen(tab);
  tab.setDefaultTimeout(15_000);
  const enter = async (code) => {
    await tab.fill("#login", login);
    await tab.fill("#password", password);
    await tab.click("button[type=submit]");
    await tab.waitForURL(`${base}/login/second**`);
    await tab.fill("#code", code ?? (await tab.textContent("#demo-code")).trim());
    await tab.click("button[type=submit]");
  };
  await tab.goto(page);
  assert.ok(tab.url().startsWith(`${base}/login?`), tab.url());
  await enter();
  await tab.waitForURL(page);
  assert.match(await tab.textContent("body"), /who: \d+/);
  console.log("login through the forms: ok");

  // The question before a logout leads, by a form, to the other system.
  const query = new URLSearchParams({ client_id: "apache", post_logout_redirect_uri: left });
  await tab.goto(`${base}/oauth2/logout?${query}`);
  await tab.click("button[type=submit]");
  await tab.waitForURL(left);
  assert.match(await tab.textContent("body"), /you have left/);
  console.log("logout after the question: ok");

  assert.deepEqual(complaints, []);
} catch (error) {
  for (const tab of browser.contexts().flatMap((context) => context.pages())) {
    console.error(tab.url(), await tab.textContent("body"));
  }
  console.error(complaints.join("\n"));
  throw error;
} finally {
  await browser.close();
}
