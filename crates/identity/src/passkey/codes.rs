//! Codes of passkeys.

use web::Code;

/// The answer of the authenticator is not accepted.
pub const WRONG: Code = Code {
    code: "TG-R4640",
    status: 401,
    title: "通行密钥验证未通过",
    title_en: "The passkey was not accepted",
    meaning: "通行密钥不属于该账号、已被移除、没有验证使用者本人（指纹、面容或 PIN），或疑似被复制（计数器倒退）。",
    advice: "请重试，或改用密码和动态验证码登录；若怀疑通行密钥被复制，请登录后将其移除，并联系平台安全管理员。",
};
/// The page was open for too long, or was sent twice.
pub const EXPIRED: Code = Code {
    code: "TG-R4641",
    status: 409,
    title: "通行密钥的验证已过期",
    title_en: "The question to the passkey has expired",
    meaning: "从点击按钮到完成验证超过 5 分钟，或同一次验证被提交了两次。",
    advice: "请再次点击“使用通行密钥”。",
};
/// The credential belongs to an account already.
pub const TAKEN: Code = Code {
    code: "TG-R4642",
    status: 409,
    title: "该通行密钥已绑定",
    title_en: "The passkey is in use already",
    meaning: "同一个通行密钥只能绑定一个账号，且只能绑定一次。",
    advice: "请在设备上选择另一个通行密钥或新建一个；如已绑定在本账号，无需重复绑定。",
};
/// The last factor of one of the staff stays.
pub const LAST: Code = Code {
    code: "TG-R4643",
    status: 409,
    title: "不能移除最后一种两步验证方式",
    title_en: "The last second factor cannot be removed",
    meaning: "平台工作人员和企业管理员的账号必须开启两步验证，至少保留一个通行密钥或动态验证码。",
    advice: "请先绑定另一个通行密钥或动态验证码，再移除这一个。",
};
/// So many passkeys and no more.
pub const TOO_MANY: Code = Code {
    code: "TG-R4644",
    status: 409,
    title: "通行密钥数量已达上限",
    title_en: "Too many passkeys",
    meaning: "每个账号最多绑定 10 个通行密钥。",
    advice: "请先移除不再使用的通行密钥。",
};
/// Not under this address.
pub const OFF: Code = Code {
    code: "TG-R4645",
    status: 404,
    title: "当前地址不能使用通行密钥",
    title_en: "No passkeys under this address",
    meaning: "通行密钥只能绑定域名，不能绑定 IP 地址；平台的访问地址（registry.public_url）不是域名。",
    advice: "请使用密码和动态验证码；运维人员为平台配置域名后即可使用通行密钥。",
};
/// No passkey with this id on the account.
pub const GONE: Code = Code {
    code: "TG-R4646",
    status: 404,
    title: "没有这个通行密钥",
    title_en: "There is no such passkey",
    meaning: "该通行密钥已被移除，或不属于当前账号。",
    advice: "请刷新账号页面查看现有的通行密钥。",
};
/// All of the above.
pub const ALL: &[Code] = &[WRONG, EXPIRED, TAKEN, LAST, TOO_MANY, OFF, GONE];
