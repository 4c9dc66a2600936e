//! Codes of agents.

web::codes! {
    AGENT = "TG-R4340", 409, "不能委托该企业", "This company cannot be appointed",
        "受托企业必须已入驻平台并开通报关企业角色，且不能是本企业，详见具体说明。",
        "请核对受托企业的海关编号；如其尚未入驻，请通知其先办理入驻并申请报关企业角色。",
        "The agent must be on the platform with the role of a customs broker, and must be another company; see the details.",
        "Check its customs number; if it is not on the platform yet, ask it to register and apply for the role.";
    APPOINTED = "TG-R4341", 409, "委托已在有效期内", "The appointment is already in force",
        "本企业已委托该报关企业，委托尚未到期。",
        "如需改变范围或期限，请先终止现有委托，再重新申请。",
        "The company has already appointed this broker, and the appointment has not expired.",
        "To change its scope or term, end the current appointment and apply again.";
    ENDED = "TG-R4342", 409, "委托已终止", "The appointment has ended",
        "该委托已被任一方终止，或已到期。",
        "无需再次办理；需要时可重新委托。",
        "One of the two has ended this appointment, or it has expired.",
        "Nothing to do; appoint again if needed.";
}
