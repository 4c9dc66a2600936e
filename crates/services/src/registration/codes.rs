//! Codes of registration.

web::codes! {
    REGISTERED = "TG-R4320", 409, "企业已入驻", "The company is already registered",
        "该统一社会信用代码或海关注册登记编号的企业已在平台入驻，无需再次登记。",
        "请联系本企业的平台管理员为您添加账号；若无法联系，请携带证明材料联系平台核实。",
        "A company with this credit code or customs number is already on the platform.",
        "Ask its administrator for an account; if you cannot reach them, contact the platform with proof of identity.";
    OPEN = "TG-R4321", 409, "该企业的入驻申请正在办理", "An application from this company is already open",
        "该统一社会信用代码或海关注册登记编号已有一份未办结的入驻申请。",
        "请用提交申请时的账号登录查看进度；若非本企业提交，请联系平台核实。",
        "An application with this credit code or customs number is open.",
        "Log in with the account that applied to see its progress; if it was not your company, contact the platform.";
    TOO_MANY = "TG-R4322", 429, "提交过于频繁", "Too many attempts",
        "同一网络地址在一小时内提交的入驻申请过多。",
        "请一小时后再试；多家企业从同一网络办理时，请联系平台协助。",
        "Too many registrations were submitted from this network address within an hour.",
        "Try again in an hour; if several companies share the network, ask the platform for help.";
    FORM = "TG-R4323", 400, "表单无法读取", "The form cannot be read",
        "提交的内容不是本页面的表单，或总大小超过 24 MB，或传输中断。",
        "请从入驻申请页面重新填写提交；附件每个不超过 10 MB。",
        "The form did not come from this page, is larger than 24 MB, or was cut off.",
        "Fill in the registration page again; attachments can be at most 10 MB each.";
}
