// The kinds that a company submits, for the choice in a filter. A test compares them with the reference
// that is made from the tables of the standard.
import type { Option } from "../../resource/resource";

export const KINDS: readonly (readonly [string, string])[] = [
  ["CEB311", "进口订单"],
  ["CEB411", "进口支付单"],
  ["CEB511", "进口运单"],
  ["CEB513", "进口运单状态"],
  ["CEB621", "进口清单"],
  ["CEB623", "进口撤销申请单"],
  ["CEB625", "进口退货申请单"],
  ["CEB711", "进口入库明细单"],
  ["CEB303", "出口订单"],
  ["CEB403", "出口收款单"],
  ["CEB505", "出口运单"],
  ["CEB507", "出口运抵单"],
  ["CEB509", "出口离境单"],
  ["CEB603", "出口清单"],
  ["CEB605", "出口撤销申请单"],
  ["CEB607", "出口清单总分单"],
  ["CEB701", "出口汇总申请单"],
  ["CEB213", "出口退货申请单"],
  ["CEB215", "出口退运理货明细单"],
];

export const KIND_OPTIONS: readonly Option[] = KINDS.map(([code, name]) => ({
  value: code,
  label: { text: `${code} ${name}` },
}));
