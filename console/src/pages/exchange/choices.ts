// What the codes in a document mean, and which documents had better not be declared again.
import type { Story, StoryDocument } from "./types";

/** What a value of a document means, by line (nothing for the head) and element. */
export type Meanings = (document: number, line: number | undefined, element: string, value: string) => string | undefined;

/** Every document of a story, with those beside the four. */
export function documentsOf(story: Story): StoryDocument[] {
  return [story.order, story.payment, story.logistics, story.inventory].filter((one): one is StoryDocument => one != null);
}

/** The meaning of a field as the story of its trade tells it, while the value is the same. */
export function meaningIn(documents: readonly StoryDocument[], messageId: string): Meanings {
  return (number, line, element, value) => {
    const document = documents.find((one) => one.messageId === messageId && one.number === number);
    const fields = line === undefined ? document?.fields : document?.lines[line - 1];
    const field = fields?.find((one) => one.element === element && one.value === value);
    return field?.meaning ?? undefined;
  };
}

/** Ways to declare again that say: not as it is, or not at all. */
export const CAREFUL: readonly string[] = ["none", "wait", "call"];

/** The documents of a form that had better not be declared again now. */
export function careful<One extends { reasons: readonly { resubmit: string }[] }>(documents: readonly One[]): One[] {
  return documents.filter((one) => one.reasons.some((reason) => CAREFUL.includes(reason.resubmit)));
}
