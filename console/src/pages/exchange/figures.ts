// Sums over counts by day and kind.
import type { KindCount } from "./types";

export const FIGURES = ["checked", "refused", "sent", "settled", "receipts"] as const;
export type Sums = Record<(typeof FIGURES)[number], number>;

const zero = (): Sums => ({ checked: 0, refused: 0, sent: 0, settled: 0, receipts: 0 });

function add(sums: Sums, row: KindCount): void {
  for (const figure of FIGURES) sums[figure] += row[figure];
}

export function total(rows: readonly KindCount[]): Sums {
  const sums = zero();
  for (const row of rows) add(sums, row);
  return sums;
}

/** Sums by a key, in the order in which the keys first come. */
export function sumBy<Row extends KindCount>(rows: readonly Row[], key: (row: Row) => string): [string, Sums][] {
  const found = new Map<string, Sums>();
  for (const row of rows) {
    const sums = found.get(key(row)) ?? zero();
    add(sums, row);
    found.set(key(row), sums);
  }
  return [...found];
}
