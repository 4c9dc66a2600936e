// Several questions at once, but few: all people of a company share what the platform answers at a time.
import { ApiError } from "./problem";

/** Less than the platform answers at a time for all people of a company together (3 unless it is set otherwise), so that
 *  the others of the company, and the page itself, are answered meanwhile. */
const AT_ONCE = 2;
/** A question is asked so often before it counts as unanswered. */
const TRIES_MAX = 5;
const PAUSE_MS = 1_000;

/** The answers in the order of the questions; nothing where there is none. One that came too early is asked again when the platform says. */
export async function readAll<One, Answer>(
  all: readonly One[],
  ask: (one: One) => Promise<Answer>,
  signal: AbortSignal,
  pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Promise<(Answer | undefined)[]> {
  const answers: (Answer | undefined)[] = all.map(() => undefined);
  let next = 0;
  const one = async (i: number, left: number): Promise<void> => {
    const question = all[i];
    if (question === undefined || signal.aborted) return;
    try {
      answers[i] = await ask(question);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || left === 0) return;
      await pause((error.retryAfter ?? 1) * PAUSE_MS);
      await one(i, left - 1);
    }
  };
  const worker = async (): Promise<void> => {
    while (next < all.length && !signal.aborted) await one(next++, TRIES_MAX - 1);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
