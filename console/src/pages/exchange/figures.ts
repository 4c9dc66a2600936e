// Sums over counts by day and kind: what passed through the platform, and what became of it.
import { isBad, RESULTS } from "./outcomes";
import type { KindCount } from "./types";

export { RESULTS };

export const FLOW = ["checked", "sent", "receipts"] as const;
export type Flow = Record<(typeof FLOW)[number], number>;

export function total(rows: readonly KindCount[]): Flow {
  const sums: Flow = { checked: 0, sent: 0, receipts: 0 };
  for (const row of rows) for (const figure of FLOW) sums[figure] += row[figure];
  return sums;
}

export type Results = Record<(typeof RESULTS)[number], number>;

/** The colour of a count, the same on every page: nothing is neutral, what came back is red. */
export function resultLook(result: (typeof RESULTS)[number], n: number): "good" | "bad" | "" {
  if (n === 0) return "";
  return isBad(result) ? "bad" : "good";
}

export function results(rows: readonly KindCount[]): Results {
  const sums: Results = { released: 0, accepted: 0, rejected: 0, faulty: 0, refused: 0 };
  for (const row of rows) for (const result of RESULTS) sums[result] += row.outcomes[result];
  return sums;
}

/** Outcomes by a key, in the order in which the keys first come. */
export function resultsBy<Row extends KindCount>(rows: readonly Row[], key: (row: Row) => string): [string, Results][] {
  const keys = [...new Set(rows.map(key))];
  return keys.map((one) => [one, results(rows.filter((row) => key(row) === one))]);
}
