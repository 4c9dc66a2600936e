// What an address asks of a list that the list has not (any more): it was shortened, typed, or kept from another release. The
// list is shown all the same, without it.
import * as cursor from "./cursor";
import { PAGES } from "./filters";
import type { Column, Filter, Option } from "./resource";
import { readSort, SORT } from "./sorting";

/** What an address loses: the page, the order, or filters. */
export type Lost = "place" | "order" | "filters";

export interface Mended {
  search: URLSearchParams;
  lost: readonly Lost[];
}

interface Listed {
  filters: readonly Pick<Filter, "key" | "as">[];
  /** The choices of a filter; nothing where they are not known. */
  choices: (key: string) => readonly Pick<Option, "value">[] | undefined;
  columns: readonly Pick<Column<unknown>, "key" | "sort">[];
  /** The order that needs no word in the address. */
  own: string;
  whole: boolean;
}

/** Whether a text is a day of the calendar, as addresses write it. */
export function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The filters of an address that cannot have come from the form: no choice of theirs, and no day. */
function strangers(search: URLSearchParams, { filters, choices }: Listed): string[] {
  const isStrange = ({ key, as }: Listed["filters"][number]) => {
    const value = search.get(key)?.trim() ?? "";
    if (value === "") return false;
    if (as === "day") return !isDay(value);
    const known = as === "select" ? choices(key) : undefined;
    return known !== undefined && !known.some((one) => one.value === value);
  };
  return filters.filter(isStrange).map(({ key }) => key);
}

/**
 * A better address, if there is anything to mend. An order is checked here; what else is wrong the platform knows: when it has
 * refused, filters go that are none, with the page that was one of theirs, and only if there are none the page alone. What a
 * person has typed into a field stays: they are told what is wrong with it.
 */
export function mended(search: URLSearchParams, listed: Listed, isRefused: boolean): Mended | undefined {
  const next = new URLSearchParams(search);
  const lost: Lost[] = [];
  const sort = search.get(SORT);
  if (sort !== null && sort !== listed.own && readSort(search, listed.columns) === undefined) {
    next.delete(SORT);
    next.delete(PAGES);
    lost.push("order");
  }
  const strange = isRefused ? strangers(next, listed) : [];
  if (strange.length > 0) {
    for (const name of [...strange, PAGES]) next.delete(name);
    lost.push("filters");
  }
  const pages = next.get(PAGES);
  const isNoPage = pages !== null && (listed.whole || cursor.read(pages).length === 0);
  if (isNoPage || (pages !== null && isRefused)) {
    next.delete(PAGES);
    lost.push("place");
  }
  return lost.length === 0 ? undefined : { search: next, lost };
}

/** An address without those of its values that cannot be, if there are any. */
export function withoutStrange(search: URLSearchParams, known: Readonly<Record<string, (value: string) => boolean>>, what: Lost = "filters"): Mended | undefined {
  const strange = Object.entries(known).filter(([name, isGood]) => search.has(name) && !isGood(search.get(name) ?? ""));
  if (strange.length === 0) return undefined;
  const next = new URLSearchParams(search);
  for (const [name] of strange) next.delete(name);
  return { search: next, lost: [what] };
}
