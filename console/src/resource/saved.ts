// What a person arranges for themself: columns and named filters of a list. Kept in this browser only;
// whatever is found there is checked, for an older release or another hand may have written it.

export interface Saved {
  name: string;
  values: Record<string, string>;
}

const key = (resource: string, what: string) => `tongguan.${resource}.${what}`;

function parsed(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSaved(value: unknown): value is Saved {
  if (typeof value !== "object" || value === null) return false;
  const { name, values } = value as Partial<Saved>;
  if (typeof name !== "string" || typeof values !== "object" || values === null) return false;
  return Object.values(values).every((one) => typeof one === "string");
}

export function savedFilters(storage: Storage, resource: string): Saved[] {
  const found = parsed(storage.getItem(key(resource, "filters")));
  return Array.isArray(found) ? found.filter(isSaved) : [];
}

/** Keeps filters under a name; a second of the same name replaces the first. */
export function saveFilter(storage: Storage, resource: string, filter: Saved): Saved[] {
  const others = savedFilters(storage, resource).filter((one) => one.name !== filter.name);
  return keep(storage, resource, [...others, filter]);
}

export function dropFilter(storage: Storage, resource: string, name: string): Saved[] {
  return keep(storage, resource, savedFilters(storage, resource).filter((one) => one.name !== name));
}

function keep(storage: Storage, resource: string, filters: Saved[]): Saved[] {
  storage.setItem(key(resource, "filters"), JSON.stringify(filters));
  return filters;
}

/** The columns to show, in the order of the resource; `undefined` when the person never chose. */
export function savedColumns(storage: Storage, resource: string, known: readonly string[]): string[] | undefined {
  const found = parsed(storage.getItem(key(resource, "columns")));
  if (!Array.isArray(found)) return undefined;
  const shown = known.filter((name) => found.includes(name));
  return shown.length === 0 ? undefined : shown;
}

export function saveColumns(storage: Storage, resource: string, shown: readonly string[] | undefined): void {
  if (shown === undefined) storage.removeItem(key(resource, "columns"));
  else storage.setItem(key(resource, "columns"), JSON.stringify(shown));
}
