// What people of the workspaces asked for: the codes of one's company, counts that are right, no advice after a success,
// hints that hold when they are followed, badges and headings that stay in sight, filters in the order of a life.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "./limited.mjs";
import { isGood, listen, settled, shot, still, tablesFit, url } from "./browser.mjs";
import { signIn } from "./people.mjs";
import { fill } from "./workbook.mjs";

const FIXTURES = new URL("../../fixtures/ceb/ceb311/", import.meta.url);
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async function open(browser, role, path, options) {
  const page = await signIn(browser, url, role, options);
  await page.goto(`${url}/console${path}`);
  await settled(page);
  return page;
}

/** Chooses a file on the page of declarations, and answers the box that says what was found. */
async function choose(page, name, mimeType, buffer) {
  const again = page.getByRole("button", { name: "选择另一个文件" });
  if (await again.isVisible()) await again.click();
  await page.setInputFiles("input[type=file]", { name, mimeType, buffer });
  const said = page.locator("#content .ant-alert").first();
  await said.waitFor();
  return said;
}

/** The template of an order with texts replaced. */
async function order(page, texts) {
  const answer = await page.context().request.get(`${url}/api/v1/templates/CEB311`);
  return fill(await answer.body(), texts);
}

/** A message of the fixtures as this company would send it. */
async function fixture(page, name) {
  const { request } = page.context();
  const { company } = await (await request.get(`${url}/api/v1/session`)).json();
  const { customsCode, dxpId } = await (await request.get(`${url}/api/v1/companies/${company.id}`)).json();
  const xml = await readFile(new URL(name, FIXTURES), "utf8");
  return Buffer.from(xml.replace(/(copCode>)[^<]*/, `$1${customsCode}`).replace(/(dxpId>)[^<]*/, `$1${dxpId}`));
}

/** How many rows of each severity all pages of the list of findings have together. */
async function listed(page) {
  const panel = page.locator("#content .panel", { has: page.locator("h2", { hasText: "校验问题" }) });
  const next = panel.locator(".ant-pagination-next:not(.ant-pagination-disabled) button");
  const counts = { 拒收: 0, 其他: 0 };
  for (;;) {
    const words = await panel.locator("tbody tr.ant-table-row td:first-child .badge").allInnerTexts();
    for (const word of words) counts[word === "拒收" ? "拒收" : "其他"] += 1;
    if ((await next.count()) === 0) break;
    const first = await panel.locator("tbody tr.ant-table-row").first().getAttribute("data-row-key");
    await next.click();
    await page.waitForFunction((key) => document.querySelector("#content tbody tr.ant-table-row").dataset.rowKey !== key, first);
  }
  return { ...counts, heading: Number(/\d+/.exec(await panel.locator("h2").innerText())[0]) };
}

/** The counts in the box are those of the list below it. */
async function countsWhatItLists(page, said, name) {
  const text = await said.innerText();
  const [must] = /\d+(?= 处必须改正)/.exec(text) ?? ["0"];
  const [others] = /\d+(?= 处警告或提示)/.exec(text) ?? ["0"];
  const found = await listed(page);
  assert.deepEqual([Number(must), Number(others)], [found.拒收, found.其他], `${name}: ${text}`);
  assert.equal(found.heading, found.拒收 + found.其他, `${name}: the heading of the list`);
  return found;
}

/** Declares an order of one's own, and waits until customs has taken it. Answers the page and the message. */
async function declared(browser, orderNo) {
  const page = await open(browser, "company", "/declare");
  const said = await choose(page, "订单.xlsx", XLSX, await order(page, { SAMPLE202601050000010001: orderNo }));
  assert.match(await said.innerText(), /校验通过/);
  const [answer] = await Promise.all([
    page.waitForResponse((one) => one.url().endsWith("/api/v1/messages") && one.request().method() === "POST"),
    page.getByRole("button", { name: "提交申报" }).click(),
  ]);
  const { items } = await answer.json();
  return { page, message: items[0] };
}

/** Whether nothing cuts a thing and nothing lies on it: its corners are seen, and its text has room. */
function isWhole(one) {
  const box = one.getBoundingClientRect();
  if (box.left < 0 || box.top < 0 || box.right > window.innerWidth || box.bottom > window.innerHeight) return "outside of the window";
  for (let above = one.parentElement; above !== null; above = above.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(above);
    const frame = above.getBoundingClientRect();
    if (overflowX !== "visible" && (box.left < frame.left - 0.5 || box.right > frame.right + 0.5)) return `cut by ${above.className}`;
    if (overflowY !== "visible" && (box.top < frame.top - 0.5 || box.bottom > frame.bottom + 0.5)) return `cut by ${above.className}`;
  }
  if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0) return "its text has no room";
  const middle = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  // The link of an entry lies on its icon.
  return (one.closest("li") ?? one).contains(middle) ? "" : `hidden behind ${middle?.className}`;
}

