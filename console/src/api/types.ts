// Shapes of the API by name, from its description.
import type { Answer, BodyOf, Path } from "./client";
import type { components } from "./schema";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** An item of a page of the API. */
export type Item<Name extends keyof components["schemas"]> = components["schemas"][Name] extends { items: (infer One)[] } ? One : never;

/** Paths of lists: what answers `{items, next?}`. */
export type ListPath = { [P in Path<"GET">]: Answer<"GET", P> extends { items: readonly unknown[] } ? P : never }[Path<"GET">];

/** A row of the list at a path. */
export type RowOf<P extends ListPath> = Answer<"GET", P> extends { items: (infer Row)[] } ? Row : never;

/** What is sent to a path to add something, and to change something. */
export type Added<P extends Path<"POST">> = BodyOf<"POST", P>;
export type Changed<P extends Path<"PUT">> = BodyOf<"PUT", P>;
