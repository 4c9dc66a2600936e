// What an operator finds when the archive needs somebody, and when the database is away: said in to-dos and on the pages, with the
// button that helps. The platform's answers are given here: a damaged archive takes a month of waiting.
import assert from "node:assert/strict";
import { test } from "./limited.mjs";
import { fitsTelephone, isGood, listen, settled, shot, still, tablesFit, url } from "./browser.mjs";
import { signIn } from "./people.mjs";

const FAULT = "文件 payload/2026-08/1-17/message_body.0001.jsonl.zst 不在归档存储中（2026-11-30 23:11 发现）";

const part = (over) => ({
  id: "1", class: "payload", month: "2026-08", number: 1, folder: "payload/2026-08/1-17", state: "broken", nRows: 1000, nBytes: 4096, nUnreadable: 0,
  writtenAt: "2026-09-01T06:31:00+08:00", verifiedAt: "2026-09-01T06:32:00+08:00", isProofAsked: false, nSame: 1000, nChanged: 0, nGone: 0, nPurged: 0,
  kept: [], manifestSha256: "ab", sealedWith: "", fault: FAULT, ...over,
});

const run = (over) => ({
  id: "7", askedBy: "operator.a", startedAt: "2026-11-30T23:12:00+08:00", durationMs: 4000, result: "failed", attempt: 1, node: 0,
  detail: `归档有误：payload/2026-08/1-17：${FAULT}`, ...over,
});

const job = (over) => ({
  id: "archive.verify", name: "还原校验归档", nameEn: "Verify the archive", about: "把指定的归档分卷读回。", aboutEn: "Reads parts back.", schedule: "on request",
  isDueGuess: false, state: "waiting", isRunning: false, isCancelling: false, nFailed: 0, ...over,
});

const page = (items) => ({ items });

/** A platform whose archive is damaged; `now` is what of it changes. */
async function damaged(tab, now) {
  const answers = [
    ["todos", () => page(now.todos)],
    ["archive", () => ({ url: "file:/srv/archive", nOverdue: 2, nBroken: 1, nParts: 1, nBytes: 4096, lastWrittenAt: "2026-09-01T06:31:00+08:00", classes: [] })],
    ["archive/parts", () => page([part(now.part)])],
    ["jobs", () => page([job(now.job)])],
    ["jobs/archive.verify/runs", () => page([run({})])],
  ];
  for (const [path, answer] of answers) {
    await tab.route((address) => address.pathname === `/api/v1/${path}`, (route) => route.fulfill({ json: answer() }));
  }
}

const TODOS = [
  { kind: "archive_broken", title: "有误的归档分卷", titleEn: "Damaged archive parts", count: 1, overdue: 0 },
  { kind: "archive_overdue", title: "逾期未归档的月份", titleEn: "Months overdue for archiving", count: 2, overdue: 0 },
];

