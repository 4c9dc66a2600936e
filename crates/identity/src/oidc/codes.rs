//! Codes of the pages of the provider, and of refused access tokens at the API.

use web::Code;

/// The client is not registered.
pub const CLIENT: Code = Code {
    code: "TG-R4220",
    status: 400,
    title: "该系统未在本平台登记",
    title_en: "The client is not registered",
    meaning: "请求登录的系统（client_id）不在接入系统名单内，或不是 OpenID Connect 客户端。为防止登录信息被转到陌生网站，平台不会跳转。",
    advice: "请从该系统的正式入口重新进入；若您是该系统的维护人员，请核对 client_id，或向平台系统管理员申请登记。",
};
/// The redirect address is not registered.
pub const REDIRECT: Code = Code {
    code: "TG-R4221",
    status: 400,
    title: "回调地址未登记",
    title_en: "The redirect address is not registered",
    meaning: "请求中的 redirect_uri 缺失、重复，或与该系统登记的回调地址不是逐字相同（多一个斜杠或参数也算不同）。平台不会跳转。",
    advice: "请从该系统的正式入口重新进入；若您是该系统的维护人员，请让客户端使用登记的地址，或申请修改登记。",
};
/// An access token that is not in force.
pub const TOKEN: Code = Code {
    code: "TG-R4222",
    status: 401,
    title: "访问令牌无效或已过期",
    title_en: "The access token is not valid or has expired",
    meaning: "令牌不是本平台签发的，已超过 5 分钟有效期，或因接入系统被移除、密钥更换、授权方式变更而失效。",
    advice: "请用 client_credentials 重新取得令牌后再试。",
};
/// All of the above.
pub const ALL: &[Code] = &[CLIENT, REDIRECT, TOKEN];
