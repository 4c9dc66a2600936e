// Tables on the screen and on paper. On the screen headings stay in sight; a table is as wide as its card, its
// cells break their lines, and only what cannot be broken scrolls inside the frame. On paper there is no frame:
// one plain table as wide as the page.
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

/** As wide as its frame, and no wider unless it must. */
export const FITTING = { scroll: { x: true }, tableLayout: "auto" } as const;

/** The space above the page within the frame that scrolls, as in the style sheet: headings go to its upper edge. */
export const FRAME_TOP = 12;

interface Scrolling extends Partial<typeof FITTING> {
  sticky?: { getContainer: () => HTMLElement | Window; offsetHeader: number };
}

/** What a wide table needs on the screen; nothing on paper. */
export function useScrolling(): Scrolling {
  const printing = usePrinting();
  if (printing) return {};
  return { sticky: { getContainer: () => document.getElementById("content") ?? window, offsetHeader: -FRAME_TOP }, ...FITTING };
}
