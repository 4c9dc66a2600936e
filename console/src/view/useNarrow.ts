// Whether the window is as narrow as a telephone's.
import { useSyncExternalStore } from "react";

/** The width, in pixels, up to which a window is narrow; the style sheet has the same. */
export const NARROW_MAX = 767;

const narrow = () => window.matchMedia(`(max-width: ${NARROW_MAX}px)`);

function subscribe(changed: () => void): () => void {
  const query = narrow();
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

export const useNarrow = (): boolean => useSyncExternalStore(subscribe, () => narrow().matches);
