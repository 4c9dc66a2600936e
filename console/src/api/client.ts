// The requests to the platform: each goes through `guarded`, which adds the token against
// forged requests, leads to the login page and turns a bad answer into an ApiError.
import { connection, isGone } from "./connection";
import { ApiError, toError } from "./problem";
import type { operations, paths } from "./schema";

/** A route of the API by the name of its operation; unknown names do not compile. */
export type Operation = keyof operations;

/** The operations of the description from which this console was built; see vite.config.ts. */
declare const __DESCRIBED__: readonly string[];

export function isDescribed(operation: string): operation is Operation {
  return __DESCRIBED__.includes(operation);
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
let csrf: string | undefined;
let owner = "";

/** Keeps the token that unsafe requests of this session carry, and for whom they are. */
export function setSession(token: string, whose: string): void {
  csrf = token;
  owner = whose;
}

/** For whom requests are sent now. */
export const currentOwner = (): string => owner;

/** Pages of the account on which somebody must do something before anything else is answered, by the code that says so. */
const FIRST: Readonly<Record<string, string>> = { "TG-R4605": "/account/totp", "TG-R4606": "/account/password" };

function leaveFor(page: string): void {
  const next = window.location.pathname + window.location.search;
  window.location.assign(`${page}?next=${encodeURIComponent(next)}`);
}

export const toLogin = (): void => leaveFor("/login");

/** Is told whether the page from which the request was sent is still the one that is seen. */
type Listener = (isSeen: boolean) => void;
const actListeners = new Set<Listener>();

let acting: string | undefined;

/** Begins an act of the page at `place`, whichever page is seen by now. */
export function actOf<T>(place: string, act: () => T): T {
  acting = place;
  try {
    return act();
  } finally {
    acting = undefined;
  }
}

/** Calls `listener` whenever a request that changes something has succeeded. */
export function onActDone(listener: Listener): () => void {
  actListeners.add(listener);
  return () => actListeners.delete(listener);
}

async function guarded(request: Request): Promise<Response> {
  const changes = !SAFE.has(request.method);
  const place = acting ?? window.location.pathname;
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
  if (!response.ok) {
    const error = await toError(response);
    const page = FIRST[error.problem?.code ?? ""];
    if (page !== undefined) leaveFor(page);
    throw error;
  }
  if (changes) for (const listener of actListeners) listener(place === window.location.pathname);
  return response;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The paths that have a method. */
export type Path<M extends Method> = { [P in keyof paths]: paths[P][Lowercase<M>] extends { responses: unknown } ? P : never }[keyof paths];

type At<M extends Method, P extends Path<M>> = paths[P][Lowercase<M>];

/** `undefined` is left out of a query. */
type Loose<T> = { [K in keyof T]?: T[K] | undefined };

/** What is filled into a path, and asked behind it. */
type Place<O> = O extends unknown
  ? (O extends { parameters: { path: infer Params } } ? { path: Params } : { path?: undefined }) &
      (O extends { parameters: { query?: infer Query } } ? { query?: Loose<NonNullable<Query>> | undefined } : { query?: undefined })
  : never;

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;

type Sent<O> = O extends { requestBody: infer Body } ? { body: Json<Body> } : O extends { requestBody?: infer Body } ? ([Json<NonNullable<Body>>] extends [never] ? { body?: undefined } : { body?: Json<NonNullable<Body>> }) : { body?: undefined };

type Asked<O> = O extends unknown ? Place<O> & Sent<O> & { signal?: AbortSignal | undefined } : never;

/** The bodies of the answers that are successes. */
type Got<O> = O extends { responses: infer All } ? { [Status in keyof All]: Status extends 200 | 201 | 202 ? Json<All[Status]> : never }[keyof All] : never;

/** What a request answers; nothing where the description has no body. */
export type Answer<M extends Method, P extends Path<M>> = [Got<At<M, P>>] extends [never] ? undefined : Got<At<M, P>>;

/** What a request may be asked in its query. */
export type QueryOf<M extends Method, P extends Path<M>> = At<M, P> extends { parameters: { query?: infer Query } } ? Loose<NonNullable<Query>> : Record<never, never>;

/** The body of a request. */
export type BodyOf<M extends Method, P extends Path<M>> = At<M, P> extends { requestBody?: infer Body } ? Json<NonNullable<Body>> : never;

export type Query = Record<string, string | number | boolean | undefined>;

/** An address from a path of the description, its parts in braces filled. */
export function addressOf(path: string, parts: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${path} without ${name}`);
    return encodeURIComponent(part);
  });
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

interface Raw {
  path?: Readonly<Record<string, string>> | undefined;
  query?: Query | undefined;
  body?: BodyInit | undefined;
  type?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Any request; who knows its path at compile time uses `call` or `send`. */
export async function request(method: Method, path: string, { path: parts, query, body, type, signal }: Raw = {}): Promise<Response> {
  const headers = new Headers({ accept: "application/json" });
  if (type !== undefined) headers.set("content-type", type);
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = body;
  if (signal !== undefined) init.signal = signal;
  return guarded(new Request(new URL(addressOf(path, parts, query), window.location.origin), init));
}

/** The JSON of an answer; an empty one gives `undefined`. */
export async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

/** Nothing need be said where nothing must be. */
type Needed<T> = Record<never, never> extends T ? [options?: T] : [options: T];

/** A request whose body or answer is not JSON; its path is one of the description. */
export function send<M extends Method, P extends Path<M>>(
  method: M,
  path: P,
  ...options: Needed<Place<At<M, P>> & Omit<Raw, "path" | "query">>
): Promise<Response> {
  const [given] = options as readonly [Raw?];
  return request(method, path, given);
}

/** A request whose body is a file, and whose answer is JSON. */
export async function upload<M extends Method, P extends Path<M>>(
  method: M,
  path: P,
  ...options: Needed<Place<At<M, P>> & Omit<Raw, "path" | "query">>
): Promise<Answer<M, P>> {
  return (await jsonOf(await send(method, path, ...options))) as Answer<M, P>;
}

/** A request with JSON in both directions; path, query, body and answer are those of the description. It throws what is no success. */
export async function call<M extends Method, P extends Path<M>>(method: M, path: P, ...options: Needed<Asked<At<M, P>>>): Promise<Answer<M, P>> {
  const [{ body, ...place } = {}] = options as readonly [(Omit<Raw, "body" | "type"> & { body?: unknown })?];
  const sent = body === undefined ? place : { ...place, body: JSON.stringify(body), type: "application/json" };
  return (await jsonOf(await request(method, path, sent))) as Answer<M, P>;
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
