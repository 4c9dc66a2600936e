// Fixed sentences of the platform in English, by the Chinese sentence as it tells it: what the statuses of receipts
// mean and what to do, why a receipt was parked, and why nothing can be done about it. What is not here stays as it came, as customs' own words do.
import { JOB_PATTERNS, JOB_SENTENCES } from "./jobPatterns";
import { PATTERNS as MORE } from "./patterns";
import { TAX_PATTERNS, TAX_SENTENCES } from "./taxPatterns";
import { type Language, useLanguage } from ".";
import { RECEIPT_REASONS } from "./receiptReasons";
import { RECEIPT_TEXTS } from "./receiptTexts";

export const ENGLISH: Readonly<Record<string, string>> = {
  ...TAX_SENTENCES,
  ...JOB_SENTENCES,
  ...RECEIPT_REASONS,
  ...RECEIPT_TEXTS,
  "电子口岸已收到并暂存，尚未向海关申报。": "The E-Port has received and saved it. It has not been declared to customs yet.",
  "无需处理；如长时间停留，请在申报时将业务状态（appStatus）填为 2（申报）。": "Nothing to do. If it stays in this status for long, set appStatus to 2 (declare) when you declare.",
  "电子口岸已接收，正在申报。": "The E-Port has received it and is declaring it.",
  "无需处理，请等待海关回执。": "Nothing to do: wait for customs' receipt.",
  "已成功发送至海关。": "Sent to customs.",
  "无需处理，请等待海关审核结果。": "Nothing to do: wait for customs' decision.",
  "电子口岸向海关发送失败。": "The E-Port could not send it to customs.",
  "内容没有问题：请稍后换一个新的 guid 原样重新申报；多次失败请联系平台。": "The content is fine: declare it again later, unchanged, with a new guid; if that fails repeatedly, contact the platform.",
  "海关退单：单证没有通过海关审核。": "Rejected: the document did not pass customs' check.",
  "请按返回信息中的原因更正，用新的 guid 重新申报；业务编号可以不变。": "Correct what the receipt text points out and declare again with a new guid; the business number may stay.",
  "海关已入库，等待审核放行。": "Accepted by customs and waiting for review and release.",
  "无需处理，请等待放行。": "Nothing to do: wait for the release.",
  "海关审结：清单审核已通过。": "Reviewed by customs: the list has passed.",
  "无需处理，请等待放行（800）与结关（899）。": "Nothing to do: wait for release (800) and clearance (899).",
  "海关审结：撤销申请已审核通过，原清单已撤销。": "Reviewed by customs: the cancellation has passed and the list is cancelled.",
  "无需处理；如需再次申报，请使用新的企业内部编号（copNo）。": "Nothing to do; to declare again use a new copNo.",
  "海关审结：退货申请已审核通过。": "Reviewed by customs: the return has passed.",
  "无需处理；请按海关要求把货物退回原监管场所。": "Nothing to do here. Return the goods to the original supervised site as customs requires.",
  "海关已接收申请，等待审核。": "Customs has received the application and will review it.",
  "无需处理，请等待审核结果。": "Nothing to do: wait for the decision.",
  "海关已入库：逻辑校验通过。": "Accepted by customs: the checks have passed.",
  "无需处理，该单证已完成申报。": "Nothing to do: the document is declared.",
  "海关转人工审核。": "Customs is reviewing it manually.",
  "无需重报；请保持联系方式畅通，必要时按海关要求补充资料。": "Do not declare again; make sure you can be contacted, and supply what customs asks for.",
  "海关审结：审核已通过。": "Reviewed by customs: it has passed.",
  "无需处理。": "Nothing to do.",
  "海关布控查验。": "Customs inspects the goods.",
  "请配合场站和海关查验，等待查验结果；不要重复申报。": "Cooperate with the inspection and wait for its result. Do not declare again.",
  "货物被扣留，移送通关部门处理。": "The goods are detained and the case was passed to the clearance department.",
  "请联系主管海关通关部门。": "Contact the clearance department of your customs office.",
  "货物被扣留，移送缉私部门处理。": "The goods are detained and the case was passed to the anti-smuggling department.",
  "货物被扣留，移送法规部门处理。": "The goods are detained and the case was passed to the legal department.",
  "货物因其他原因被扣留。": "The goods are detained for another reason.",
  "请联系主管海关。": "Contact your customs office.",
  "货物退运。": "The goods are being returned abroad.",
  "请按退运要求办理；该清单不能再放行。": "Follow the rules for returned goods; this list can no longer be released.",
  "海关放行。": "Released by customs.",
  "货物可以出区配送；请等待结关。": "The goods may leave for delivery; wait for the clearance.",
  "海关结关：全部手续已办结。": "Cleared by customs: all formalities are complete.",
  "已移交海关其他部门处理。": "Handed over to another department of customs.",
  "请联系主管海关了解处理情况。": "Ask your customs office how the case is progressing.",
  "申请被挂起，等待海关处理。": "The application is suspended until customs deals with it.",
  "请联系主管海关了解原因；不要重复申报。": "Ask your customs office why; do not declare again.",
  "这份回执没有状态，例如电子税单、汇总结果这类通知，或状态不是数字。": "This receipt has no status (it may be a notice such as a tax bill or a summary result), or its status is not a number.",
  "请查看回执内容；无需重报。": "Read the receipt; there is no need to declare again.",
  "某些地方平台自定的状态，不是海关的结果，含义以返回信息为准。": "A status defined by a local platform, not a result from customs; see the receipt text for its meaning.",
  "返回信息没有说明问题时，请等待电子口岸或海关的下一份回执；返回信息指出问题的，请按它更正。":
    "If the receipt text names no problem, wait for the next receipt from the E-Port or customs. If it does, correct what it names.",
  "请按返回信息处理；不清楚时请联系平台，平台会补充此代码的解释。": "Follow the receipt text; if it is unclear, contact the platform, which will explain this code.",
  "请按返回信息的原文核对；不清楚时请联系平台，平台会补充解释。": "Go by the receipt text; if it is unclear, contact the platform, which will explain it.",
  "字典没有收录：既不是已知的代码，也看不出是哪一种回执原文，不能断定含义。": "Not in the dictionary: neither a known code nor a known text, so its meaning is uncertain.",
  "请先向海关或电子口岸核实原因，需要更正的，更正后用新的 guid 重新申报。": "Ask customs or the E-Port for the reason first. If something must be corrected, correct it and declare again with a new guid.",
  "请向海关或电子口岸核实是否通过；核实之前不要重复申报。": "Ask customs or the E-Port whether it passed; do not declare again before you know.",
  "请核对代码；全部代码见 docs/codes。": "Check the code. All codes are listed in the knowledge base.",
  "等待货物运抵监管场所。": "Waiting for the goods to arrive at the supervised site.",
  "请确认场站已申报运抵。": "Make sure that the site operator has declared the arrival.",
  "单证被挂起。": "The document is suspended.",
  "授予": "Grant",
  "收回": "Revoke",
  "解除": "Reset",
  "的两步验证": "two-step verification",
  "请核对税款金额；由担保企业在海关汇总后按缴款书缴纳，目前无需操作。": "Check the amounts. The guarantor pays by payment slip once customs has summarised the bills; nothing needs to be done now.",
  "税单已汇总，请担保企业按缴款书编号缴纳税款。": "The tax bill has been summarised: the guarantor pays by the number of the payment slip.",
  "税单已作废，不再缴纳；退货或撤销的税款以此为准。": "The tax bill is void and is not to be paid; this settles the tax of a return or cancellation.",
  "请在海关系统中核对税单状态。": "Check the state of the tax bill in customs' system.",
  "请按汇总结果办理报关单申报，并核对所列清单。": "Make the customs declaration according to this result, and check the lists it names.",
  "回执报文规范": "Receipt message standard",
  "电子税单已生成": "Tax bill issued",
  "电子税单已汇总": "Tax bill summarised",
  "已锁定，未比对密码": "Locked: the password was not checked",
  "没有找到对应的申报单证": "No matching declared document found",
  "与这份回执有关的单证或报文在平台存储中已损坏，未能登记；从备份恢复后可重新匹配": "A document or message that this receipt refers to is damaged in storage, so the receipt could not be recorded. It can be matched again once that has been restored from a backup",
  "请先向主管海关或平台核实，核实之前不要据此提货，也不要重复申报；平台会补充这个状态的解释。": "Check with your customs office or the platform first. Until then, do not collect the goods on the basis of this status and do not declare again. The platform will explain this status",
  "海关给出未收录的回执状态，待平台解释": "Customs gave an unknown receipt status, which the platform has yet to explain",
  "平台已解释": "explained by the platform",
  "平台存储的内容已损坏，无法读取，原样保留；从备份恢复后可重新匹配": "The stored content is damaged and cannot be read. It is kept as it is and can be matched again once it has been restored from a backup",
  "平台存储的内容已损坏，无法读取，原样保留，待人工处理；平台从备份恢复后可放行": "The stored content is damaged and cannot be read. It is kept as it is and held for manual handling, and can be released once the platform has restored it from a backup",
  "（平台存储的这份回执已损坏，内容无法读取；请登录单一窗口查询该单，并联系平台运维）": "(This receipt is damaged in storage and cannot be read. Look up the document in the Single Window and contact the platform operators)",
  "（平台存储的这条说明已损坏，无法读取；请按代码查阅知识库）": "(This explanation is damaged in storage and cannot be read. Look up the code in the knowledge base)",
  "（内容较大，列表中不显示）": "(Too large to be shown in a list)",
  "该主键的单证尚未发往海关，这份回执不会是给它的答复": "No document with this key has been sent to customs yet, so this receipt cannot be a response to it",
  "传输报文写明的接收方没有申报过该单证": "The addressee on its envelope has not declared this document",
  "传输报文写明的接收方与回执写明的 guid 所属的企业不一致，无法确定归属": "Its envelope is addressed to one company and its guid belongs to another, so its owner cannot be determined",
  "接收方的 DXP 编号现属另一企业，申报该单证时属申报企业；核对后可重新匹配，归申报企业":
    "The DXP ID on its envelope now belongs to another company, but belonged to the declarant when the document was declared. Once you have checked this, match it again and it goes to the declarant",
  "接收方的 DXP 编号换过企业，前后两家都申报过相同主键，按回执时间无法确定答复的是哪一家":
    "The addressee's DXP ID has passed from one company to another and both have declared this key. The time of the receipt does not show which of them it is for",
  "接收方的 DXP 编号现属另一企业，申报企业变更编号后又申报过相同主键，无法确定答复的是哪一次":
    "The addressee's DXP ID now belongs to another company, and its former holder has declared this key again under a new ID. It is not clear which declaration the receipt is for",
  "oriCopMsgId 不是本平台发出的传输编号": "oriCopMsgId is not a transmission number of this platform",
  "oriCopMsgId 对应的报文不存在": "There is no message with this oriCopMsgId",
  "报文标准，随平台版本更新": "Message standard, updated with the platform",
  "尚未载入": "Not loaded yet",
  "公告管理使用": "Used for notices",
  "海关参数库 国别（地区）代码，2018 年 4 月；此后报关单改用字母代码": "Customs parameters: countries and regions, April 2018; declarations have used letter codes since",
  "海关参数库 币制代码，2018 年 4 月，常用部分": "Customs parameters: currencies in common use, April 2018",
  "海关参数库 关区代码，2018 年 4 月，直属关区和北京关区": "Customs parameters: customs districts, April 2018, regional head offices and Beijing",
  "GB/T 2260 行政区划代码前两位；83 用于台湾居民居住证": "GB/T 2260, first two digits; 83 is for residence permits of people from Taiwan",
  "公开税则摘录，仅供样例使用，不是完整税则": "Extract from the public tariff for samples only; not the full tariff",
  "海关参数库 运输方式代码，2018 年 4 月；此后可能增加": "Customs parameters: modes of transport, April 2018; more may have been added since",
  "海关参数库 计量单位代码，2018 年 4 月": "Customs parameters: units of measure, April 2018",
  "旧包装种类代码（一位），待海关确认": "Former packaging type codes (one digit), to be confirmed by customs",
  "仍然找不到对应的申报，或这份回执已经登记": "There is still no matching declaration, or the receipt has already been recorded",
  "没有这份回执，或它已处理": "There is no such receipt, or it has already been dealt with",
  "平台存储的内容已损坏，仍无法读取，原样保留；从备份恢复后可再申请重新匹配": "The stored content is still damaged and cannot be read. It is kept as it is. Restore it from a backup, then request matching again",
  "平台存储的内容已损坏，仍无法读取，原样保留；从备份恢复后可再申请放行，也可以申请拒收，由企业重新申报":
    "The stored content is still damaged and cannot be read. It is kept as it is. Restore it from a backup, then request its release again. You can also request its refusal, so that the company declares it again",
  "报文在等待代签，签名密钥可用后自动继续，无须放行；也可以申请拒收": "The message is waiting to be signed and continues automatically once the signing key is available, so it needs no release. You can also request its refusal",
  "这份回执的内容无法读取，不知道是给谁的；确已无法恢复、仍要登记为不再处理的，请在理由中写明“无法读取”":
    "This receipt cannot be read, so its owner is unknown. If it is beyond recovery and should still be dismissed, the reason must say 无法读取 (cannot be read)",
  "申请的内容无法读取": "The request cannot be read",
  "企业已更正重报或登记不再处理，重新校验会造成重复申报": "The company has already corrected or dismissed it. Checking it again would declare it twice",
  "没有这份报文": "There is no such message",
  "没有这份报文，或它不是平台拒收状态": "There is no such message, or it is not in the state “Refused”",
  "多家企业申报过相同的业务主键，无法确定归属": "Several companies have declared this business key, so the owner cannot be determined",
};

