// The filters of a list live in the address: what is in it is what is asked of the API.

/** Names in the address that are not filters. */
export const PAGES = "pages";
export const SIZE = "size";
export const SIZES = [10, 20, 50, 100] as const;
export const DEFAULT_SIZE = 20;

/** The filters of the address that the list knows; empty ones do not count. */
export function readFilters(search: URLSearchParams, known: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of known) {
    const value = search.get(name)?.trim();
    if (value !== undefined && value !== "") values[name] = value;
  }
  return values;
}

/** What the platform is asked for the filters of the address. */
export function askedOf(filters: readonly { key: string; asked?: (typed: string) => string }[], values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, filters.find((one) => one.key === key)?.asked?.(value) ?? value]));
}

/** A new address for new filters: back to the first page, the page size and strangers kept. */
export function writeFilters(
  search: URLSearchParams,
  known: readonly string[],
  values: Record<string, string | undefined>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete(PAGES);
  for (const name of known) {
    const value = values[name]?.trim();
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function readSize(search: URLSearchParams): number {
  const asked = Number(search.get(SIZE));
  return SIZES.find((size) => size === asked) ?? DEFAULT_SIZE;
}
