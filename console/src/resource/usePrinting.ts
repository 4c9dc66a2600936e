// Whether the page is being printed: then what the screen keeps behind tabs and pages is shown as a whole.
import { useSyncExternalStore } from "react";
import { flushSync } from "react-dom";

let isPrinting = false;
const readers = new Set<() => void>();

function turn(now: boolean): void {
  if (now === isPrinting) return;
  isPrinting = now;
  for (const reader of readers) reader();
}

// Listened to once for all: what appears only because the page is printed must know it from its first moment.
if (typeof window !== "undefined") {
  const media = window.matchMedia("print");
  // The browser takes its picture right after the event: what changes must be there by then.
  const begin = () => flushSync(() => turn(true));
  window.addEventListener("beforeprint", begin);
  window.addEventListener("afterprint", () => turn(false));
  media.addEventListener("change", () => (media.matches ? begin() : turn(false)));
}

function subscribe(reader: () => void): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

export function usePrinting(): boolean {
  return useSyncExternalStore(subscribe, () => isPrinting);
}