/** From when a code table holds, and where it comes from. */
const TABLE = /^版本 (\S+)，(\S+) 起有效，(完整|不完整)；(.*)$/;

/** Sentences that name a value: as the platform makes them, and in English. */
const PATTERNS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [
    /^平台存储的内容已损坏，无法读取，原样保留，含同时收到的 (\d+) 份回执；从备份恢复后可重新匹配$/,
    (n) => `The stored content is damaged and cannot be read. It holds ${n} receipts that arrived together. It is kept as it is and can be matched again once it has been restored from a backup`,
  ],
  [/^状态 (\S+) 不在规范之内，单证办理到哪一步还不清楚。$/, (code) => `Status ${code} is not in the standard: how far the document has progressed is not clear yet.`],
  [/^代码 (\S+) 不在公开的代码表中，海关原文见返回信息。$/, (code) => `Code ${code} is in no published code table. See the receipt text for customs' original wording.`],
  [
    /^状态 (\S+) 本身不表示失败，但返回信息像是没有通过，而字典没有收录这段文字，不能断定含义。状态 \S+：(.*)$/,
    (status, meaning = "") => `Status ${status} is not a failure, but the receipt text sounds like one and is not in the dictionary, so its meaning is uncertain. Status ${status}: ${english(meaning)}`,
  ],
  [
    /^回执状态 (\S+)（.*?）与返回信息中的 (\S+?)（(.*)）互相矛盾，以状态为准：单证没有通过。$/,
    (status, code, meaning = "") => `Status ${status} contradicts ${code} in the receipt text (${english(`${meaning}。`)}). The status takes precedence: the document did not pass.`,
  ],
  [/^返回信息中的 (\S+?)（(.*)）是退单的原因，与回执状态互相矛盾。$/, (code, meaning = "") => `${code} in the receipt text (${english(`${meaning}。`)}) is a reason for a rejection and contradicts the status.`],
  [/^平台没有代码 (\S+)。$/, (code) => `The platform has no code ${code}.`],
];

