//! Codes of messages that exceed a quota.

use web::Code;

/// The quota of the day is used up.
pub const DAY: Code = Code {
    code: "TG-R4293",
    status: 429,
    title: "今日报文配额已用完",
    title_en: "The quota of the day is used up",
    meaning: "本企业今天（北京时间）受理的报文份数或容量已达到平台设定的上限，本份报文未受理。已受理的报文不受影响。",
    advice: "请在 Retry-After 所示时间之后（次日零时起）用同一报文重新提交；若业务量确需提高，请联系平台调整配额。",
};
/// Too much waits.
pub const WAITING: Code = Code {
    code: "TG-R4294",
    status: 429,
    title: "等待处理的报文过多",
    title_en: "Too many messages wait",
    meaning: "本企业等待校验或发送的报文已达到平台设定的上限，本份报文未受理。已受理的报文会继续处理。",
    advice: "请降低提交速度，在 Retry-After 所示时间之后用同一报文重新提交。",
};
/// All of the above.
pub const ALL: &[Code] = &[DAY, WAITING];
