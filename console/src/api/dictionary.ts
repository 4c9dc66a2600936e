// Dictionaries (字典) of the platform: choices of forms, and words of codes in lists.
import { useQuery } from "@tanstack/react-query";
import { call } from "./client";
import type { Schema } from "./types";

export type Entry = Schema<"EntryView">;

/** All entries of a dictionary. */
export const entries = (code: string) => call("GET", "/api/v1/dictionaries/{code}/entries", { path: { code } });

/** The entries of a dictionary by code, those that are offered no more among them. */
export function useDictionary(code: string): ReadonlyMap<string, Entry> {
  const asked = useQuery({
    queryKey: ["dictionary", code],
    queryFn: async () => new Map((await entries(code)).items.map((one) => [one.code, one])),
    staleTime: 300_000,
    refetchInterval: false,
  });
  return asked.data ?? new Map<string, Entry>();
}
