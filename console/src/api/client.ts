// The one door to the platform: every request goes through `guarded`, which adds the token against
// forged requests, leads to the login page and turns a bad answer into an ApiError.
import createClient from "openapi-fetch";
import { connection, isGone } from "./connection";
import { ApiError, toError } from "./problem";
import type { operations, paths } from "./schema";

/** A route of the API by the name of its operation; unknown names do not compile. */
export type Operation = keyof operations;

/** The operations of the description from which this console was built; see vite.config.ts. */
declare const __DESCRIBED__: readonly string[];

export function isDescribed(operation: Operation): boolean {
  return __DESCRIBED__.includes(operation);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
let csrf: string | undefined;

/** Keeps the token that unsafe requests of this session carry. */
export function setCsrf(token: string): void {
  csrf = token;
}

export function toLogin(): void {
  const next = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(next)}`);
}

type Listener = () => void;
const actListeners = new Set<Listener>();

/** Calls `listener` whenever a request that changes something has succeeded. */
export function onActDone(listener: Listener): () => void {
  actListeners.add(listener);
  return () => actListeners.delete(listener);
}

async function guarded(request: Request): Promise<Response> {
  const changes = !SAFE.has(request.method);
  if (changes && csrf !== undefined) request.headers.set("x-csrf-token", csrf);
  const response = await fetch(request).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    connection.missed(!navigator.onLine);
    throw new ApiError(0, undefined, undefined);
  });
  // One route may be busy while the platform is well: another request tells.
  if (isGone(response.status)) void connection.look();
  else connection.reached();
  if (response.status === 401) toLogin();
  if (!response.ok) throw await toError(response);
  if (changes) for (const listener of actListeners) listener();
  return response;
}

/** Typed by the description of the API. It throws instead of answering errors: `data` is there. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: guarded });

export type Query = Record<string, string | number | undefined>;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Sends any request, for bodies and answers that are not JSON. */
export async function send(
  method: string,
  path: string,
  options: { query?: Query; body?: BodyInit; type?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers = new Headers({ accept: "application/json" });
  if (options.type !== undefined) headers.set("content-type", options.type);
  const url = new URL(withQuery(path, options.query), window.location.origin);
  const init: RequestInit = { method, headers };
  if (options.body !== undefined) init.body = options.body;
  if (options.signal !== undefined) init.signal = options.signal;
  return guarded(new Request(url, init));
}

/** A request with JSON in both directions; an empty answer gives `undefined`. */
export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const options: Parameters<typeof send>[2] = {};
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.type = "application/json";
  }
  if (signal !== undefined) options.signal = signal;
  const response = await send(method, path, options);
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** The name that the server gave a file, else ours. */
export function fileName(response: Response, otherwise: string): string {
  const disposition = response.headers.get("content-disposition") ?? "";
  const star = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (star !== undefined) return decodeURIComponent(star);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? otherwise;
}

/** Hands an answer to the person as a file, under the name that the server gave it, else `otherwise`. */
export async function save(response: Response, otherwise: string): Promise<void> {
  await saveAs(response, fileName(response, otherwise));
}

/** Hands an answer to the person as a file of this name. */
export async function saveAs(response: Response, name: string): Promise<void> {
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the address by the next turn of its loop, but not always by this one.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
