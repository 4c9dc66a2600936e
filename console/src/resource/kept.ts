// State that outlives its page, so that somebody may look at another tab and come back to the results. It
// belongs to one session and is gone with it: nobody sees what the person before him dropped here.

let owner = "";
const values = new Map<string, unknown>();
const listeners = new Set<() => void>();

/** The value of a session; a new session begins at the start. */
export function kept<T>(session: string, key: string, start: T): T {
  if (session !== owner) {
    owner = session;
    values.clear();
  }
  if (!values.has(key)) values.set(key, start);
  return values.get(key) as T;
}

/** Keeps a value, unless it belongs to a session that has ended: an answer may come late. */
export function keep(session: string, key: string, value: unknown): void {
  if (session !== owner) return;
  values.set(key, value);
  for (const listener of listeners) listener();
}

/** Tells a listener of every change, until it is told to stop. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
