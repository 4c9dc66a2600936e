import { expect, test } from "vitest";
import { messageOf } from "../../api/live";
import type { Schema } from "../../api/types";
import { isDue, isOver } from "./follow";

const message = (id: string, state: string, outcome: string) => ({ id, state, outcome }) as Schema<"MessageDetail">;

test("a message that was done is asked for again when an event tells of it", () => {
  const done = message("7", "settled", "accepted");
  expect(isOver(done)).toBe(true);
  const changed = messageOf({ topic: "receipt", data: { messageId: "7", returnStatus: 98765 } });
  expect(isDue(done, new Set([changed ?? ""]))).toBe(true);
  expect(isDue(done, new Set(["8"]))).toBe(false);
});

test("when it is time to ask, what is over is left alone", () => {
  expect(isDue(message("7", "settled", "accepted"), undefined)).toBe(false);
  expect(isDue(message("7", "settled", "waiting"), undefined)).toBe(true);
  expect(isDue(message("7", "sent", "waiting"), undefined)).toBe(true);
  expect(isDue(undefined, undefined)).toBe(true);
});

test("events tell of which message they are", () => {
  expect(messageOf({ topic: "message", data: { id: "7" } })).toBe("7");
  expect(messageOf({ topic: "count", data: { id: "7" } })).toBeUndefined();
  expect(messageOf({ topic: "message", data: undefined })).toBeUndefined();
});
