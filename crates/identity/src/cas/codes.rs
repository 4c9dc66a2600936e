//! Codes of the pages of the CAS server.

use web::Code;

/// The service is not registered.
pub const SERVICE: Code = Code {
    code: "TG-R4210",
    status: 403,
    title: "该系统未在本平台登记",
    title_en: "The service is not registered",
    meaning: "请求登录的系统地址不在接入系统名单内，或地址写法不规范。为防止登录信息被转到陌生网站，平台不会跳转。",
    advice: "请从该系统的正式入口重新进入；若您是该系统的维护人员，请向平台系统管理员申请登记其来源与路径。",
};
/// The page was open for too long, or was sent twice.
pub const SLIP: Code = Code {
    code: "TG-R4211",
    status: 409,
    title: "登录页面已失效",
    title_en: "The login page has expired or was sent twice",
    meaning: "登录页面打开超过 15 分钟、已提交过一次，或浏览器禁用了 Cookie。",
    advice: "请在此页面重新输入登录名和密码；如反复出现，请允许浏览器保存 Cookie。",
};
/// All of the above.
pub const ALL: &[Code] = &[SERVICE, SLIP];
