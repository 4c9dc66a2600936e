// Keyset paging knows only the next page; the way back is a stack of the cursors that led here. It
// lives in the address, so that a page can be reloaded and shared.

/** Cursors of the pages from the second to the current one; none on the first page. */
export type Stack = readonly string[];

export function read(text: string | null): Stack {
  if (text === null || text === "") return [];
  try {
    return text.split(",").map(decodeURIComponent);
  } catch {
    // An address that somebody wrote by hand: the first page is always there.
    return [];
  }
}

export function write(stack: Stack): string {
  return stack.map(encodeURIComponent).join(",");
}

export const current = (stack: Stack): string | undefined => stack.at(-1);
export const forward = (stack: Stack, next: string): Stack => [...stack, next];
export const back = (stack: Stack): Stack => stack.slice(0, -1);
export const pageNumber = (stack: Stack): number => stack.length + 1;
