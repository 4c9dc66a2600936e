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

export function sorterOf<Row>({ key, value }: Pick<Column<Row>, "key" | "value">): (a: Row, b: Row) => number {
  const of = value ?? ((row: Row): Value => Reflect.get(Object(row), key));
  return (a, b) => compare(of(a), of(b));
}
