// What a list of the platform is (资源): where it comes from, its columns, filters and acts. Everything
// else (paging, saved filters, choice of columns, export, live updates, errors) is the same for all lists.
import type { ReactNode } from "react";
import type { Operation, Path, QueryOf } from "../api/client";
import type { Topic } from "../api/live";
import type { ListPath, RowOf } from "../api/types";
import type { Translate, Word } from "../i18n";
import type { Label } from "./options";

/** The orders of the platform by one column: the smallest first, and the largest, where there is such a one. */
export interface Sort<Order extends string = string> {
  up: Order;
  down?: Order;
}

export interface Column<Row, Order extends string = string> {
  key: string;
  title: Word;
  /** How the value is shown: as it is, as a time in Beijing, as a figure, in equal letters. */
  as?: "text" | "time" | "number" | "code";
  /** The value; the field named `key` when absent. */
  value?: (row: Row) => string | number | boolean | null | undefined;
  /** For what is more than a text. */
  render?: (row: Row) => ReactNode;
  width?: number;
  /** Where the value stands in an item of the API, for the export; `key` when absent. */
  from?: string;
  /** Words for its codes, for the export; those of the filter with the same key when absent. */
  words?: Readonly<Record<string, Word>>;
  /** Not shown until the person chooses it. */
  extra?: boolean;
  /** How the platform sorts by it. */
  sort?: Sort<Order>;
}

export interface Option {
  value: string;
  label: Label;
}

export interface Filter<Key extends string = string> {
  key: Key;
  label: Word;
  as?: "text" | "select" | "day";
  /** A function when the platform must be asked for them. */
  options?: readonly Option[] | (() => Promise<readonly Option[]>);
  /** Inside the field while it is empty: a few words, for it is narrow. */
  hint?: Word;
  /** What can be typed, in full; shown beside the pointer and read out. */
  help?: Word;
  /** What the platform is asked for what was typed; the same when absent. */
  asked?: (typed: string) => string;
  /** The choice that holds while none is made, shown as such; everything is listed when absent. */
  initial?: string;
}

export type Values = Record<string, unknown>;

/** A field of a form. */
export interface Field<Key extends string = string> {
  key: Key;
  label: Word;
  as?: "text" | "area" | "select" | "choices" | "tags" | "number" | "switch" | "day" | "file" | "reason";
  required?: boolean;
  options?: readonly Option[];
  hint?: Word;
  /** Letters of a text, or the largest number. */
  max?: number;
  min?: number;
  /** What a number counts, as it is read: `minutes`. */
  unit?: Label;
}

/** The fields that a body of the API can have. */
export type KeyOf<Body> = Extract<keyof Body, string>;
export type FieldOf<Body> = Field<KeyOf<Body>>;

// The acts of forms are methods: each says in its arguments which body it sends and which answer it reads.

/** Adds something to a list. */
export interface Create<Body = Values> {
  label?: Word;
  needs: Operation;
  /** A function when the choices must be asked first. */
  fields: readonly FieldOf<Body>[] | (() => Promise<readonly FieldOf<Body>[]>);
  initial?: Partial<Record<KeyOf<Body>, unknown>>;
  run(values: Body): Promise<unknown>;
  /** Something in the answer that is shown this once, such as a key. */
  secret?(answer: unknown): string | null | undefined;
  secretHint?: Word;
  /** Where to go when it is done. */
  after?(answer: unknown): string;
}

/** Changes a row. */
export interface Edit<Row, Body = Values> {
  label?: Word;
  needs: Operation;
  when?: (row: Row) => boolean;
  /** A function when the choices must be asked first. */
  fields: readonly FieldOf<Body>[] | ((row: Row) => Promise<readonly FieldOf<Body>[]>);
  /** What is changed, for the head of the form. */
  about?: (row: Row) => ReactNode;
  values: (row: Row) => Values;
  /** The word when it is done; "done" when absent. */
  done?: Word;
  run(row: Row, values: Body): Promise<unknown>;
  /** Something in the answer that is shown this once, such as a new secret. */
  secret?(answer: unknown): string | null | undefined;
  secretHint?: Word;
}

