// The order of rows by a column: lists that are here as a whole are sorted here, all others by the platform. The address
// holds it in both cases.
import { PAGES } from "./filters";
import type { Column, Resource, Sort } from "./resource";

type Value = ReturnType<NonNullable<Column<unknown>["value"]>>;

const words = new Intl.Collator("zh-CN", { numeric: true });

const isNothing = (value: Value): boolean => value === null || value === undefined || value === "";

/** Nothing comes last; figures by size; times as the platform writes them are in the order of their letters. */
export function compare(a: Value, b: Value): number {
  const [noA, noB] = [isNothing(a), isNothing(b)];
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

/** The columns of a list with their orders: a list that is here as a whole has one by each column, unless its rows are a tree. */
export function ordered<Row>({ columns, whole, parent }: Pick<Resource<Row>, "columns" | "whole" | "parent">): readonly Column<Row>[] {
  if (whole !== true || parent !== undefined) return columns;
  return columns.map((column) => ({ ...column, sort: { up: column.key, down: `-${column.key}` } }));
}

/** The rows of a list that is here as a whole, in an order of `ordered`; what is missing comes last in both directions. */
export function sorted<Row>(rows: readonly Row[], columns: readonly (Valued<Row> & Sorted[number])[], order: string): Row[] {
  const column = columns.find(({ sort }) => sort?.up === order || sort?.down === order);
  if (column === undefined) return [...rows];
  const of = reader(column);
  const way = column.sort?.up === order ? 1 : -1;
  return [...rows].sort((a, b) => (isNothing(of(a)) || isNothing(of(b)) ? 1 : way) * compare(of(a), of(b)));
}

/** The name of the order in the address; the platform's own when absent. */
export const SORT = "sort";

/** The platform's own order of most lists. */
export const NEWEST = "newest";

/** By age: for the column with the time at which a row came. */
export const BY_AGE = { up: "oldest", down: "newest" } as const;
export type Age = "oldest" | "newest";

type Sorted = readonly { key: string; sort?: Sort | undefined }[];

/** The order of the address, if it is one by a column. */
export function readSort(search: URLSearchParams, columns: Sorted): string | undefined {
  const asked = search.get(SORT) ?? undefined;
  return columns.some(({ sort }) => sort !== undefined && asked !== undefined && (sort.up === asked || sort.down === asked)) ? asked : undefined;
}

/** A new address for a new order: back to the first page. */
export function writeSort(search: URLSearchParams, sort: string | undefined, own: string): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete(PAGES);
  if (sort === undefined || sort === own) next.delete(SORT);
  else next.set(SORT, sort);
  return next;
}

export type Direction = "ascend" | "descend";

/** Which way a column is sorted by an order, if it is. */
export function directionOf(sort: Sort, order: string): Direction | null {
  if (order === sort.up) return "ascend";
  return order === sort.down ? "descend" : null;
}

/** The ways that a heading goes through when it is pressed; from the platform's own order there is no way out but the other. */
export function directionsOf(sort: Sort, own: string): Direction[] {
  if (sort.down === undefined) return ["ascend"];
  if (sort.down === own) return ["descend", "ascend", "descend"];
  return sort.up === own ? ["ascend", "descend", "ascend"] : ["ascend", "descend"];
}

/** The order for which a heading was pressed; nothing is the platform's own. */
export function pressedSort(columns: Sorted, key: unknown, direction: Direction | null | undefined): string | undefined {
  const sort = columns.find((column) => column.key === key)?.sort;
  if (sort === undefined || direction === null || direction === undefined) return undefined;
  return direction === "ascend" ? sort.up : sort.down;
}
