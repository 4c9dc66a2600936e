// Times as people here read them: Beijing, yyyy-MM-dd HH:mm:ss, whatever the clock of the computer says.
import { rounded } from "./number";

/** Says a length of time in the language of the person; the words are in `i18n`. */
type Say = (word: `duration.${"ms" | "s" | "min" | "h" | "d"}`, values: { n: string | number }) => string;

const BEIJING_MS = 8 * 3_600_000;
const two = (n: number) => String(n).padStart(2, "0");

function parts(ms: number): { day: string; time: string } {
  const at = new Date(ms + BEIJING_MS);
  return {
    day: `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`,
    time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`,
  };
}

/** RFC 3339 or milliseconds; "" for nothing, the text itself when it is no time. */
export function dateTime(value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  const ms = typeof value === "number" ? value : Date.parse(value);
  if (Number.isNaN(ms)) return String(value);
  const { day, time } = parts(ms);
  return `${day} ${time}`;
}

/** The time of the day in Beijing. */
export function clock(ms: number): string {
  return parts(ms).time;
}

export function beijingDay(ms: number): string {
  return parts(ms).day;
}

/** Times of customs have 14 or 17 digits: 20261124062335549. */
export function customsTime(value: string | null | undefined): string {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(value ?? "");
  if (found === null) return value ?? "";
  const [, y, mo, d, h, mi, s] = found;
  return `${y}-${mo}-${d} ${h}:${mi}:${s}`;
}

/** How long ago or how long it took, in the unit that a person would choose: 850 ms, 3.2 s, 5 min, 2 h, 3 d. */
export function duration(ms: number | null | undefined, t: Say): string {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return t("duration.ms", { n: Math.round(ms) });
  if (ms < 60_000) return t("duration.s", { n: rounded(ms / 1000) });
  if (ms < 3_600_000) return t("duration.min", { n: Math.floor(ms / 60_000) });
  if (ms < 86_400_000) return t("duration.h", { n: Math.floor(ms / 3_600_000) });
  return t("duration.d", { n: Math.floor(ms / 86_400_000) });
}
