//! Codes of the pages of the CAS server.

web::codes! {
    SERVICE = "TG-R4210", 403, "该系统未在本平台登记", "The system is not registered",
        "请求登录的系统地址不在接入系统名单内，或地址写法不规范。为防止登录信息被转到陌生网站，平台不会跳转。",
        "请从该系统的正式入口重新进入；若您是该系统的维护人员，请向平台系统管理员申请登记其来源与路径。";
    SLIP = "TG-R4211", 409, "登录页面已失效", "The login page has expired or was sent twice",
        "登录页面打开超过 15 分钟、已提交过一次，或浏览器禁用了 Cookie。",
        "请在此页面重新输入登录名和密码；如反复出现，请允许浏览器保存 Cookie。";
}
