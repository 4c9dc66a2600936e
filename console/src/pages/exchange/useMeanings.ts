// Asks the platform what the codes in a rejected document mean: the story of its trade tells it.
import { useQueries, useQuery } from "@tanstack/react-query";
import { api, call } from "../../api/client";
import { useCan } from "../../api/session";
import type { Schema } from "../../api/types";
import { documentsOf, meaningIn, type Meanings } from "./choices";
import type { Story } from "./types";

/** Documents whose codes are looked up; a form of more is long enough without. */
const DOCUMENTS_MAX = 20;

/** Asks the stories of the documents what their codes mean. */
export function useMeanings(messageId: string, numbers: readonly number[]): Meanings {
  const can = useCan();
  const message = useQuery({
    queryKey: ["message", messageId],
    queryFn: async ({ signal }) => (await api.GET("/api/v1/messages/{id}", { params: { path: { id: messageId } }, signal })).data as Schema<"MessageDetail">,
    enabled: can("story") && can("message"),
    refetchInterval: false,
  });
  const ids = (message.data?.documents ?? []).filter((one) => numbers.includes(one.number)).slice(0, DOCUMENTS_MAX);
  const stories = useQueries({
    queries: ids.map(({ id }) => ({
      queryKey: ["story", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => call<Story>("GET", `/api/v1/stories/${encodeURIComponent(id)}`, undefined, signal),
      refetchInterval: false as const,
    })),
  });
  return meaningIn(stories.flatMap(({ data }) => (data === undefined ? [] : documentsOf(data))), messageId);
}
