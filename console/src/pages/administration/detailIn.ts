// Details of the audit that are written to a pattern, in English: what a list was narrowed to, and steps of cases.

type Names = (family: "caseKind" | "state" | "outcome" | "kind", code: string, chinese: string) => string;

const LABELS: Readonly<Record<string, string>> = {
  报文类型: "message type", 状态: "state", 办理结果: "outcome", 待企业处理: "needs action", 进出口: "direction", "报文 guid": "guid", 企业: "company",
  订单编号: "order number", 运单编号: "waybill number", 清单编号: "list number", 企业内部编号: "internal number", 开始: "from", 结束: "until",
  开始日期: "from", 结束日期: "until", 事项: "action", 对象: "object", 人员: "person",
};

const VALUES: Readonly<Record<string, string>> = { 是: "yes", 否: "no", 进口: "import", 出口: "export" };

const STATES: Readonly<Record<string, string>> = { 申请: "applied", 受理: "taken up", 补正: "corrections requested", 审批: "awaiting decision", 办结: "approved", 退回: "declined", 撤回: "withdrawn" };

/** One condition, `状态 平台拒收`. */
function conditionIn(text: string, name: Names): string {
  const label = Object.keys(LABELS).find((one) => text.startsWith(`${one} `));
  if (label === undefined) return text;
  const value = text.slice(label.length + 1);
  const kind = /^(.*)(CEB\d+)$/.exec(value);
  if (kind !== null) return `${LABELS[label]} ${name("kind", kind[2] ?? "", kind[1] ?? "")} ${kind[2]}`;
  const named = [name("state", "", value), name("outcome", "", value)].find((one) => one !== value);
  return `${LABELS[label]} ${VALUES[value] ?? named ?? value}`;
}

/** The detail in English as far as it follows a pattern; nothing for others. */
export function detailIn(text: string, name: Names): string | undefined {
  const filters = /^(?:(.*)；)?筛选条件：(.*)$/.exec(text);
  if (filters !== null) {
    const [, before, list = ""] = filters;
    const conditions = list === "无" ? "none" : list.split("，").map((one) => conditionIn(one, name)).join(", ");
    return `${before === undefined ? "" : `${before}; `}Filters: ${conditions}`;
  }
  const step = /^([^：]+)：(.+?)；(\S+) → ([^；]+)；?(.*)$/.exec(text);
  if (step !== null) {
    const [, kind = "", title = "", from = "", to = "", remark = ""] = step;
    if (STATES[from] === undefined || STATES[to] === undefined) return undefined;
    return `${name("caseKind", "", kind)}: ${title}; ${STATES[from]} → ${STATES[to]}${remark.trim() === "" ? "" : `; ${remark.trim()}`}`;
  }
  const opened = /^([^：]+)：(.+)$/.exec(text);
  const kind = opened === null ? "" : name("caseKind", "", opened[1] ?? "");
  return opened === null || kind === opened[1] ? undefined : `${kind}: ${opened[2]}`;
}