/** Answers have lists as long as if there were very many. */
async function longLists(page) {
  const longer = (list) =>
    Array.from({ length: 60 }, (_, n) => {
      const item = list[n % list.length];
      const own = ["id", "cursor"].filter((key) => item[key] !== undefined).map((key) => [key, `${item[key]}${n}`]);
      return { ...item, ...Object.fromEntries(own), ...(item.number === undefined ? {} : { number: n + 1 }) };
    });
  await page.route(/\/api\/v1\/(?!events|todos|notices|session\b)/, async (route) => {
    const answer = await route.fetch();
    const isJson = route.request().method() === "GET" && (answer.headers()["content-type"] ?? "").startsWith("application/json");
    if (!isJson) return route.fulfill({ response: answer });
    const json = await answer.json();
    for (const key of ["items", "documents", "receipts"]) if (json[key]?.length > 0) json[key] = longer(json[key]);
    return route.fulfill({ response: answer, json });
  });
}

/** Scrolls the page to its end: the headings of its long table are still seen. */
async function headingsStay(page, name) {
  const table = page.locator("#content .ant-table-wrapper:visible", { has: page.locator("tr.ant-table-row:nth-child(20)") }).first();
  await table.waitFor().catch(() => assert.fail(`${name}: no long list`));
  await table.locator("tr.ant-table-row").last().scrollIntoViewIfNeeded();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const [seen, scrolled, gap] = await table.evaluate((one) => {
    const th = [...one.querySelectorAll("thead th")].filter((cell) => cell.textContent.trim() !== "" && cell.getBoundingClientRect().height > 0);
    const { top } = document.querySelector("#content").getBoundingClientRect();
    const above = one.querySelector("tr.ant-table-row").getBoundingClientRect().bottom < top;
    return [th.map((cell) => {
      const box = cell.getBoundingClientRect();
      return cell.contains(document.elementFromPoint(box.left + 8, (box.top + box.bottom) / 2));
    }), above, Math.max(...th.map((cell) => cell.getBoundingClientRect().top - top))];
  });
  assert.ok(scrolled, `${name}: the list is not long enough to be scrolled`);
  assert.ok(seen.length > 0 && seen.every(Boolean), `${name}: headings are out of sight: ${seen}`);
  assert.ok(gap < 2, `${name}: ${gap} pixels above the headings show rows`);
}

/** What a filter offers, in its order. */
async function offered(page, label) {
  const form = page.locator(".search-form");
  await form.getByLabel(label, { exact: true }).click();
  const list = page.locator(".ant-select-dropdown:not(.ant-select-dropdown-hidden)");
  await list.locator(".ant-select-item-option").first().waitFor();
  await still(page);
  const words = await list.locator(".ant-select-item-option").allInnerTexts();
  await page.keyboard.press("Escape");
  return words;
}

