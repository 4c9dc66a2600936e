// What went wrong, in the words of the platform: RFC 9457 with a stable code and an advice.
import { connection, isGone } from "./connection";
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** An answer that is not a success, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | undefined,
    readonly requestId: string | undefined,
    /** After how many seconds the same may be asked again, where the platform says so. */
    readonly retryAfter?: number,
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
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(response.status, isProblem(body) ? body : undefined, requestId, ...(Number.isFinite(seconds) ? [seconds] : []));
}

/** Whether nobody answered, so that what is known already is old but not wrong. */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.status === 0 || (isGone(error.status) && connection.current() !== undefined);
}

/** Whether the same request would be refused again: what was asked is wrong or not allowed, not the moment. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
}

/** Whether what was asked is wrong in itself, whoever asks it. */
export function isMisasked(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

/**
 * The error that takes the place of a page or list. While the platform cannot be reached, what was
 * read before stays: the banner on top says how old it is.
 */
export function graveOf(query: { error: unknown; data: unknown }): unknown {
  if (query.error === null || query.error === undefined) return undefined;
  return query.data !== undefined && isUnreachable(query.error) ? undefined : query.error;
}
