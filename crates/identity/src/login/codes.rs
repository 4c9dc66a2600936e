//! Codes of refused logins.

use web::Code;

/// Name or password wrong.
pub const WRONG: Code = Code {
    code: "TG-R4620",
    status: 401,
    title: "登录名或密码不正确",
    title_en: "Wrong login name or password",
    meaning: "登录名与密码不匹配。为保护账号，平台不说明是哪一项不正确。",
    advice: "请核对大小写和输入法后重试；连续失败次数过多，将被锁定一段时间。忘记密码请联系管理员重置。",
};
/// Locked after too many failures.
pub const LOCKED: Code = Code {
    code: "TG-R4621",
    status: 423,
    title: "登录已临时锁定",
    title_en: "Logins are locked for a while",
    meaning: "从您所在的网络地址对这个登录名连续多次验证失败（或各地址合计失败过多），暂时不再比对密码。",
    advice: "请在提示的时间之后重试；或使用通行密钥，或同时填写密码和动态验证码（恢复码）立即登录；也可请另一位管理员解锁。如非本人操作，请告知平台安全管理员。",
};
/// Disabled or not yet activated.
pub const DISABLED: Code = Code {
    code: "TG-R4622",
    status: 403,
    title: "账号未启用",
    title_en: "The account is not active",
    meaning: "账号已停用（例如长期未登录），或尚未通过一次性链接激活。",
    advice: "请联系本企业管理员或平台管理员启用账号，或使用收到的激活链接设置密码。",
};
/// Too many failures from this address.
pub const TOO_MANY: Code = Code {
    code: "TG-R4623",
    status: 429,
    title: "尝试次数过多",
    title_en: "Too many attempts",
    meaning: "同一网络地址在一小时内登录失败次数过多。",
    advice: "请稍后再试；多人共用出口地址时，请联系平台管理员。",
};
/// The code is wrong.
pub const WRONG_CODE: Code = Code {
    code: "TG-R4624",
    status: 401,
    title: "验证码不正确或已使用",
    title_en: "The code is wrong or was used",
    meaning: "动态验证码 30 秒更换一次，每个只能使用一次。",
    advice: "请等待下一个验证码后重试，并确认手机时间准确；手机遗失时可使用恢复码。",
};
/// The one-time link opens nothing.
pub const LINK: Code = Code {
    code: "TG-R4625",
    status: 410,
    title: "链接已失效",
    title_en: "The link does not work any more",
    meaning: "一次性链接已使用、已过期或已被新的链接取代。",
    advice: "请联系为您创建账号的管理员重新生成链接。",
};
/// The password does not follow the rule.
pub const PASSWORD: Code = Code {
    code: "TG-R4626",
    status: 422,
    title: "密码不符合要求",
    title_en: "The password does not follow the rule",
    meaning: "密码须同时包含大写字母、小写字母、数字和符号，企业用户至少 8 位，工作人员至少 12 位，且不易被猜到，不得与最近 5 次相同。",
    advice: "请按页面提示逐项修改。",
};
/// From another site.
pub const CROSS_SITE: Code = Code {
    code: "TG-R4627",
    status: 403,
    title: "请求来自其他网站",
    title_en: "The request came from another site",
    meaning: "浏览器表明表单不是从本平台的页面提交的。",
    advice: "请直接打开本平台的登录页面重新操作。",
};
/// All of the above.
pub const ALL: &[Code] = &[
    WRONG, LOCKED, DISABLED, TOO_MANY, WRONG_CODE, LINK, PASSWORD, CROSS_SITE,
];
