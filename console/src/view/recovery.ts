// What is done about a file of the console that did not come.

/** Wait for the platform, ask for the file again, or load the console anew. */
export type Step = "wait" | "again" | "reload";

/** How often a file is asked for again before the console is loaded anew: a browser may keep it as failed. */
const TRIES_MAX = 2;
/** The console is not loaded anew more often than this, whatever is wrong with the file. */
export const RELOAD_MS = 30_000;

interface Known {
  /** What the platform has: nothing, this release, or another one. */
  found: "gone" | "same" | "other";
  tries: number;
  /** How long ago the console was last loaded anew for this. */
  reloadedMs: number;
}

export function nextStep({ found, tries, reloadedMs }: Known): Step {
  if (found === "gone") return "wait";
  const isTired = found === "other" || tries >= TRIES_MAX;
  if (!isTired) return "again";
  return reloadedMs < RELOAD_MS ? "wait" : "reload";
}
