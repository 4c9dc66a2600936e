// One act on several rows, one after the other, with the result of each.
import { isGone } from "../api/connection";
import { ApiError } from "../api/problem";

/** `unknown`: it was sent, and nobody said what became of it. */
export type Outcome = "done" | "failed" | "unknown" | "notTried";

export interface Result<Row> {
  row: Row;
  outcome: Outcome;
  /** Why it was not done, or why nobody knows. */
  error?: unknown;
}

/** Whether the next row would fare no better: nobody answers, nobody is logged in, or what is answered cannot be read. */
function isOver(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 401 || isGone(error.status);
}

/** Without an answer, or with one from a server in between, or one that cannot be read, it may have been done. */
function outcomeOf(error: unknown): Outcome {
  return !(error instanceof ApiError) || [0, 502, 504].includes(error.status) ? "unknown" : "failed";
}

/** Acts on the rows in their order, tells how many were tried, and stops where the others would be refused as well, or may be acted on no more. */
export async function inTurn<Row>(
  rows: readonly Row[],
  act: (row: Row) => Promise<unknown>,
  tried: (n: number) => void,
  may: () => boolean = () => true,
): Promise<Result<Row>[]> {
  const results: Result<Row>[] = [];
  let stopped = false;
  for (const row of rows) {
    if (stopped || !may()) {
      results.push({ row, outcome: "notTried" });
      continue;
    }
    try {
      await act(row);
      results.push({ row, outcome: "done" });
    } catch (error) {
      results.push({ row, outcome: outcomeOf(error), error });
      stopped = isOver(error);
    }
    tried(results.length);
  }
  return results;
}
