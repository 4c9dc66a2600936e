/** The code with which a sentence of the audit begins, `receipt.release：…`, and what follows it. */
export function codeOf(text: string): { code?: string; rest: string } {
  const found = /^([a-z_]+\.[a-z_]+)(?=$|[：:，, ])/.exec(text);
  const code = found?.[1];
  return code === undefined ? { rest: text } : { code, rest: text.slice(code.length) };
}

/** Letters of a hash that are read in a list; the whole stands in the record. */
const HASH_SHOWN = 8;

type Names = (family: "caseDocument" | "business", code: string) => string;

/** The sentence with the names of what it tells in codes: a document that was attached, the business roles of a company. */
export function named(text: string, name: Names, join: string, whole = false): string {
  const paper = /^([a-z]+) (.+) ([0-9a-f]{64})$/.exec(text);
  if (paper !== null) {
    const [, document = "", file = "", hash = ""] = paper;
    return `${name("caseDocument", document)} ${file} SHA-256 ${whole ? hash : `${hash.slice(0, HASH_SHOWN)}…`}`;
  }
  const roles = /^((?:[0-9A-Z]{10}|已开通) )([a-z]+(?:,[a-z]+)*)$/.exec(text);
  if (roles === null) return text;
  const [, before = "", codes = ""] = roles;
  return before + codes.split(",").map((code) => name("business", code)).join(join);
}