export function workspaces(browserOf) {
  test("a company sees the DXP id that its messages carry, and copies it; staff see the same", async () => {
    const page = await open(browserOf(), "company", "/");
    await page.locator("nav .menu").getByRole("link", { name: "企业信息", exact: true }).click();
    await settled(page);
    const { company } = await (await page.context().request.get(`${url}/api/v1/session`)).json();
    const { dxpId } = await (await page.context().request.get(`${url}/api/v1/companies/${company.id}`)).json();
    assert.match(dxpId, /^DXP/, "the company of the tests has no DXP id");
    const line = page.locator("#content li", { hasText: "dxpId" });
    await line.getByText(dxpId, { exact: true }).waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
    await line.locator(".ant-typography-copy").click();
    await page.waitForFunction(async (id) => (await navigator.clipboard.readText()) === id, dxpId);
    await isGood(page, "one's own company");
    await page.context().close();
    const customs = await open(browserOf(), "customs", `/companies/${company.id}`);
    await customs.locator("#content").getByText(dxpId, { exact: true }).first().waitFor();
    await customs.context().close();
  });

  test("the count of what must be corrected is that of the list below it, for a workbook and for XML", async () => {
    const page = await open(browserOf(), "company", "/declare");
    const complaints = listen(page);
    const wrong = { SAMPLE202601050000010001: "DD202611240000000308", "727.69": "1.00", "110101197310011389": "110101197310011380", 609: "新西", P20260105: "长".repeat(101) };
    const workbook = await choose(page, "订单.xlsx", XLSX, await order(page, wrong));
    const found = await countsWhatItLists(page, workbook, "the workbook");
    assert.ok(found.拒收 >= 2, `several problems were put in: ${JSON.stringify(found)}`);
    await shot(page, "declare-counts");
    // Of 201 rows fifty are on a page. A guid with small letters is a warning, which is counted apart.
    const small = (xml) => Buffer.from(xml.toString().replace(/(:guid>)([^<]*)/, (_, tag, guid) => tag + guid.toLowerCase()));
    const files = { "invalid/many-problems.xml": 201, "invalid/missing-buyer-telephone.xml": 1, "invalid/currency-usd.xml": 1 };
    for (const [name, n] of Object.entries(files)) {
      const xml = await fixture(page, name);
      const said = await choose(page, name, "application/xml", n === 1 ? small(xml) : xml);
      const { 拒收, 其他 } = await countsWhatItLists(page, said, name);
      assert.deepEqual([拒收, 其他], [n, n === 1 ? 1 : 0], name);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test("after a declaration that customs accepted nothing more is asked for, and nothing speaks of rejections", async () => {
    const { page } = await declared(browserOf(), "DD202611240000000309");
    const said = page.locator("#content .ant-alert").first();
    await said.getByText("已受理，已安全保存。下面实时显示进展。").or(said.getByText("海关已接受。")).waitFor();
    assert.doesNotMatch(await page.locator("#content").innerText(), /拒收|退单|退回|请/);
    await said.getByText("海关已接受。").waitFor({ timeout: 60_000 });
    assert.equal((await said.innerText()).replace(/\s+/g, ""), "海关已接受。办理完毕，无需其他操作。选择另一个文件");
    assert.doesNotMatch(await page.locator("#content").innerText(), /已有结果|拒收|退单|退回|请/);
    await page.context().close();
  });

  test("the hint of the simulator holds: what has reached it is answered as asked, what was not sent is not found", async () => {
    const { page, message } = await declared(browserOf(), "DD202611240000000310");
    await page.locator("#content .ant-alert").getByText("海关已接受。").waitFor({ timeout: 60_000 });
    const { request } = page.context();
    const { csrf } = await (await request.get(`${url}/api/v1/session`)).json();
    const headers = { "x-csrf-token": csrf, "content-type": "application/xml" };
    // The masked copy of the message, which the check refuses.
    const xml = await (await request.get(`${url}/api/v1/messages/${message.id}/xml`)).text();
    const data = xml.replaceAll(/guid="([^"]+)"/.exec(xml)[1], crypto.randomUUID().toUpperCase());
    const unsent = await (await request.post(`${url}/api/v1/messages`, { headers, data })).json();

    const operator = await open(browserOf(), "operator", "/operator/customs-box");
    const form = operator.locator("section", { has: operator.getByRole("heading", { name: "注入回执" }) });
    assert.equal(await form.locator("p.soft").innerText(), "模拟器已经收到的单证都可以注入；尚未发送到海关的报文会提示找不到。");
    const inject = async (number, text) => {
      await form.getByLabel("受理号或报文 id").fill(number);
      await form.getByLabel("回执状态").fill("300");
      await form.getByLabel("回执信息").fill(text);
      await form.getByRole("button", { name: "注入" }).click();
    };
    // By the number that people have, and by that of programs.
    for (const [number, text] of [[message.acceptanceNo, "按受理号注入"], [message.id, "按报文 id 注入"]]) {
      await inject(number, text);
      await operator.locator(".ant-message").getByText("已注入，回执将在 0 秒后发出").first().waitFor();
      await page.goto(`${url}/console/messages/${message.id}`);
      await settled(page);
      await page.getByRole("tab", { name: /回执/ }).click();
      await page.getByRole("tabpanel").getByText(text).first().waitFor();
    }
    await inject(unsent.acceptanceNo, "没有发送过");
    await operator.locator(".ant-notification-notice", { hasText: "TG-R4040" }).waitFor();
    await isGood(operator, "the simulator");
    await operator.context().close();
    await page.context().close();
  });

  test("badges with two digits and every entry of the menu are whole in a window of 768 pixels", async () => {
    for (const [role, width] of [["company", 1366], ["operator", 1366], ["security", 1366], ["company", 1024]]) {
      const page = await signIn(browserOf(), url, role, { viewport: { width, height: 768 } });
      // As many as a busy day has.
      await page.route("**/api/v1/todos", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { items: [{ kind: role === "company" ? "rejected" : "approvals", title: "", count: 38, overdue: 0 }] } });
      });
      await page.route("**/api/v1/notices/bell", async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...(await answer.json()), unread: 57 } });
      });
      await page.goto(`${url}/console/`);
      await settled(page);
      const badges = page.locator(".top .ant-badge-count, .side .ant-badge-count");
      await page.locator(".top .ant-badge-count").nth(1).waitFor();
      await still(page);
      for (const badge of await badges.all()) {
        assert.equal(await badge.evaluate(isWhole), "", `${role} ${width}: the badge ${await badge.innerText()}`);
        const covered = await badge.evaluate((one) => {
          const box = one.getBoundingClientRect();
          return [...document.querySelectorAll(".top svg, .side svg")].some((icon) => {
            const other = icon.getBoundingClientRect();
            return other.left < box.right - 1 && other.right > box.left + 1 && other.top < box.bottom - 1 && other.bottom > box.top + 1;
          });
        });
        assert.equal(covered, false, `${role} ${width}: a badge lies on an icon`);
      }
      assert.deepEqual((await badges.allInnerTexts()).map((text) => text.replace(/\s/g, "")), ["38", "57"]);
      // A narrow window has a folded menu of icons.
      const entryOf = width < 1200 ? ".anticon" : ".label";
      for (const entry of await page.locator("nav .menu a").all()) {
        await entry.scrollIntoViewIfNeeded();
        assert.equal(await entry.locator(entryOf).evaluate(isWhole), "", `${role} ${width}: an entry of the menu`);
      }
      await shot(page, `badges-${role}-${width}`);
      await page.context().close();
    }
  });

  test("the headings of a long list stay in sight when it is scrolled to its end", async () => {
    const lists = {
      company: ["/messages", "/receipts", "/cases"],
      operator: ["/operator/stuck?state=refused"],
      system: ["/users", "/online"],
      audit: ["/audit", "/logins"],
    };
    for (const [role, paths] of Object.entries(lists)) {
      const page = await signIn(browserOf(), url, role);
      await longLists(page);
      for (const path of paths) {
        await page.goto(`${url}/console${path}`);
        await settled(page);
        await headingsStay(page, `${role} ${path}`);
      }
      await page.context().close();
    }
    // The documents of one message, their receipts and the problems of one file are long lists, too.
    const page = await signIn(browserOf(), url, "company");
    const { items } = await (await page.context().request.get(`${url}/api/v1/messages?outcome=accepted`)).json();
    await longLists(page);
    await page.goto(`${url}/console/messages/${items[0].id}`);
    await settled(page);
    for (const tab of [/单证/, /回执/]) {
      await page.getByRole("tab", { name: tab }).click();
      await still(page);
      await headingsStay(page, `a message, ${tab}`);
    }
    await page.goto(`${url}/console/declare`);
    await settled(page);
    await choose(page, "many.xml", "application/xml", await fixture(page, "invalid/many-problems.xml"));
    await tablesFit(page, "many problems");
    await headingsStay(page, "many problems");
    await isGood(page, "many problems");
    await page.context().close();
  });

  test("filters offer what becomes of a document, a case or a request in the order in which it does", async () => {
    const orders = [
      ["company", "/messages", "状态", ["已接收", "待对碰", "已校验", "已发送", "已有回执", "待人工处理", "回执已收齐", "平台拒收"]],
      ["company", "/messages", "办理结果", ["已放行", "已入库", "海关退单", "处理异常", "平台拒收", "未办结"]],
      ["company", "/cases", "状态", ["未办结", "待受理", "待审核", "待补正", "待审批", "已办结", "已退回", "已撤回"]],
      ["company", "/payment-inquiries", "状态", ["待上传", "已上传", "上传失败"]],
      ["security", "/approvals", "状态", ["待复核", "已通过", "执行失败", "已驳回", "已撤回"]],
      ["security", "/users", "状态", ["待激活", "正常", "已停用"]],
      ["approver", "/notice-desk", "状态", ["草稿", "已发布", "已撤回"]],
      ["operator", "/operator/stuck", "状态", ["待人工处理", "平台拒收"]],
      ["operator", "/operator/unknown-codes", "状态", ["待解释", "已解释"]],
    ];
    for (const role of new Set(orders.map(([one]) => one))) {
      const page = await signIn(browserOf(), url, role);
      for (const [, path, label, words] of orders.filter(([one]) => one === role)) {
        await page.goto(`${url}/console${path}`);
        await settled(page);
        assert.deepEqual(await offered(page, label), words, `${role} ${path} ${label}`);
      }
      await page.context().close();
    }
  });
}
