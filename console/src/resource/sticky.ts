// Tables on the screen and on paper. On the screen headings stay in sight; a table is as wide as its card, its
// cells break their lines, and only what cannot be broken scrolls inside the frame. On paper there is no frame:
// one plain table as wide as the page.
import { createContext, useContext } from "react";
import { usePrinting } from "./usePrinting";

/** The part of the window that scrolls, and in which the page is. */
export const FrameContext = createContext<HTMLElement | undefined>(undefined);

/** As wide as its frame, and no wider unless it must. */
export const FITTING = { scroll: { x: true }, tableLayout: "auto" } as const;

/** The space above the page within the frame that scrolls, as in the style sheet: headings go to its upper edge. */
export const FRAME_TOP = 12;

interface Scrolling extends Partial<typeof FITTING> {
  sticky?: { getContainer: () => HTMLElement | Window; offsetHeader: number };
}

/** What a wide table needs on the screen; nothing on paper. */
export function useScrolling(): Scrolling {
  const frame = useContext(FrameContext);
  const printing = usePrinting();
  if (printing) return {};
  return { sticky: { getContainer: () => frame ?? window, offsetHeader: -FRAME_TOP }, ...FITTING };
}
