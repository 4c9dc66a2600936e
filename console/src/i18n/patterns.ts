// Sentences of the platform that are written to a pattern around a value, in English: tax bills, what its checks say of one
// value, requests about roles and parameters.
import { nameOf } from "./names";

type Pattern = readonly [RegExp, (...parts: string[]) => string];

const TAX_STATES: Readonly<Record<string, string>> = { 已生成: "issued", 已汇总: "summarised", 已作废: "void", 状态未写明: "state not given" };
const TAXES: Readonly<Record<string, string>> = { 关税: "duty", 增值税: "VAT", 消费税: "consumption tax" };

/** `关税 0.00，增值税 45.50`. */
const taxesIn = (text: string): string => text.replace(/关税|增值税|消费税/g, (name) => TAXES[name] ?? name).replaceAll("，", ", ");

const roleIn = (chinese: string): string => nameOf("en", "role", "", chinese);

/** A value of a parameter: `默认（5 次）`, `6 次`, `开`. */
function valueIn(text: string): string {
  const own = /^默认（(.*)）$/.exec(text);
  if (own !== null) return `default (${valueIn(own[1] ?? "")})`;
  const [, n = "", unit = ""] = /^([\d,]+) (\S+)$/.exec(text) ?? [];
  if (n !== "") return `${n} ${nameOf("en", "unit", unit)}`;
  return text === "开" ? "on" : text === "关" ? "off" : text;
}

const because = (why: string | undefined): string => (why === undefined || why === "" ? "" : `; reason: ${why}`);

export const PATTERNS: readonly Pattern[] = [
  [
    /^电子税单 (\S+)（清单 (\S*)）：([^，（]+?)(?:，税款合计 (\S+) 元)?(?:（([^）]*)）)?(?:，缴款书编号 (\S+))?$/,
    (no, list, state = "", sum, taxes, payment) =>
      `Tax bill ${no} (list ${list}): ${TAX_STATES[state] ?? state}${sum === undefined ? "" : `, CNY ${sum} in total`}${taxes === undefined ? "" : ` (${taxesIn(taxes)})`}${payment === undefined ? "" : `, payment slip ${payment}`}`,
  ],
  [
    /^汇总申请 (\S+) 的结果：汇总统一编号 (\S*)，报关单状态 ([^，]*)(?:，预录入编号 ([^，]+))?(?:，报关单编号 ([^，]+))?$/,
    (no, whole, state, pre, entry) =>
      `Result of summary application ${no}: summary no. ${whole}, declaration state ${state}${pre === undefined ? "" : `, pre-entry no. ${pre}`}${entry === undefined ? "" : `, declaration no. ${entry}`}`,
  ],
  [
    /^平台校验未通过，共 (\d+) 处问题(?:，前 (\d+) 处为)?：(.*)$/s,
    (n, first, rest = "") => `Failed the platform's checks with ${n} problem${n === "1" ? "" : "s"}${first === undefined ? "" : `, the first ${first}`}: ${rest}`,
  ],
  [/^(?:(TG-\w+) )?[^（）]*（(\w+)）只能是 (\S+)$/, (code, element, value) => `${code === undefined ? "" : `${code} `}${element} can only be ${value}`],
  [/^该项只能为 (\S+)，已按此填写$/, (value) => `It can only be ${value}, which has been filled in`],
  [/^改为 (\S+?)。$/, (value) => `Change it to ${value}.`],
  [/^(授予|收回) (\S+) (?:的)?角色“(.+?)”(?:；理由：(.*))?$/s, (act, login, role = "", why) => `${act === "授予" ? "Grant" : "Revoke"} ${login}: role ${roleIn(role)}${because(why)}`],
  [/^(?:的)?角色“(.+?)”$/, (role = "") => `role ${roleIn(role)}`],
  [/^(.+)（(\S+)），上级 (.+)$/, (name, code, above) => `${name} (${code}), parent: ${above === "无" ? "none" : above}`],
  [/^(\S+) (企业管理员|企业经办人|企业查询员)$/, (login, role = "") => `${login} ${roleIn(role)}`],
  [
    /^([^：；]+)：([^→；]+) → ([^→；]+)(?:；理由：(.*))?$/s,
    (name = "", from = "", to = "", why) => {
      const parameter = nameOf("en", "parameterName", "", name);
      return parameter === name ? `${name}：${from} → ${to}${why === undefined ? "" : `；理由：${why}`}` : `${parameter}: ${valueIn(from)} → ${valueIn(to)}${because(why)}`;
    },
  ],
];
