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

export const KIND_OPTIONS: readonly Option[] = KINDS.map((code) => ({
  value: code,
  label: { code, name: `kind.${code}` },
}));
