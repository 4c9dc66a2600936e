// What was granted lately: news for the applicant until the case was looked at. Which ones were is kept in this
// browser only; whatever is found there is checked.

/** How long it is news. */
const NEWS_MS = 14 * 86_400_000;

const KEY = "tongguan.cases.seen";

/** The newest that are kept; older ones are no news any more. */
const SEEN_MAX = 200;

function seen(storage: Storage): string[] {
  try {
    const found: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}

/** Keeps that a case was looked at after it was granted. */
export function sawCase(storage: Storage, id: string): void {
  const others = seen(storage).filter((one) => one !== id);
  storage.setItem(KEY, JSON.stringify([...others, id].slice(-SEEN_MAX)));
}

/** Of the cases that were granted those that are news. */
export function caseNews<One extends { id: string; changedAt: string }>(storage: Storage, granted: readonly One[], nowMs: number): One[] {
  const known = new Set(seen(storage));
  return granted.filter((one) => !known.has(one.id) && nowMs - Date.parse(one.changedAt) < NEWS_MS);
}
