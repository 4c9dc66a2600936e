//! Codes of logins through foreign sources of identity.

web::codes! {
    DOWN = "TG-R4650", 503, "外部身份源暂时无法使用", "The identity provider cannot be reached",
        "平台连接不上外部身份源，或它应答过慢、过大、出错。",
        "请稍后重试，或在此页面以本平台的账号登录；运维人员可运行 tongguan doctor 查看该身份源的状况。",
        "The platform cannot reach the external identity provider, or its response is too slow, too large, or an error.",
        "Try again later, or log in with your platform account; operators can run tongguan doctor.";
    WRONG = "TG-R4651", 401, "外部身份源的应答未通过校验", "The identity provider's response was not accepted",
        "外部身份源拒绝了登录凭据，或其应答的签名、签发者、受众、随机数、有效期、格式之一不正确。",
        "请重新登录；反复出现时请联系平台运维人员核对 registry.foreign 的配置与证书。",
        "The external identity provider refused the credential, or the signature, issuer, audience, nonce, time or format of its response is not valid.",
        "Log in again; if it happens again, ask the operators to check registry.foreign and its certificates.";
    STATE = "TG-R4652", 409, "外部身份登录已失效", "The external login has expired",
        "从离开本平台到返回超过 10 分钟、返回地址被使用了两次、换了浏览器，或浏览器禁用了 Cookie。",
        "请回到登录页面重新选择外部身份登录，并在同一个浏览器中完成。",
        "More than 10 minutes passed, the return address was used twice, the browser changed, or it blocks cookies.",
        "Go back to the login page, choose the external login again, and complete it in the same browser.";
    UNBOUND = "TG-R4653", 403, "外部账号尚未绑定", "The external account is not linked",
        "外部身份源认识您，但本平台没有与之绑定的账号。平台不会自动创建账号。",
        "已有本平台账号的，请登录一次并确认绑定；没有账号的，请联系页面上的联系人开通。",
        "The external identity provider recognised you, but no platform account is linked to it. The platform does not create accounts automatically.",
        "If you have a platform account, log in once and confirm the link; otherwise ask the contact shown on the page.";
    NOTHING = "TG-R4654", 409, "没有待绑定的外部账号", "No external account to link",
        "绑定须在从外部身份源返回后 30 分钟内、在同一个浏览器中完成，且只能提交一次。",
        "请回到登录页面重新选择外部身份登录。",
        "A link must be confirmed within 30 minutes, in the same browser, and only once.",
        "Go back to the login page and choose the external login again.";
    TAKEN = "TG-R4655", 409, "外部账号或本账号已有绑定", "Already linked",
        "同一身份源中，一个外部账号只能绑定一个本平台账号，一个本平台账号也只能绑定一个外部账号。",
        "请先在账号页面解除原有绑定；外部账号被他人绑定的，请联系平台安全管理员。",
        "At one identity provider, an external account can be linked to only one platform account, and the other way round.",
        "Remove the existing link on the account page; if someone else has linked your external account, contact the platform's security administrator.";
    LOCAL = "TG-R4656", 403, "绑定前须以本平台账号登录", "Log in to this platform before you link",
        "绑定外部账号须在本次登录中通过本平台的密码和两步验证（或通行密钥）验证。",
        "请退出后以密码和两步验证登录；尚未开启两步验证的，请先在账号页面绑定动态验证码或通行密钥。",
        "To link an external account, you must have logged in to this platform with your password and two-step verification (or a passkey) in this session.",
        "Log out and log in with your password and two-step verification; if you have not set it up, do so on the account page first.";
    NONE = "TG-R4657", 404, "没有这个外部身份源", "No such identity provider",
        "平台没有配置该外部身份源，或其配置有误而未启用。",
        "请回到登录页面选择列出的登录方式。",
        "The platform has no such identity provider, or it is disabled because its settings are wrong.",
        "Go back to the login page and choose one of those listed.";
}
