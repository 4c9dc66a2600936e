// The choices of a filter.
import { useQuery } from "@tanstack/react-query";
import type { Filter, Option } from "./resource";

/** The choices of a filter; the platform is asked once in a while. */
export function useOptions(resource: string, { key, options = [] }: Filter): { options: readonly Option[]; isKnown: boolean } {
  const asks = typeof options === "function";
  const asked = useQuery({
    queryKey: ["options", resource, key],
    queryFn: () => (asks ? options() : []),
    enabled: asks,
    staleTime: 60_000,
    refetchInterval: false,
  });
  return asks ? { options: asked.data ?? [], isKnown: asked.data !== undefined } : { options, isKnown: true };
}
