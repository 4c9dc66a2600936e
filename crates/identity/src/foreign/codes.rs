//! Codes of logins through foreign sources of identity.

use web::Code;

/// The source cannot be reached.
pub const DOWN: Code = Code {
    code: "TG-R4650",
    status: 503,
    title: "外部身份源暂时无法使用",
    title_en: "The other house cannot be reached",
    meaning: "平台连接不上外部身份源，或它应答过慢、过大、出错。",
    advice: "请稍后重试，或在此页面以本平台的账号登录；运维人员可运行 tongguan doctor 查看该身份源的状况。",
};
/// The answer of the source is not accepted.
pub const WRONG: Code = Code {
    code: "TG-R4651",
    status: 401,
    title: "外部身份源的应答未通过校验",
    title_en: "The answer of the other house was not accepted",
    meaning: "外部身份源拒绝了登录凭据，或其应答的签名、签发者、受众、随机数、有效期、格式之一不正确。",
    advice: "请重新登录；反复出现时请联系平台运维人员核对 registry.foreign 的配置与证书。",
};
/// The way back does not fit to a way there.
pub const STATE: Code = Code {
    code: "TG-R4652",
    status: 409,
    title: "外部身份登录已失效",
    title_en: "The login elsewhere has expired",
    meaning: "从离开本平台到返回超过 10 分钟、返回地址被使用了两次、换了浏览器，或浏览器禁用了 Cookie。",
    advice: "请回到登录页面重新选择外部身份登录，并在同一个浏览器中完成。",
};
/// Nobody here is bound to the person.
pub const UNBOUND: Code = Code {
    code: "TG-R4653",
    status: 403,
    title: "外部账号尚未绑定",
    title_en: "The identity is not bound to an account",
    meaning: "外部身份源认识您，但本平台没有与之绑定的账号。平台不会自动创建账号。",
    advice: "已有本平台账号的，请登录一次并确认绑定；没有账号的，请联系页面上的联系人开通。",
};
/// Nothing waits to be bound.
pub const NOTHING: Code = Code {
    code: "TG-R4654",
    status: 409,
    title: "没有待绑定的外部账号",
    title_en: "There is nothing to bind",
    meaning: "绑定须在从外部身份源返回后 30 分钟内、在同一个浏览器中完成，且只能提交一次。",
    advice: "请回到登录页面重新选择外部身份登录。",
};
/// Somebody is bound already.
pub const TAKEN: Code = Code {
    code: "TG-R4655",
    status: 409,
    title: "外部账号或本账号已有绑定",
    title_en: "There is a binding already",
    meaning: "同一身份源中，一个外部账号只能绑定一个本平台账号，一个本平台账号也只能绑定一个外部账号。",
    advice: "请先在账号页面解除原有绑定；外部账号被他人绑定的，请联系平台安全管理员。",
};
/// Only who has proved himself here may bind.
pub const LOCAL: Code = Code {
    code: "TG-R4656",
    status: 403,
    title: "绑定前须以本平台账号登录",
    title_en: "Log in here before you bind",
    meaning: "绑定外部账号须在本次登录中通过本平台的密码和两步验证（或通行密钥）验证。",
    advice: "请退出后以密码和两步验证登录；尚未开启两步验证的，请先在账号页面绑定动态验证码或通行密钥。",
};
/// There is no such source.
pub const NONE: Code = Code {
    code: "TG-R4657",
    status: 404,
    title: "没有这个外部身份源",
    title_en: "There is no such source of identity",
    meaning: "平台没有配置该外部身份源，或其配置有误而未启用。",
    advice: "请回到登录页面选择列出的登录方式。",
};
/// All of the above.
pub const ALL: &[Code] = &[DOWN, WRONG, STATE, UNBOUND, NOTHING, TAKEN, LOCAL, NONE];
