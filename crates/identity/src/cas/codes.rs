//! Codes of the pages of the CAS server.

web::codes! {
    SERVICE = "TG-R4210", 403, "该系统未在本平台登记", "The system is not registered",
        "请求登录的系统地址不在接入系统名单内，或地址写法不规范。为防止登录信息被转到陌生网站，平台不会跳转。",
        "请从该系统的正式入口重新进入；若您是该系统的维护人员，请向平台系统管理员申请登记其来源与路径。",
        "The system that requested the login is not a registered connected system, or its address is malformed. To keep your login from an unknown site, the platform does not redirect.",
        "Go back to that system's own entry page and try again; if you maintain the system, ask the system administrator to register its origin and path.";
    SLIP = "TG-R4211", 409, "登录页面已失效", "The login page has expired or was sent twice",
        "登录页面打开超过 15 分钟、已提交过一次，或浏览器禁用了 Cookie。",
        "请在此页面重新输入登录名和密码；如反复出现，请允许浏览器保存 Cookie。",
        "The login page is older than 15 minutes, has already been submitted, or the browser blocks cookies.",
        "Enter your login name and password again on this page; if it happens again, allow cookies.";
}
