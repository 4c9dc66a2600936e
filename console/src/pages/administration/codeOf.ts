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

/** Families whose Chinese names the audit writes as they are: ways of logging in and how far it came, and roles. */
const TERMS = ["method", "stage", "role"] as const;
/** The audit tells the end of a login as what happened, the sessions as how they stand. */
const SAME: Readonly<Record<string, string>> = { 登录完成: "已登录" };

/** A list of terms, `密码、动态验证码；登录完成` or `企业管理员 a.b`, by our words for them; a sentence stays what it is. */
export function termsIn(text: string, name: (family: (typeof TERMS)[number], code: string, chinese: string) => string): string {
  const translated = text.split(/([；、])/).map((part) => {
    if (part === "；") return "; ";
    if (part === "、") return ", ";
    const [term = "", ...rest] = part.split(" ");
    const own = SAME[term] ?? term;
    const found = TERMS.map((family) => name(family, "", own)).find((one) => one !== own && one !== "");
    return found === undefined ? undefined : [found, ...rest].join(" ");
  });
  return translated.includes(undefined) ? text : translated.join("");
}
