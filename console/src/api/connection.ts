// Whether the platform can be reached, and since when not. Every request reports here; while it is
// down one request every few seconds looks whether it is back. Pages keep what they have and say how
// old it is: nobody should take old figures for those of now.
import { useSyncExternalStore } from "react";
import type { Path } from "./client";

export interface Down {
  /** When the platform last answered, milliseconds since 1970; what is on the screen is from then. */
  since: number;
  /** The computer itself has no network. */
  offline: boolean;
}

/** How often a platform that does not answer is asked again, in milliseconds. */
export const PROBE_MS = 3_000;

type Watcher = () => void;

/** The state of the connection; time, probe and timer come from outside, for tests. */
export class Connection {
  private down: Down | undefined;
  private reachedAt: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watchers = new Set<Watcher>();

  constructor(
    private readonly now: () => number,
    private readonly probe: () => Promise<boolean>,
  ) {
    this.reachedAt = now();
  }

  readonly current = (): Down | undefined => this.down;

  readonly watch = (watcher: Watcher): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** The platform answered, whatever it said. */
  reached(): void {
    this.reachedAt = this.now();
    if (this.down === undefined) return;
    this.down = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tell();
  }

  /** A request found nobody. */
  missed(offline = false): void {
    if (this.down === undefined || this.down.offline !== offline) {
      this.down = { since: this.down?.since ?? this.reachedAt, offline };
      this.tell();
    }
    this.timer ??= setTimeout(() => void this.look(), PROBE_MS);
  }

  /** Asks at once. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (await this.probe()) this.reached();
    else this.missed(this.down?.offline ?? false);
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

/** Answers of a server in between when the platform behind it is gone, and of a platform without its database. */
const GONE = new Set([502, 503, 504]);

export const isGone = (status: number): boolean => GONE.has(status);

async function probe(): Promise<boolean> {
  try {
    const response = await fetch("/api/v1/session" satisfies Path<"GET">, { cache: "no-store" });
    return !isGone(response.status);
  } catch {
    return false;
  }
}

export const connection = new Connection(Date.now, probe);

/** Listens to what the browser knows of its network. */
export function watchNetwork(target: Window): void {
  target.addEventListener("offline", () => connection.missed(true));
  target.addEventListener("online", () => void connection.look());
}

export function useConnection(): Down | undefined {
  return useSyncExternalStore(connection.watch, connection.current);
}
