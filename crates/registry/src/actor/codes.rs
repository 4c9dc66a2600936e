//! Codes of the gate.

web::codes! {
    LOGIN = "TG-R4600", 401, "尚未登录或登录已失效", "Not logged in, or the session has ended",
        "请求没有携带有效的登录会话或接口密钥；会话可能因超时、退出、在别处登录或被管理员下线而结束。",
        "请重新登录后再试；程序请使用 Authorization: Bearer 密钥。",
        "The request has no valid session or key; a session may have ended through a timeout, a logout, a login elsewhere, or an administrator.",
        "Log in again; programs use Authorization: Bearer KEY.";
    FORBIDDEN = "TG-R4601", 403, "没有此操作的权限", "Not permitted",
        "当前账号的角色不包含此操作。",
        "如确有需要，请向本企业管理员或平台安全管理员申请相应角色。",
        "This account's roles do not allow this.",
        "If you need it, ask your company's administrator or the platform's security administrator for the role.";
    NO_COMPANY = "TG-R4602", 403, "没有所属企业", "No company",
        "此操作以企业名义进行，而当前账号没有所属企业。",
        "请用企业账号登录；尚未入驻的企业请先提交入驻申请。",
        "This is done in the name of a company, and the account belongs to none.",
        "Log in with the account of a company; if the company is not on the platform yet, register it.";
    NOT_APPOINTED = "TG-R4037", 403, "不在代理委托的范围内", "Not covered by the appointment",
        "本企业受托代为申报，而这种报文不在委托的进出口方向或报文范围内。本次没有受理。",
        "请由委托企业自行申报，或请其重新提交委托申请，写明这种报文。",
        "Your company declares as an agent, and the appointment does not cover messages of this kind or direction. Nothing was accepted.",
        "Let the principal declare it, or ask them to apply for an appointment that names this kind of message.";
    CSRF = "TG-R4603", 403, "页面已过期", "The page has expired",
        "请求缺少本次会话的防伪令牌，可能是页面打开过久、在另一标签页重新登录，或请求来自其他网站。",
        "请刷新页面后重试。",
        "The request lacks the anti-forgery token of this session: the page may have been open for too long, you may have logged in again in another tab, or the request came from another site.",
        "Reload the page and try again.";
    SECOND = "TG-R4604", 401, "请完成两步验证", "Complete two-step verification",
        "已通过密码验证，还没有通过两步验证。",
        "请在登录页面输入动态验证码或使用通行密钥完成登录。",
        "The password was correct, but two-step verification is not complete.",
        "Enter the one-time code on the login page, or use a passkey.";
    ENROL = "TG-R4605", 403, "请先开启两步验证", "Set up two-step verification first",
        "该账号必须开启两步验证，目前还没有绑定动态验证码或通行密钥。",
        "请在账号页面绑定动态验证码或通行密钥。",
        "This account must use two-step verification and has neither one-time codes nor a passkey yet.",
        "Set up one of them on the account page.";
    PASSWORD = "TG-R4606", 403, "请先修改密码", "Change your password first",
        "密码是初始密码、已被重置或已超过有效期。",
        "请在账号页面修改密码后继续。",
        "The password is the initial one, was reset, or has expired.",
        "Change it on the account page to continue.";
}
