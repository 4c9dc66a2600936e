// What is done about a file of the console that did not come.

/**
 * Wait for the platform, ask for the file again, or offer to load the console anew as a whole. That ends what is typed in
 * all tabs, so only the person does it.
 */
export type Step = "wait" | "again" | "offer";

/** How often a file is asked for again before loading anew is offered: a browser may keep it as failed. */
const TRIES_MAX = 2;

interface Known {
  /** What the platform has: nothing, this release, or another one. */
  found: "gone" | "same" | "other";
  tries: number;
}

export function nextStep({ found, tries }: Known): Step {
  if (found === "gone") return "wait";
  return found === "other" || tries >= TRIES_MAX ? "offer" : "again";
}
