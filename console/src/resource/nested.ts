// Rows that are a tree.

/** Rows with those below them, as the table wants trees; the order stays. */
export function nested<Row>(rows: readonly Row[], key: (row: Row) => string, parent: (row: Row) => string | null | undefined): Row[] {
  const copies = new Map(rows.map((row) => [key(row), { ...row } as Row & { children?: Row[] }]));
  const tops: Row[] = [];
  for (const copy of copies.values()) {
    const above = copies.get(parent(copy) ?? "");
    if (above === undefined) tops.push(copy);
    else (above.children ??= []).push(copy);
  }
  return tops;
}
