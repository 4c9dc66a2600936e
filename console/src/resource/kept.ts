// State that outlives its page, so that somebody may look at another tab and come back to the results. It
// belongs to one person acting for one company: nobody sees, or submits, what was dropped here for another.

let current = "";
const values = new Map<string, unknown>();
const listeners = new Set<() => void>();

/** The value of an owner; a new owner begins at the start. */
export function kept<T>(owner: string, key: string, start: T): T {
  if (owner !== current) {
    current = owner;
    values.clear();
  }
  if (!values.has(key)) values.set(key, start);
  return values.get(key) as T;
}

/** Keeps a value, unless its owner sits here no more: an answer may come late. */
export function keep(owner: string, key: string, value: unknown): void {
  if (owner !== current) return;
  values.set(key, value);
  for (const listener of listeners) listener();
}

/** Tells a listener of every change, until it is told to stop. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
