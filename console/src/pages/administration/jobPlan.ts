// When a job is due, in words: `every 60 s`, `cron 0 2 * * *`, `working day 1 09:30`, `on request`.
import { duration } from "../../format/time";
import type { Translate } from "../../i18n";

/** The schedule that the API tells, as people say it. A cron expression stays as it is. */
export function planOf(schedule: string, t: Translate): string {
  const [, seconds] = /^every (\d+) s$/.exec(schedule) ?? [];
  if (seconds !== undefined) return t("job.plan.every", { time: duration(Number(seconds) * 1000, t) });
  const [, cron] = /^cron (.*)$/.exec(schedule) ?? [];
  if (cron !== undefined) return daily(cron, t) ?? monthly(cron, t) ?? t("job.plan.cron", { cron });
  const [, n, at] = /^working day (\d+) (\S+)$/.exec(schedule) ?? [];
  if (n !== undefined && at !== undefined) return t("job.plan.workingDay", { n, at });
  return schedule === "on request" ? t("job.onRequest") : schedule;
}

/** `0 2 * * *` is every day at 02:00. */
function daily(cron: string, t: Translate): string | undefined {
  const [, minute, hour] = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron) ?? [];
  if (minute === undefined || hour === undefined) return undefined;
  return t("job.plan.daily", { at: clock(hour, minute) });
}

/** `30 6 1-5 * *` is 06:30 on the first five days of a month. */
function monthly(cron: string, t: Translate): string | undefined {
  const [, minute, hour, from, to] = /^(\d{1,2}) (\d{1,2}) (\d{1,2})-(\d{1,2}) \* \*$/.exec(cron) ?? [];
  if (minute === undefined || hour === undefined || from === undefined || to === undefined) return undefined;
  return t("job.plan.monthly", { from, to, at: clock(hour, minute) });
}

const clock = (hour: string, minute: string): string => `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
