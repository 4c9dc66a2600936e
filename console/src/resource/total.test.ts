import { expect, test } from "vitest";
import type { Translate } from "../i18n";
import { countedBy, totalOf } from "./total";

const t = ((word: string, values: Record<string, unknown>) => `${word} ${JSON.stringify(values)}`) as Translate;

test("what the platform has counted is shown on every page, and that there are more", () => {
  const total = countedBy({ items: [], total: 1234 });
  expect(total).toEqual({ n: 1234, hasMore: false });
  expect(totalOf(t, { n: 20, page: 3, hasNext: true, total })).toBe('list.total {"n":"1,234"}');
  const bound = countedBy({ items: [], total: 10_000, moreThanTotal: true });
  expect(totalOf(t, { n: 20, page: 1, hasNext: true, total: bound })).toBe('list.moreThan {"n":"10,000","wan":"1"}');
});

test("without a count the pages tell what they can", () => {
  expect(countedBy({ items: [] })).toBeUndefined();
  expect(totalOf(t, { n: 7, page: 1, hasNext: false })).toBe('list.total {"n":"7"}');
  expect(totalOf(t, { n: 20, page: 1, hasNext: true })).toBe('list.more {"n":20}');
  expect(totalOf(t, { n: 3, page: 2, hasNext: false })).toBe('list.last {"n":3}');
});

test("a list that is all on its first page has as many as are seen, whatever was counted before", () => {
  expect(totalOf(t, { n: 7, page: 1, hasNext: false, total: { n: 9, hasMore: false } })).toBe('list.total {"n":"7"}');
});
