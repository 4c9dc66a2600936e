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
  /** The platform answers, and says that its database does not. */
  noStore: boolean;
  /** Nothing was answered since the page was opened: `since` is when that was. */
  never: boolean;
}

/** What an answer to the probe says: all is well, the platform is there without its database, nobody is there. */
export type Probed = "reached" | "noStore" | "gone";

/** How often a platform that does not answer is asked again, in milliseconds. */
export const PROBE_MS = 3_000;

type Watcher = () => void;

/** The state of the connection; time, probe and timer come from outside, for tests. */
export class Connection {
  private down: Down | undefined;
  private reachedAt: number;
  private never = true;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watchers = new Set<Watcher>();

  constructor(
    private readonly now: () => number,
    private readonly probe: () => Promise<Probed>,
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
    this.never = false;
    if (this.down === undefined) return;
    this.down = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tell();
  }

  /** A request found nobody. */
  missed(offline = false, noStore = false): void {
    if (this.down === undefined || this.down.offline !== offline || this.down.noStore !== noStore) {
      this.down = { since: this.down?.since ?? this.reachedAt, offline, noStore, never: this.never };
      this.tell();
    }
    this.timer ??= setTimeout(() => void this.look(), PROBE_MS);
  }

  /** Asks at once. */
  async look(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const found = await this.probe();
    if (found === "reached") this.reached();
    else this.missed(found === "gone" && (this.down?.offline ?? false), found === "noStore");
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

/** Answers of a server in between when the platform behind it is gone, and of a platform without its database. */
const GONE = new Set([502, 503, 504]);

export const isGone = (status: number): boolean => GONE.has(status);

/** The platform's own word that its storage does not answer; a server in between knows no such code. */
const NO_STORE = "TG-F5030";

async function probe(): Promise<Probed> {
  try {
    const response = await fetch("/api/v1/session" satisfies Path<"GET">, { cache: "no-store" });
    if (!isGone(response.status)) return "reached";
    const body: unknown = await response.json().catch(() => undefined);
    return typeof body === "object" && body !== null && "code" in body && body.code === NO_STORE ? "noStore" : "gone";
  } catch {
    return "gone";
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
