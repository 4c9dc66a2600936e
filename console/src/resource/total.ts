// How many rows there are, as far as the platform has told. It counts no list; only the last page tells the end.
import type { Translate } from "../i18n";

interface Seen {
  /** Rows of this page. */
  n: number;
  page: number;
  hasNext: boolean;
}

export function totalOf(t: Translate, { n, page, hasNext }: Seen): string {
  if (page === 1 && !hasNext) return t("list.total", { n });
  return t(hasNext ? "list.more" : "list.last", { n });
}
