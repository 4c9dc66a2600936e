//! Codes of the pages of the provider, and of refused access tokens at the API.

web::codes! {
    CLIENT = "TG-R4220", 400, "该系统未在本平台登记", "The system is not registered",
        "请求登录的系统（client_id）不在接入系统名单内，或不是 OpenID Connect 客户端。为防止登录信息被转到陌生网站，平台不会跳转。",
        "请从该系统的正式入口重新进入；若您是该系统的维护人员，请核对 client_id，或向平台系统管理员申请登记。",
        "The client_id is not a registered connected system, or is not an OpenID Connect client. To keep your login from an unknown site, the platform does not redirect.",
        "Go back to that system's own entry page and try again; if you maintain the system, check client_id or ask for it to be registered.";
    REDIRECT = "TG-R4221", 400, "回调地址未登记", "The redirect address is not registered",
        "请求中的 redirect_uri 缺失、重复，或与该系统登记的回调地址不是逐字相同（多一个斜杠或参数也算不同）。平台不会跳转。",
        "请从该系统的正式入口重新进入；若您是该系统的维护人员，请让客户端使用登记的地址，或申请修改登记。",
        "redirect_uri is missing, given twice, or does not exactly match a registered one (an extra slash or parameter counts as different). The platform does not redirect.",
        "Go back to that system's own entry page and try again; if you maintain the system, use the registered address or ask to change it.";
    TOKEN = "TG-R4222", 401, "访问令牌无效或已过期", "The access token is not valid or has expired",
        "令牌不是本平台签发的，已超过 5 分钟有效期，或因接入系统被移除、密钥更换、授权方式变更而失效。",
        "请用 client_credentials 重新取得令牌后再试。",
        "The token was not issued by this platform, is older than 5 minutes, or became invalid because the system was removed or its secret or grants changed.",
        "Get a new token with client_credentials and try again.";
}
