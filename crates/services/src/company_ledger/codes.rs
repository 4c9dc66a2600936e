//! Codes of the company ledger.

use web::Code;

/// Codes or DXP id belong to another company, or are not well formed.
pub const COMPANY: Code = Code {
    code: "TG-R4315",
    status: 409,
    title: "企业信息不能登记",
    title_en: "The company cannot be registered like this",
    meaning: "企业的代码不符合规则，或已被其他企业使用，详见 detail。",
    advice: "请核对统一社会信用代码、海关注册登记编号和 DXP 编号；确属本企业的，请联系平台核实后更正。",
};
/// The role is there already.
pub const ROLE_HELD: Code = Code {
    code: "TG-R4316",
    status: 409,
    title: "企业已有该角色",
    title_en: "The company has the role already",
    meaning: "所申请的业务角色已开通。",
    advice: "无需重复申请；已开通的角色见企业信息页。",
};
/// All of the above.
pub const ALL: &[Code] = &[COMPANY, ROLE_HELD];
