// Whether a queue is emptied: its depth is told every few seconds, and one that only grows has nobody at its end.

export interface Depth {
  name: string;
  /** Nothing where the broker does not tell. */
  depth?: number | null;
}

/** Looks over which a queue must not have shrunk. */
export const LOOKS = 3;

/** The looks with one more; only the last ones are kept. */
export function looked(before: readonly (readonly Depth[])[], now: readonly Depth[]): (readonly Depth[])[] {
  return [...before, now].slice(-LOOKS);
}

/** Names of the queues in which something waits and does not get less, look after look. */
export function backedUp(looks: readonly (readonly Depth[])[]): string[] {
  const last = looks.at(-1) ?? [];
  if (looks.length < LOOKS) return [];
  return last
    .map(({ name }) => ({ name, depths: looks.map((look) => look.find((one) => one.name === name)?.depth ?? 0) }))
    .filter(({ depths }) => depths.every((depth, i) => depth > 0 && depth >= (depths[i - 1] ?? 0)))
    .map(({ name }) => name);
}

/** Customs answers within seconds: what waits longer than this waits for a line that is down, or for customs. */
export const USUAL_MS = 120_000;

/** Whether something waits for customs longer than is usual. */
export function isSlow({ sent, sentOldestMs }: { sent: number; sentOldestMs: number }): boolean {
  return sent > 0 && sentOldestMs > USUAL_MS;
}
