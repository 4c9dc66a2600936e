// The order of rows by a column, for lists that are here as a whole.
import type { Column } from "./resource";

type Value = ReturnType<NonNullable<Column<unknown>["value"]>>;

const words = new Intl.Collator("zh-CN", { numeric: true });

/** Nothing comes last; figures by size; times as the platform writes them are in the order of their letters. */
export function compare(a: Value, b: Value): number {
  const [noA, noB] = [a === null || a === undefined || a === "", b === null || b === undefined || b === ""];
  if (noA || noB) return Number(noA) - Number(noB);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return words.compare(String(a), String(b));
}

type Valued<Row> = Pick<Column<Row>, "key" | "value">;

const reader = <Row>({ key, value }: Valued<Row>) => value ?? ((row: Row): Value => Reflect.get(Object(row), key));

/** Whether a column has values that have an order: what it draws of several fields has none. */
export function isSortable<Row>(column: Valued<Row>, rows: readonly Row[]): boolean {
  const of = reader(column);
  return rows.some((row) => ["string", "number", "boolean"].includes(typeof of(row)));
}

export function sorterOf<Row>(column: Valued<Row>): (a: Row, b: Row) => number {
  const of = reader(column);
  return (a, b) => compare(of(a), of(b));
}
