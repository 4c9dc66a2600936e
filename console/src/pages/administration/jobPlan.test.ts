import { expect, test } from "vitest";
import { say, type Translate } from "../../i18n";
import { planOf } from "./jobPlan";

const chinese: Translate = (word, values) => say("zh-CN", word, values);
const english: Translate = (word, values) => say("en", word, values);

test.each([
  ["every 60 s", "每隔 1 分钟", "Every 1 min"],
  ["every 86400 s", "每隔 1 天", "Every 1 d"],
  ["cron 0 2 * * *", "每天 02:00", "Daily at 02:00"],
  ["cron 30 6 1-5 * *", "每月 1 日至 5 日 06:30", "06:30 on days 1 to 5 of each month"],
  ["cron */15 9-17 * * MON-FRI", "cron */15 9-17 * * MON-FRI", "cron */15 9-17 * * MON-FRI"],
  ["working day 1 09:30", "每月第 1 个工作日 09:30", "Working day 1 of each month at 09:30"],
  ["on request", "按需执行", "On request"],
])("the schedule %s is read as people say it", (schedule, zh, en) => {
  expect(planOf(schedule, chinese)).toBe(zh);
  expect(planOf(schedule, english)).toBe(en);
});
