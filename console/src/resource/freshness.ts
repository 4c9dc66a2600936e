// What is said of how a list is kept up to date.
import type { LiveState } from "../api/live";

export type Fresh = "live" | "polling" | "failed" | "down";

interface Known {
  isDown: boolean;
  isFailed: boolean;
  line: LiveState;
  follows: boolean;
}

export function freshness({ isDown, isFailed, line, follows }: Known): Fresh {
  if (isDown) return "down";
  if (isFailed) return "failed";
  return follows && line === "live" ? "live" : "polling";
}
