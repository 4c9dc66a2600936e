// What may be seen for a short time only, such as personal data in full: it is gone when its page is hidden behind another
// tab, and after ten minutes.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** As long as the platform shows personal data to a session. */
export const BRIEF_MS = 10 * 60_000;

export function useBrief<T>(): [T | undefined, (next: T | undefined) => void] {
  const [value, set] = useState<T>();
  const isSeen = useRef(false);
  // The effect ends when the page is hidden, although the page and its state stay.
  useLayoutEffect(() => {
    isSeen.current = true;
    return () => {
      isSeen.current = false;
      set(undefined);
    };
  }, []);
  useEffect(() => {
    if (value === undefined) return;
    const timer = setTimeout(() => set(undefined), BRIEF_MS);
    return () => clearTimeout(timer);
  }, [value]);
  // An answer may come when nobody looks any more.
  const show = useCallback((next: T | undefined) => {
    if (isSeen.current) set(next === undefined ? undefined : () => next);
  }, []);
  return [value, show];
}
