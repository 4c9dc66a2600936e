// What somebody types into a form that begins with what holds now: it follows when that changes, and is kept otherwise, also
// while the page is hidden behind another tab.
import { useState } from "react";

export function useDraft<T>(holds: T): [T, (next: T) => void] {
  const text = JSON.stringify(holds);
  const [state, set] = useState({ text, draft: holds });
  const draft = state.text === text ? state.draft : holds;
  // What is typed into what does not hold any more is gone.
  if (state.text !== text) set({ text, draft });
  return [draft, (next) => set({ text, draft: next })];
}
