//! Codes of registration.

use web::Code;

/// The company is there already.
pub const REGISTERED: Code = Code {
    code: "TG-R4320",
    status: 409,
    title: "企业已入驻",
    title_en: "The company is registered already",
    meaning: "该统一社会信用代码或海关注册登记编号的企业已在平台入驻，无需再次登记。",
    advice: "请联系本企业的平台管理员为您添加账号；若无法联系，请携带证明材料联系平台核实。",
};
/// An application is open.
pub const OPEN: Code = Code {
    code: "TG-R4321",
    status: 409,
    title: "该企业的入驻申请正在办理",
    title_en: "An application of this company is open",
    meaning: "该统一社会信用代码或海关注册登记编号已有一份未办结的入驻申请。",
    advice: "请用提交申请时的账号登录查看进度；若非本企业提交，请联系平台核实。",
};
/// Too many attempts from an address.
pub const TOO_MANY: Code = Code {
    code: "TG-R4322",
    status: 429,
    title: "提交过于频繁",
    title_en: "Too many attempts",
    meaning: "同一网络地址在一小时内提交的入驻申请过多。",
    advice: "请一小时后再试；多家企业从同一网络办理时，请联系平台协助。",
};
/// The form was not sent from our page, or is no form.
pub const FORM: Code = Code {
    code: "TG-R4323",
    status: 400,
    title: "表单无法读取",
    title_en: "The form cannot be read",
    meaning: "提交的内容不是本页面的表单，或总大小超过 24 MB，或传输中断。",
    advice: "请从入驻申请页面重新填写提交；附件每个不超过 10 MB。",
};
/// All of the above.
pub const ALL: &[Code] = &[REGISTERED, OPEN, TOO_MANY, FORM];
