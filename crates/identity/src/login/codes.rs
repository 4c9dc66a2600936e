//! Codes of refused logins.

web::codes! {
    WRONG = "TG-R4620", 401, "登录名或密码不正确", "Wrong login name or password",
        "登录名与密码不匹配。为保护账号，平台不说明是哪一项不正确。",
        "请核对大小写和输入法后重试；连续失败次数过多，将被锁定一段时间。忘记密码请联系管理员重置。",
        "The login name and password do not match. To protect the account, the platform does not say which is wrong.",
        "Check capitals and your input method; after too many failures, login is locked for a while. If you have forgotten the password, ask an administrator to reset it.";
    LOCKED = "TG-R4621", 423, "登录已临时锁定", "Login is temporarily locked",
        "从您所在的网络地址对这个登录名连续多次验证失败（或各地址合计失败过多），暂时不再比对密码。",
        "请在提示的时间之后重试；或使用通行密钥，或同时填写密码和动态验证码（恢复码）立即登录；也可请另一位管理员解锁。如非本人操作，请告知平台安全管理员。",
        "There were too many failed logins with this login name from your network address (or from all addresses together), and passwords are not checked for a while.",
        "Wait for the time shown; or log in now with a passkey, or with your password and a one-time code (or recovery code) together; or ask another administrator to unlock it. If this was not you, tell the platform's security administrator.";
    DISABLED = "TG-R4622", 403, "账号未启用", "The account is not active",
        "账号已停用（例如长期未登录），或尚未通过一次性链接激活。",
        "请联系本企业管理员或平台管理员启用账号，或使用收到的激活链接设置密码。",
        "The account is disabled (for example after a long time without a login), or was never activated with its one-time link.",
        "Ask your company's or the platform's administrator to enable it, or set a password with the activation link you were given.";
    TOO_MANY = "TG-R4623", 429, "尝试次数过多", "Too many attempts",
        "同一网络地址在一小时内登录失败次数过多。",
        "请稍后再试；多人共用出口地址时，请联系平台管理员。",
        "Too many logins from this network address failed within an hour.",
        "Try again later; if many people share the address, contact the platform administrators.";
    WRONG_CODE = "TG-R4624", 401, "验证码不正确或已使用", "The code is wrong or has been used",
        "动态验证码 30 秒更换一次，每个只能使用一次。",
        "请等待下一个验证码后重试，并确认手机时间准确；手机遗失时可使用恢复码。",
        "A one-time code lasts 30 seconds and can be used only once.",
        "Wait for the next code and check that your phone's clock is correct; if you have lost the phone, you can use a recovery code.";
    LINK = "TG-R4625", 410, "链接已失效", "The link no longer works",
        "一次性链接已使用、已过期或已被新的链接取代。",
        "请联系为您创建账号的管理员重新生成链接；首次启动的链接以平台启动时在终端显示的最新一条为准。",
        "The one-time link has been used, has expired, or was replaced.",
        "Ask the administrator who created your account for a new one; the link of the first start is the latest one that the platform shows in its terminal when it starts.";
    PASSWORD = "TG-R4626", 422, "密码不符合要求", "The password does not meet the requirements",
        "密码须同时包含大写字母、小写字母、数字和符号，企业用户至少 8 位，工作人员至少 12 位，且不易被猜到，不得与最近 5 次相同。",
        "请按页面提示逐项修改。",
        "A password must contain upper-case and lower-case letters, digits and symbols, have at least 8 characters (12 for staff), not be easy to guess, and differ from the last five.",
        "Correct the points listed on the page.";
    CROSS_SITE = "TG-R4627", 403, "请求来自其他网站", "The request came from another site",
        "浏览器表明表单不是从本平台的页面提交的。",
        "请直接打开本平台的登录页面重新操作。",
        "The browser reports that the form was not sent from a page of this platform.",
        "Open the platform's own login page and try again there.";
}
