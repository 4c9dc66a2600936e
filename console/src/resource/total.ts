// How many rows there are: what the platform has counted, or what the pages seen so far tell.
import { count } from "../format/number";
import type { Translate } from "../i18n";
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
  // A list that is all on its first page is counted by what is seen.
  if (page === 1 && !hasNext) return t("list.total", { n: count(n) });
  if (total !== undefined) {
    if (!total.hasMore) return t("list.total", { n: count(total.n) });
    // In Chinese such figures are read in units of ten thousand.
    return t("list.moreThan", { n: count(total.n), wan: count(total.n / WAN) });
  }
  return t(hasNext ? "list.more" : "list.last", { n });
}

/** What a page tells about the whole list. */
export function countedBy(page: ListPage<unknown>): Total | undefined {
  return typeof page.total === "number" ? { n: page.total, hasMore: page.moreThanTotal === true } : undefined;
}
