// Which answers belong to which open page. A page that is hidden asks for nothing, so nobody holds what it was told; it
// is kept all the same until the tab is closed, for what somebody typed stands below it.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useState } from "react";

export class PageQueries {
  private readonly askedBy = new Map<string, Set<string>>();
  private seen = "";

  constructor(private readonly client: QueryClient) {}

  /** One page is seen at a time: what is asked from now on is asked by this one. */
  see(path: string): void {
    this.seen = path;
  }

  /** Notes what the page that is seen asks for, until it is told to stop. */
  watch(): () => void {
    return this.client.getQueryCache().subscribe((event) => {
      if (event.type !== "observerAdded") return;
      const asked = this.askedBy.get(this.seen) ?? new Set();
      this.askedBy.set(this.seen, asked.add(event.query.queryHash));
    });
  }

  /** Forgets what only pages asked for that are open no more. */
  keepOnly(open: readonly string[]): void {
    const closed = [...this.askedBy.keys()].filter((path) => !open.includes(path));
    const asked = closed.flatMap((path) => [...(this.askedBy.get(path) ?? [])]);
    for (const path of closed) this.askedBy.delete(path);
    const held = new Set([...this.askedBy.values()].flatMap((hashes) => [...hashes]));
    const cache = this.client.getQueryCache();
    for (const hash of asked) {
      const query = held.has(hash) ? undefined : cache.get(hash);
      // The head of the window asks as well.
      if (query !== undefined && query.getObserversCount() === 0) cache.remove(query);
    }
  }
}

/** Forgets the answers of a page when its tab is closed. */
export function usePageQueries(seen: string, open: readonly string[]): void {
  const client = useQueryClient();
  const [queries] = useState(() => new PageQueries(client));
  // Before the page itself begins to ask: its questions are asked in effects that come after those of layout.
  useLayoutEffect(() => queries.see(seen), [queries, seen]);
  useLayoutEffect(() => queries.watch(), [queries]);
  const paths = JSON.stringify(open);
  useEffect(() => queries.keepOnly(JSON.parse(paths) as string[]), [queries, paths]);
}
