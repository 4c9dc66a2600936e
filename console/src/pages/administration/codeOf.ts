/** The code with which a sentence of the audit begins, `receipt.release：…`, and what follows it. */
export function codeOf(text: string): { code?: string; rest: string } {
  const found = /^([a-z_]+\.[a-z_]+)(?=$|[：:，, ])/.exec(text);
  const code = found?.[1];
  return code === undefined ? { rest: text } : { code, rest: text.slice(code.length) };
}
