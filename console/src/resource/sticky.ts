// Tables on the screen and on paper. On the screen headings stay in sight and wide tables scroll inside
// the frame; on paper there is no frame: one plain table as wide as the page.
import { useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

const media = typeof window === "undefined" ? undefined : window.matchMedia("print");

function watch(changed: () => void): () => void {
  // The browser takes its picture right after the event: what changes must have changed by then.
  const now = () => flushSync(changed);
  media?.addEventListener("change", now);
  return () => media?.removeEventListener("change", now);
}

/** Whether the page is being printed. */
export function usePrinting(): boolean {
  return useSyncExternalStore(watch, () => media?.matches === true);
}

interface Scrolling {
  sticky?: { getContainer: () => HTMLElement | Window };
  scroll?: { x: "max-content" };
}

/** What a wide table needs on the screen; nothing on paper. */
export function useScrolling(): Scrolling {
  const printing = usePrinting();
  if (printing) return {};
  return { sticky: { getContainer: () => document.getElementById("content") ?? window }, scroll: { x: "max-content" } };
}
