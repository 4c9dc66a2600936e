// The second pair of eyes: a person opens the list of requests and agrees to the one with this title.
import { settled, shot, still, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

export async function approve(browser, role, title) {
  const page = await signIn(browser, url, role);
  await page.goto(`${url}/console/approvals?state=pending`);
  await settled(page);
  const row = page.locator("#content tbody tr", { hasText: title }).first();
  await row.getByRole("button", { name: "通过", exact: true }).click();
  await still(page);
  await page.getByRole("dialog").getByRole("button", { name: "确定" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await row.waitFor({ state: "detached" });
  await shot(page, `approved-${role}`);
  await page.context().close();
}