/** A text of the platform in English, as far as it is known: a sentence, one with a value in it, or several with numbers. */
function english(text: string): string {
  const whole = ENGLISH[text];
  if (whole !== undefined) return whole;
  for (const [pattern, inEnglish] of [...PATTERNS, ...MORE, ...TAX_PATTERNS, ...JOB_PATTERNS]) {
    const found = pattern.exec(text);
    if (found !== null) return inEnglish(...found.slice(1));
  }
  const several = /^(?:(.*?) (\d+) 项：)?(（1）.*)$/.exec(text);
  if (several === null) return text;
  const [, lead, n, rest = ""] = several;
  const parts = rest.split(/（\d+）/).slice(1).map((part, i) => `(${i + 1}) ${english(part)}`);
  return `${lead === undefined ? "" : `${n} things: `}${parts.join(" ")}`;
}

/** A sentence of the platform in the language, as far as it is known. */
export function sentenceIn(language: Language, text: string): string {
  if (language !== "en") return text;
  const table = TABLE.exec(text.trim());
  if (table === null) return english(text.trim());
  const [, version = "", from = "", complete = "", source = ""] = table;
  return `Version ${version}, valid from ${from}, ${complete === "完整" ? "complete" : "not complete"}; ${ENGLISH[source] ?? source}`;
}

export function useSentence(): (text: string) => string {
  const { language } = useLanguage();
  return (text) => sentenceIn(language, text);
}

export function Sentence({ text }: { text: string }) {
  return useSentence()(text);
}