/** A form that adds, with the body that its `run` sends: a field that the operation does not know does not compile. */
export const adds = <Body>(create: Create<Body>): Create => create as Create;

/** The same for a form about a row. */
export const changes = <Row, Body>(edit: Edit<Row, Body>): Edit<Row> => edit as Edit<Row>;

/** Something that can be done with a row. */
export interface Action<Row> {
  key: string;
  label: Word;
  needs: Operation;
  when?: (row: Row) => boolean;
  danger?: boolean;
  /** It may be done to several rows at once, one after the other. */
  bulk?: boolean;
  /** What it is done to, for the question. */
  about?: (row: Row, t: Translate) => ReactNode;
  /** A sentence to confirm; with `reason`, a field for why. */
  confirm?: Word;
  reason?: boolean;
  /** The word when it is done; "done" when absent. */
  done?: Word;
  /** Something in the answer that is shown this once, such as a link. */
  secret?(answer: unknown): string | null | undefined;
  /** Whether a refusal ends it, so that there is nothing to try again: the question closes and the list is read anew. */
  isEnd?: (error: unknown) => boolean;
  run: (row: Row, reason: string) => Promise<unknown>;
}

/**
 * Rows that can be chosen, and what can be done with them. The bar is asked also while none is chosen: a
 * dialog that it has opened outlives the rows, which may leave the list while it runs.
 */
export interface Selection<Row> {
  needs: Operation;
  when: (row: Row) => boolean;
  bar: (rows: readonly Row[], done: () => void) => ReactNode;
}

export interface Resource<Row, P extends ListPath = ListPath, FilterKey extends string = string, Order extends string = string> {
  /** The name under which choices are kept and answers are cached. */
  name: string;
  title: Word;
  /** Path of the API that answers `{items, next?}`; its rows are those of the list. */
  path: P;
  /** What is filled into the braces of the path. */
  at?: Readonly<Record<string, string>>;
  rowKey: (row: Row) => string;
  columns: readonly Column<Row, Order>[];
  filters?: readonly Filter<FilterKey>[];
  /** Query that is always asked. */
  fixed?: Record<string, string>;
  actions?: readonly Action<Row>[];
  create?: Create;
  edit?: Edit<Row>;
  /** Further forms about a row, such as one that asks for an approval. */
  forms?: readonly Edit<Row>[];
  /** Where the row leads to. */
  link?: (row: Row) => string;
  /** What the drawer shows when there is no page of its own. */
  detail?: (row: Row) => ReactNode;
  detailTitle?: (row: Row) => ReactNode;
  /** The operation that answers the list, for the export; the name with underscores when absent. */
  list?: Operation;
  /** Route of an export of its own. */
  exportPath?: Path<"GET">;
  exportNeeds?: Operation;
  /** Ending of the exported file; a workbook when absent. */
  exportName?: "csv";
  live?: readonly Topic[];
  /** Kinds of the to-do list that count what stands here: when their figure changes the list is asked again. */
  todos?: readonly string[];
  /** The look of a row that wants to be seen. */
  rowClass?: (row: Row) => string;
  /** What can be done with several rows at once. */
  selection?: Selection<Row>;
  /** What to do when there is nothing yet. */
  empty: Word;
  /** One sentence above the list. */
  intro?: Word;
  /** The platform's order when none is asked for; the newest first when absent. */
  order?: Order;
  /** The list comes whole, on one page. */
  whole?: boolean;
  /** The rows are a tree: the key of the row above, if any. Needs `whole`. */
  parent?: (row: Row) => string | null | undefined;
}

export interface ListPage<Row> {
  items: Row[];
  next?: string | null;
  total?: number | null;
  moreThanTotal?: boolean;
}

/** The orders that a list names in its description. */
type OrderOf<P extends ListPath> = QueryOf<"GET", P> extends { sort?: infer Order } ? Extract<Order, string> : never;

/** The path says of which type the rows are, by what they can be filtered, and how they are sorted. */
export function defineResource<const P extends ListPath>(resource: Resource<RowOf<P>, P, Extract<keyof QueryOf<"GET", P>, string>, OrderOf<P>>): Resource<RowOf<P>> {
  return resource;
}
