// How answers are asked for again and how long they are kept, everywhere in the console.
import type { DefaultOptions } from "@tanstack/react-query";
import { POLL_MS } from "./live";
import { ApiError, isRefused } from "./problem";

export const QUERIES = {
  // A refusal stays one; only a platform that does not answer is asked again.
  retry: (n, error) => n < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status === 503),
  // Events tell of messages and receipts at once; whatever else others change is asked for again
  // while the page is looked at, and when somebody comes back to it.
  // What was refused stays so until something else is asked or somebody presses the button.
  refetchOnWindowFocus: (query) => !isRefused(query.state.error),
  refetchOnReconnect: "always",
  refetchInterval: (query) => (isRefused(query.state.error) ? false : POLL_MS),
  // Without a network a request fails at once and says so, instead of waiting without a word.
  networkMode: "always",
  staleTime: 5_000,
  // A page in a hidden tab stands on what it was told, with what was typed into it: that goes when the tab is closed
  // (`shell/pageQueries.ts`) or somebody else sits here (`shell/SessionGate.tsx`), never by itself.
  gcTime: Number.POSITIVE_INFINITY,
} satisfies NonNullable<DefaultOptions["queries"]>;
