//! Codes of agents.

use web::Code;

/// Not a company that can be appointed.
pub const AGENT: Code = Code {
    code: "TG-R4340",
    status: 409,
    title: "不能委托该企业",
    title_en: "This company cannot be appointed",
    meaning: "受托企业必须已入驻平台并开通报关企业角色，且不能是本企业，详见 detail。",
    advice: "请核对受托企业的海关编号；如其尚未入驻，请通知其先办理入驻并申请报关企业角色。",
};
/// In force already.
pub const APPOINTED: Code = Code {
    code: "TG-R4341",
    status: 409,
    title: "委托已在有效期内",
    title_en: "The appointment is in force already",
    meaning: "本企业已委托该报关企业，委托尚未到期。",
    advice: "如需改变范围或期限，请先终止现有委托，再重新申请。",
};
/// Ended already.
pub const ENDED: Code = Code {
    code: "TG-R4342",
    status: 409,
    title: "委托已终止",
    title_en: "The appointment has ended",
    meaning: "该委托已被任一方终止，或已到期。",
    advice: "无需再次办理；需要时可重新委托。",
};
/// All of the above.
pub const ALL: &[Code] = &[AGENT, APPOINTED, ENDED];
