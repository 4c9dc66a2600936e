// What went wrong, in the words of the platform: RFC 9457 with a stable code and an advice.
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** An answer that is not a success, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | undefined,
    readonly requestId: string | undefined,
  ) {
    super(problem?.title ?? `HTTP ${status}`);
    this.name = "ApiError";
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "title" in value;
}

/** Reads the problem out of an answer, whatever its body is. */
export async function toError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const requestId = response.headers.get("x-request-id") ?? undefined;
  return new ApiError(response.status, isProblem(body) ? body : undefined, requestId);
}
