// Answers about declarations, by name.
import type { Schema } from "../../api/types";

export type KindCount = Schema<"KindCount">;
export type DayCount = KindCount & { day: string };
export type HomeAnswer = Schema<"HomePage">;
export type StoryDocument = Schema<"StoryDocument">;
export type Story = Schema<"Story">;
