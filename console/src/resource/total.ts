// How many rows there are: what the platform has counted, or what the pages seen so far tell.
import { count } from "../format/number";
import type { Translate } from "../i18n";
import { pageNumber, type Stack } from "./cursor";
import type { ListPage } from "./resource";

/** What the platform has counted; it stops at a bound. */
export interface Total {
  n: number;
  hasMore: boolean;
}

interface Seen {
  /** Rows of this page. */
  n: number;
  page: number;
  hasNext: boolean;
  total?: Total | undefined;
}

const WAN = 10_000;

export function totalOf(t: Translate, { n, page, hasNext, total }: Seen): string {
  if (total !== undefined) {
    if (!total.hasMore) return t("list.total", { n: count(total.n) });
    // In Chinese such figures are read in units of ten thousand.
    return t("list.moreThan", { n: count(total.n), wan: count(total.n / WAN) });
  }
  if (page === 1 && !hasNext) return t("list.total", { n: count(n) });
  return t(hasNext ? "list.more" : "list.last", { n });
}

/** What a page tells about the whole list. */
export function countedBy(page: ListPage<unknown>): Total | undefined {
  return typeof page.total === "number" ? { n: page.total, hasMore: page.moreThanTotal === true } : undefined;
}

/** Whether the platform is asked to count: with the first page, and when a later one was opened without it. */
export const asksTotal = (stack: Stack, known: Total | undefined): boolean => pageNumber(stack) === 1 || known === undefined;
