// Whether a number fits its field.
import type { Field } from "./resource";

/** The largest number of a field that names none. */
export const NUMBER_MAX = 1_000_000_000;

export function fits({ min = 0, max = NUMBER_MAX }: Pick<Field, "min" | "max">, value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
