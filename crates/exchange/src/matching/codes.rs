//! Codes of policies and waiting lists.

use web::Code;

/// The message does not wait for partners.
pub const NOT_WAITING: Code = Code {
    code: "TG-R4431",
    status: 409,
    title: "报文没有在等待配套单证",
    title_en: "The message does not wait for its partners",
    meaning: "只有状态为“待对碰”的报文可以放行；它可能已经因为配套单证到齐、等待时间已到或其他人放行而继续处理。",
    advice: "请刷新后查看报文的最新状态。",
};
/// There is no such policy.
pub const NO_POLICY: Code = Code {
    code: "TG-R4432",
    status: 400,
    title: "没有这种对碰策略",
    title_en: "There is no such policy",
    meaning: "对碰策略只能是 off（不对碰）、warn（只提示）或 hold（不齐先等待）。",
    advice: "请改为其中之一。",
};
/// All of the above.
pub const ALL: &[Code] = &[NOT_WAITING, NO_POLICY];
