//! Codes of members.

use web::Code;

/// The company would have no administrator.
pub const LAST_ADMIN: Code = Code {
    code: "TG-R4330",
    status: 409,
    title: "至少保留一名企业管理员",
    title_en: "The company needs an administrator",
    meaning: "这是本企业最后一名可登录的企业管理员，不能移除或改为其他角色。",
    advice: "请先邀请另一名企业管理员，待其设置密码后再办理。",
};
/// The entry is not right.
pub const FIELDS: Code = Code {
    code: "TG-R4331",
    status: 400,
    title: "人员信息有误",
    title_en: "The entry is not right",
    meaning: "登录名、姓名或角色不符合要求，或登录名已被使用，详见 detail。",
    advice: "请按说明修改后重新提交；角色为 company_admin、company_clerk 或 company_reader。",
};
/// Too many members.
pub const TOO_MANY: Code = Code {
    code: "TG-R4332",
    status: 409,
    title: "企业人员过多",
    title_en: "Too many members",
    meaning: "一个企业最多 200 名人员。",
    advice: "请先移除不再使用的人员。",
};
/// Not the company's to reset.
pub const NOT_YOURS: Code = Code {
    code: "TG-R4333",
    status: 409,
    title: "不能为该人员生成链接",
    title_en: "No link for this person",
    meaning: "该账号已停用，或同时属于其他单位，不由本企业重置密码。",
    advice: "请本人在登录页联系平台安全管理员办理。",
};
/// All of the above.
pub const ALL: &[Code] = &[LAST_ADMIN, FIELDS, TOO_MANY, NOT_YOURS];
