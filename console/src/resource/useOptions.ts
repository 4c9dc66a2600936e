// The choices of a filter.
import { useQueries, useQuery } from "@tanstack/react-query";
import type { Filter, Option } from "./resource";

/** How the platform is asked for choices: once in a while. */
function asking(resource: string, { key, options = [] }: Filter) {
  return {
    queryKey: ["options", resource, key],
    queryFn: async () => (typeof options === "function" ? await options() : []),
    staleTime: 60_000,
    refetchInterval: false,
  } as const;
}

/** The choices of a filter. */
export function useOptions(resource: string, filter: Filter): { options: readonly Option[]; isKnown: boolean } {
  const { options = [] } = filter;
  const asks = typeof options === "function";
  const asked = useQuery({ ...asking(resource, filter), enabled: asks });
  return asks ? { options: asked.data ?? [], isKnown: asked.data !== undefined } : { options, isKnown: true };
}

/** The choices of those filters that have a value, by their key; nothing for one whose choices are not here. */
export function useChoices(resource: string, filters: readonly Filter[], values: Readonly<Record<string, string>>): (key: string) => readonly Option[] | undefined {
  const askable = filters.filter((filter) => typeof filter.options === "function" && values[filter.key] !== undefined);
  const asked = useQueries({ queries: askable.map((filter) => asking(resource, filter)) });
  return (key) => {
    const filter = filters.find((one) => one.key === key);
    if (filter === undefined) return undefined;
    return typeof filter.options === "function" ? asked[askable.indexOf(filter)]?.data : filter.options;
  };
}
