//! Codes of the company ledger.

web::codes! {
    COMPANY = "TG-R4315", 409, "企业信息不能登记", "The company cannot be registered with these details",
        "企业的代码不符合规则，或已被其他企业使用，详见具体说明。",
        "请核对统一社会信用代码、海关注册登记编号和 DXP 编号；确属本企业的，请联系平台核实后更正。",
        "A code of the company is not valid, or another company uses it; see the details.",
        "Check the credit code, customs number and DXP ID; if they are yours, ask the platform to look into it.";
    ROLE_HELD = "TG-R4316", 409, "企业已有该角色", "The company already has this role",
        "所申请的业务角色已开通。",
        "无需重复申请；已开通的角色见企业信息页。",
        "The company already has this role.",
        "Nothing to do; its roles are listed under My company.";
}
