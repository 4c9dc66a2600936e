//! Codes of the gate.

use web::Code;

/// Nobody is logged in.
pub const LOGIN: Code = Code {
    code: "TG-R4600",
    status: 401,
    title: "尚未登录或登录已失效",
    title_en: "Not logged in, or the session has ended",
    meaning: "请求没有携带有效的登录会话或接口密钥；会话可能因超时、退出、在别处登录或被管理员下线而结束。",
    advice: "请重新登录后再试；程序请使用 Authorization: Bearer 密钥。",
};
/// None of the roles may do this.
pub const FORBIDDEN: Code = Code {
    code: "TG-R4601",
    status: 403,
    title: "没有此操作的权限",
    title_en: "Not permitted",
    meaning: "当前账号的角色不包含此操作。",
    advice: "如确有需要，请向本企业管理员或平台安全管理员申请相应角色。",
};
/// No company is acted for.
pub const NO_COMPANY: Code = Code {
    code: "TG-R4602",
    status: 403,
    title: "没有选择企业",
    title_en: "No company is chosen",
    meaning: "此操作以企业名义进行，而当前账号没有所属企业或尚未选择。",
    advice: "请先在页面右上角选择企业；尚未入驻的企业请先提交入驻申请。",
};
/// The page that sent this is not ours.
pub const CSRF: Code = Code {
    code: "TG-R4603",
    status: 403,
    title: "页面已过期",
    title_en: "The page has expired",
    meaning: "请求缺少本次会话的防伪令牌，可能是页面打开过久、在另一标签页重新登录，或请求来自其他网站。",
    advice: "请刷新页面后重试。",
};
/// A second factor is missing.
pub const SECOND: Code = Code {
    code: "TG-R4604",
    status: 401,
    title: "请完成两步验证",
    title_en: "The second factor is missing",
    meaning: "已通过密码验证，还没有通过两步验证。",
    advice: "请在登录页面输入动态验证码或使用通行密钥完成登录。",
};
/// A second factor must be set up first.
pub const ENROL: Code = Code {
    code: "TG-R4605",
    status: 403,
    title: "请先开启两步验证",
    title_en: "A second factor must be set up first",
    meaning: "该账号必须开启两步验证，目前还没有绑定动态验证码或通行密钥。",
    advice: "请在账号页面绑定动态验证码或通行密钥。",
};
/// The password must be changed first.
pub const PASSWORD: Code = Code {
    code: "TG-R4606",
    status: 403,
    title: "请先修改密码",
    title_en: "The password must be changed first",
    meaning: "密码是初始密码、已被重置或已超过有效期。",
    advice: "请在账号页面修改密码后继续。",
};
/// All of the above.
pub const ALL: &[Code] = &[LOGIN, FORBIDDEN, NO_COMPANY, CSRF, SECOND, ENROL, PASSWORD];
