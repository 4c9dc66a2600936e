// The hook on state that outlives its page.
import { useSyncExternalStore } from "react";
import { ownerOf, useSession } from "../api/session";
import { keep, kept, subscribe } from "./kept";

/** Like `useState`, but the value is still there when the page is opened again. */
export function useKept<T>(key: string, start: T): [T, (next: T) => void] {
  const owner = ownerOf(useSession());
  const value = useSyncExternalStore(subscribe, () => kept(owner, key, start));
  return [value, (next) => keep(owner, key, next)];
}
