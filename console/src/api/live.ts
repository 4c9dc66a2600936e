// What happens now: one line of server-sent events for the whole console, shared by all pages. When
// the line is down, the pages ask every ten seconds instead; the browser itself reconnects and tells
// the server the last event it saw. The platform tells the counts of the day every few seconds, so
// a line that says nothing for longer is dead, whatever the browser believes.
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Path } from "./client";
import { connection } from "./connection";
import { useCan } from "./session";

export type Topic = "message" | "receipt" | "case" | "count";
export type LiveState = "live" | "polling" | "connecting";
export interface LiveEvent {
  topic: Topic | "tick";
  data: unknown;
}

const TOPICS: readonly Topic[] = ["message", "receipt", "case", "count"];
/** How often pages ask when there is no line. */
export const POLL_MS = 10_000;
/** After how long a line that the server closed is tried again. */
const RETRY_MS = 30_000;
/** A line that was silent for so long is dead: the platform says something every five seconds. */
export const SILENT_MS = 20_000;

type Listener = (event: LiveEvent) => void;

class Line {
  private source: EventSource | undefined;
  private state: LiveState = "connecting";
  private readonly listeners = new Set<Listener>();
  private readonly watchers = new Set<() => void>();
  private poll: ReturnType<typeof setInterval> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    // The platform came back, or went: the line is made anew, for a browser notices neither at once.
    connection.watch(() => this.renew());
    if (typeof document !== "undefined") {
      // What happened while nobody looked was not told to the page.
      document.addEventListener("visibilitychange", () => {
        if (!document.hidden) this.tell({ topic: "tick", data: undefined });
      });
    }
  }

  readonly current = (): LiveState => this.state;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  listen(listener: Listener, mayConnect: boolean): () => void {
    this.listeners.add(listener);
    // Who may not follow events asks now and then instead.
    if (!mayConnect) this.set("polling");
    else if (this.source === undefined && this.retry === undefined) this.connect();
    return () => this.listeners.delete(listener);
  }

  private connect(): void {
    this.retry = undefined;
    const source = new EventSource("/api/v1/events" satisfies Path<"GET">);
    this.source = source;
    source.onopen = () => {
      this.heard();
      this.set("live");
    };
    source.onerror = () => {
      this.set("polling");
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      this.source = undefined;
      this.retry = setTimeout(() => this.connect(), RETRY_MS);
    };
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        this.heard();
        this.tell({ topic, data: parse(event.data) });
      });
    }
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      void connection.look();
      this.renew();
    }, SILENT_MS);
  }

  /** Drops the line; makes another one when the platform can be reached. */
  private renew(): void {
    if (this.source === undefined && this.retry === undefined) return;
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    this.retry = undefined;
    this.set("polling");
    if (connection.current() === undefined) this.connect();
    else this.retry = setTimeout(() => this.connect(), RETRY_MS);
  }

  private set(state: LiveState): void {
    if (state === this.state) return;
    // What happened while the line was down is not told again by every server: ask once.
    if (state === "live" && this.state === "polling") this.tell({ topic: "tick", data: undefined });
    this.state = state;
    clearInterval(this.poll);
    if (state === "polling") this.poll = setInterval(() => this.tell({ topic: "tick", data: undefined }), POLL_MS);
    for (const watcher of this.watchers) watcher();
  }

  private tell(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

const line = new Line();

export function useLiveState(): LiveState {
  return useSyncExternalStore(line.watch, line.current);
}

/** The message that an event is about; nothing for others. */
export function messageOf({ topic, data }: LiveEvent): string | undefined {
  const name = topic === "message" ? "id" : topic === "receipt" ? "messageId" : undefined;
  const id: unknown = name === undefined ? undefined : Reflect.get(Object(data), name);
  return typeof id === "string" ? id : undefined;
}

/** Of which messages events told; `undefined` when it is time to ask for all. */
export type Changed = ReadonlySet<string> | undefined;

/** What happened since `react` was called last. */
class News {
  private ids: Set<string> | undefined = new Set();

  add(event: LiveEvent): void {
    if (event.topic === "tick") this.ids = undefined;
    const id = messageOf(event);
    if (id !== undefined) this.ids?.add(id);
  }

  take(): Changed {
    const changed = this.ids;
    this.ids = new Set();
    return changed;
  }
}

/** The shortest time between two calls. */
const PAUSE_MS = 1_000;

/** Calls `react` at once when an event of the topics arrives (or it is time to ask), and at most once a second while they go on. */
export function useLive(topics: readonly Topic[], react: (changed: Changed) => void): void {
  const mayConnect = useCan()("events");
  const latest = useRef(react);
  useEffect(() => {
    latest.current = react;
  });
  const wanted = topics.join(" ");
  useEffect(() => {
    if (wanted === "") return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let lastAt = 0;
    const news = new News();
    const stop = line.listen((event) => {
      if (event.topic !== "tick" && !wanted.split(" ").includes(event.topic)) return;
      if (document.hidden) return;
      news.add(event);
      waiting ??= setTimeout(() => {
        waiting = undefined;
        lastAt = Date.now();
        latest.current(news.take());
      }, Math.max(0, lastAt + PAUSE_MS - Date.now()));
    }, mayConnect);
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [wanted, mayConnect]);
}
