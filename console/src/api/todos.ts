// What waits for a person (待办), as figures.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { call } from "./client";
import { useCan } from "./session";
import type { Schema } from "./types";

export type Todo = Schema<"TodoView">;

/** It is asked again this often; events of messages come sooner. */
const EVERY_MS = 60_000;

export function useTodos() {
  const can = useCan();
  return useQuery({
    queryKey: ["todos"],
    queryFn: ({ signal }) => call("GET", "/api/v1/todos", { signal }),
    enabled: can("todos"),
    refetchInterval: EVERY_MS,
    refetchOnWindowFocus: true,
  });
}

/** Calls `react` when the figures of these kinds change: a list never says less than the badge above it. */
export function useTodosChanged(kinds: readonly string[], react: () => void): void {
  const { data } = useTodos();
  const latest = useRef(react);
  useEffect(() => {
    latest.current = react;
  });
  const counts = data === undefined ? undefined : kinds.map((kind) => data.items.find((item) => item.kind === kind)?.count ?? 0).join(" ");
  const known = useRef(counts);
  useEffect(() => {
    if (known.current !== undefined && counts !== known.current) latest.current();
    known.current = counts;
  }, [counts]);
}
