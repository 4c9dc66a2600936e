// Messages that were just submitted, followed until customs is done with them.
import { useQueries } from "@tanstack/react-query";
import { call } from "../../api/client";
import { type Changed, useLive } from "../../api/live";
import type { Schema } from "../../api/types";

type Detail = Schema<"MessageDetail">;

/** Messages that are asked for at once; the list has the others. */
const FOLLOWED_MAX = 20;

/** The first of the messages as they stand now, in their order. */
export function useFollowed(ids: readonly string[]): readonly Detail[] {
  const messages = useQueries({
    queries: ids.slice(0, FOLLOWED_MAX).map((id) => ({
      queryKey: ["message", id],
      queryFn: ({ signal }: { signal: AbortSignal }) => call("GET", "/api/v1/messages/{id}", { path: { id }, signal }),
    })),
  });
  useLive(["message", "receipt"], (changed) => {
    for (const message of messages) if (isDue(message.data, changed)) void message.refetch();
  });
  return messages.flatMap((message) => (message.data === undefined ? [] : [message.data]));
}

/** Whether a message is to be asked for again: an event told of it, also of one that was over, for customs may change its mind. */
export function isDue(message: Detail | undefined, changed: Changed): boolean {
  if (message === undefined || changed === undefined) return !isOver(message);
  return changed.has(message.id);
}

export function isOver(message: Detail | undefined): boolean {
  // A status after the last one that was expected, such as a review by hand: customs is not done.
  return message?.state === "refused" || (message?.state === "settled" && message.outcome !== "waiting");
}
