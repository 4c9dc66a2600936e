// One act on several rows, one after the other, with the result of each.
import { ApiError } from "../api/problem";

export interface Result<Row> {
  row: Row;
  /** `undefined` when it was not tried any more. */
  isDone: boolean | undefined;
  /** Why it was not done. */
  error?: unknown;
}

/** Whether the next row would fare no better: nobody answers, or nobody is logged in. */
function isOver(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status === 401;
}

/** Acts on the rows in their order, tells how many were tried, and stops where the others would be refused as well. */
export async function inTurn<Row>(rows: readonly Row[], act: (row: Row) => Promise<unknown>, tried: (n: number) => void): Promise<Result<Row>[]> {
  const results: Result<Row>[] = [];
  let stopped = false;
  for (const row of rows) {
    if (stopped) {
      results.push({ row, isDone: undefined });
      continue;
    }
    try {
      await act(row);
      results.push({ row, isDone: true });
    } catch (error) {
      results.push({ row, isDone: false, error });
      stopped = isOver(error);
    }
    tried(results.length);
  }
  return results;
}
