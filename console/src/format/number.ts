// Figures with separators, and sizes.

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toLocaleString("en-US");
}

/** One place behind the point, and none where it would be zero. */
export function rounded(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${rounded(value / 1024)} KB`;
  return `${rounded(value / 1024 / 1024)} MB`;
}
