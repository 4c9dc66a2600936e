// Choices of a form that a dictionary (字典) of the platform has.
import { entries } from "../api/dictionary";
import type { Option } from "./resource";

/** The entries that a form offers. */
export async function choicesOf(code: string): Promise<Option[]> {
  const { items } = await entries(code);
  return items.filter((one) => one.isActive).map((one) => ({ value: one.code, label: { text: one.chinese } }));
}
