// Shapes of the API by name, from its description.
import type { components } from "./schema";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** An item of a page of the API. */
export type Item<Name extends keyof components["schemas"]> = components["schemas"][Name] extends { items: (infer One)[] } ? One : never;