export function archive(browserOf) {
  test("operator: a damaged part is a to-do, is verified again for a reason, and tells how far that is and what it found", async () => {
    const tab = await signIn(browserOf(), url, "operator");
    const complaints = listen(tab);
    const now = { todos: TODOS, part: {}, job: {} };
    await damaged(tab, now);
    await tab.goto(`${url}/console/operator/pipeline`);
    await settled(tab);
    const tile = tab.locator("#content .tile.bad", { hasText: "有误的归档分卷" });
    await tile.waitFor();
    await tab.locator("#content .tile.bad", { hasText: "逾期未归档的月份" }).waitFor();
    await isGood(tab, "the board");
    await shot(tab, "operator-board-archive");
    await tab.getByRole("button", { name: /待办/ }).click();
    await tab.locator(".todos a", { hasText: "逾期未归档的月份" }).waitFor();
    assert.equal(await tab.locator(".todos a", { hasText: "逾期未归档的月份" }).getAttribute("href"), "/console/retention");
    await tab.locator(".todos a", { hasText: "有误的归档分卷" }).click();
    await settled(tab);
    assert.match(tab.url(), /\/archive\?state=broken/);
    const row = tab.locator("#content tbody tr", { hasText: "payload/2026-08/1-17" });
    await row.waitFor();
    assert.match(await row.innerText(), /不在归档存储中/);
    let asked;
    await tab.route("**/api/v1/archive/parts/1/verify", (route) => {
      asked = route.request().postDataJSON();
      now.part = { isProofAsked: true };
      now.job = { state: "running", isRunning: true, running: run({ result: "running", detail: "", done: 400, total: 1000 }) };
      return route.fulfill({ status: 202, body: "" });
    });
    await row.getByRole("button", { name: "重新校验" }).click();
    const dialog = tab.getByRole("dialog").filter({ has: tab.getByRole("button", { name: "确定" }) });
    await dialog.locator("textarea").fill("文件已从备份放回");
    await still(tab);
    await dialog.getByRole("button", { name: "确定" }).click();
    await tab.locator("#content .proof").getByText("400/1000").first().waitFor();
    assert.deepEqual(asked, { reason: "文件已从备份放回" });
    await row.getByText("已安排重新校验").waitFor();
    await isGood(tab, "a proof on its way");
    await tablesFit(tab, "the archive");
    await fitsTelephone(tab, "the archive");
    await shot(tab, "operator-archive-proof");
    // It passes: the page and the to-dos hear of it by themselves.
    now.todos = [];
    now.part = { state: "verified", fault: "" };
    now.job = { last: run({ id: "8", result: "done", detail: "校验通过 1 卷" }) };
    await tab.locator("#content .proof").getByText("校验通过 1 卷").waitFor();
    await row.locator(".badge.good").waitFor();
    assert.deepEqual(complaints, []);
    await tab.context().close();
  });

  for (const [language, said] of [["zh-CN", FAULT], ["en", "is missing from the archive store (found 2026-11-30 23:11)"]]) {
    test(`the reason of a run is read in whole at 1280 pixels (${language})`, async () => {
      const tab = await signIn(browserOf(), url, "operator", { viewport: { width: 1280, height: 768 } });
      await tab.addInitScript((name) => localStorage.setItem("tongguan.language", name), language);
      await damaged(tab, { todos: [], part: {}, job: { last: run({}) } });
      await tab.goto(`${url}/console/jobs`);
      await settled(tab);
      await tab.locator("#content tbody tr", { hasText: "1-17" }).locator(".cell-link").first().click();
      const drawer = tab.locator(".ant-drawer-content-wrapper");
      await drawer.locator(".runs").waitFor();
      await still(tab);
      const reason = drawer.locator(".runs .info", { hasText: said });
      await reason.waitFor();
      const [inside, outside] = await Promise.all([reason.boundingBox(), drawer.boundingBox()]);
      assert.ok(inside.x >= outside.x && inside.x + inside.width <= outside.x + outside.width, JSON.stringify([inside, outside]));
      const cut = await reason.evaluate((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight);
      assert.ok(!cut, "the reason is cut");
      await shot(tab, `job-drawer-${language}`);
      await tab.context().close();
    });
  }

  test("without its database the platform says since when, what holds, and who does what", async () => {
    const tab = await signIn(browserOf(), url, "operator");
    await tab.goto(`${url}/console/messages`);
    await settled(tab);
    const problem = { type: "/docs/codes/TG-F5030", status: 503, code: "TG-F5030", title: "平台暂时无法受理", titleEn: "Unavailable", advice: "请稍候再试。", adviceEn: "Wait." };
    await tab.route("**/api/v1/**", (route) => route.fulfill({ status: 503, headers: { "retry-after": "2" }, contentType: "application/problem+json", body: JSON.stringify(problem) }));
    await tab.getByRole("button", { name: "刷新" }).click();
    const banner = tab.locator(".old-banner");
    await banner.waitFor();
    const text = await banner.innerText();
    for (const part of [/数据库暂时不可用/, /最后一次读到数据是 \d{4}-\d\d-\d\d/, /已受理的报文/, /Retry-After/, /运维人员/]) assert.match(text, part);
    await still(tab);
    await isGood(tab, "the banner of an outage");
    await fitsTelephone(tab, "the banner of an outage");
    await shot(tab, "outage");
    await tab.unroute("**/api/v1/**");
    await banner.waitFor({ state: "detached" });
    await tab.context().close();
  });
}
