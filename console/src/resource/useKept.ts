// The hook on state that outlives its page.
import { useSyncExternalStore } from "react";
import { useSession } from "../api/session";
import { keep, kept, subscribe } from "./kept";

/** Like `useState`, but the value is still there when the page is opened again. */
export function useKept<T>(key: string, start: T): [T, (next: T) => void] {
  const session = useSession().csrf;
  const value = useSyncExternalStore(subscribe, () => kept(session, key, start));
  return [value, (next) => keep(session, key, next)];
}
