// The kinds that a company submits, for the choice in a filter. A test compares them with the reference
// that is made from the tables of the standard.
import type { Option } from "../../resource/resource";

export const KINDS = [
  "CEB311",
  "CEB411",
  "CEB511",
  "CEB513",
  "CEB621",
  "CEB623",
  "CEB625",
  "CEB711",
  "CEB303",
  "CEB403",
  "CEB505",
  "CEB507",
  "CEB509",
  "CEB603",
  "CEB605",
  "CEB607",
  "CEB701",
  "CEB213",
  "CEB215",
] as const;

/** Who declares what, by business role; the standard's own words are in the tables, with which a test compares. */
export const DECLARERS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  CEB311: ["ebc", "ebp", "logistics"],
  CEB411: ["pay", "logistics"],
  CEB511: ["logistics"],
  CEB513: ["logistics"],
  CEB621: ["ebc", "agent"],
  CEB623: ["ebc", "agent"],
  CEB625: ["ebc", "agent"],
  CEB711: ["operator"],
  CEB303: ["ebc", "ebp"],
  CEB403: ["ebc", "pay"],
  CEB505: ["logistics"],
  CEB507: ["logistics", "operator"],
  CEB509: ["logistics"],
  CEB603: ["ebc", "agent"],
  CEB605: ["ebc", "agent"],
  CEB607: ["ebc", "agent"],
  CEB701: ["ebc", "agent"],
  CEB213: ["ebc", "agent"],
  CEB215: ["operator"],
};

/** The kinds that a company with these roles declares, and the others. */
export function kindsOf(roles: readonly string[]): { own: (typeof KINDS)[number][]; others: (typeof KINDS)[number][] } {
  const isOwn = (kind: (typeof KINDS)[number]) => DECLARERS[kind].some((role) => roles.includes(role));
  return { own: KINDS.filter(isOwn), others: KINDS.filter((kind) => !isOwn(kind)) };
}

export const KIND_OPTIONS: readonly Option[] = KINDS.map((code) => ({
  value: code,
  label: { code, name: `kind.${code}` },
}));
