// What a list asks to be exported (导出): the columns that are seen, with their words.
import type { Translate } from "../i18n";
import { labelOf } from "./options";
import type { Column, Resource } from "./resource";

export interface ListExport {
  list: string;
  title: string;
  query: Record<string, string>;
  columns: { title: string; from: string; form: "text" | "time" | "number"; words: Record<string, string> }[];
}

/** The operation of a resource's list. */
export function operationOf<Row>(resource: Pick<Resource<Row>, "list" | "name">): string {
  return resource.list ?? resource.name.replaceAll("-", "_");
}

export function listExport<Row>(
  resource: Resource<Row>,
  columns: readonly Column<Row>[],
  query: Readonly<Record<string, string | undefined>>,
  t: Translate,
): ListExport {
  const filters = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "");
  return {
    list: operationOf(resource),
    title: t(resource.title),
    query: Object.fromEntries(filters),
    columns: columns.map((column) => ({
      title: t(column.title),
      from: column.from ?? column.key,
      form: column.as === "time" || column.as === "number" ? column.as : "text",
      words: { true: t("yes"), false: t("no"), ...wordsOf(resource, column, t) },
    })),
  };
}

/** The words of a column's codes: its own, or those from which its filter lets one choose. */
function wordsOf<Row>(resource: Resource<Row>, column: Column<Row>, t: Translate): Record<string, string> {
  const own = Object.entries(column.words ?? {}).map(([code, word]): [string, string] => [code, t(word)]);
  const filter = column.from === undefined ? resource.filters?.find((one) => one.key === column.key) : undefined;
  // Options that must be asked for are names already.
  const options = typeof filter?.options === "function" ? [] : (filter?.options ?? []);
  const chosen = options.map(({ value, label }): [string, string] => [value, labelOf(label, t)]);
  return Object.fromEntries([...chosen, ...own]);
}
