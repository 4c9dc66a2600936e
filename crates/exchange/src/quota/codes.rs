//! Codes of messages that exceed a quota.

web::codes! {
    DAY = "TG-R4293", 429, "今日报文配额已用完", "Today's quota is used up",
        "本企业今天（北京时间）受理的报文份数或容量已达到平台设定的上限，本份报文未受理。已受理的报文不受影响。",
        "请在 Retry-After 所示时间之后（次日零时起）用同一报文重新提交；若业务量确需提高，请联系平台调整配额。",
        "The company has reached its limit of messages or bytes for today (Beijing time); this message was not accepted. Messages already accepted are not affected.",
        "Submit the same message after the time in Retry-After (the next midnight); if you regularly need more, ask the platform for a larger quota.";
    WAITING = "TG-R4294", 429, "等待处理的报文过多", "Too many messages waiting",
        "本企业等待校验或发送的报文已达到平台设定的上限，本份报文未受理。已受理的报文会继续处理。",
        "请降低提交速度，在 Retry-After 所示时间之后用同一报文重新提交。",
        "The company has reached its limit of messages waiting to be checked or sent; this one was not accepted. Messages already accepted will be processed.",
        "Slow down, and submit the same message after the time in Retry-After.";
}
