// Business keys (业务主键): the number by which people know a document, and the codes beside it.

/** Kinds whose key begins with the number; in all others the number is the second part. A test compares with the standard's tables. */
const NUMBER_FIRST: readonly string[] = ["CEB621", "CEB622", "CEB623", "CEB624", "CEB625", "CEB626", "CEB711", "CEB712"];

/** The number in a key: of an order, a payment, a waybill, a list; the whole key where it has one part only. */
export function numberOf(kind: string | undefined, key: string): string {
  const parts = key.split("|");
  if (kind === undefined || parts.length < 2) return key;
  return parts[NUMBER_FIRST.includes(kind) ? 0 : 1] || key;
}
