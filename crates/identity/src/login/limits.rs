//! How often somebody may fail, how many sessions he has, how long a password lasts: parameters, for
//! a platform under attack is tightened at once and not at the next restart.

registry::parameters! {
    /// Sessions of one account at the same time.
    pub SESSIONS_MAX = "session.per_account", "同一账号的会话数", number(1, 20, "个"), security, Setting(|config| config.sessions_max),
        "同一账号可同时登录的会话数，超出时最早的退出。";
    /// Failures in a row after which an account is locked.
    pub FAILURES_MAX = "login.failures_max", "登录失败锁定次数", number(3, 20, "次"), security, Setting(|config| config.failures_max),
        "同一登录名在同一网络地址连续失败多少次后，暂停该地址登录此账号。";
    /// Failures from all addresses after which strange ones are locked out.
    pub EVERYWHERE_MAX = "login.failures_everywhere_max", "登录失败锁定次数（所有地址合计）", number(10, 1000, "次"), security, Fixed(50),
        "同一登录名在所有网络地址上合计失败多少次后，只允许近 30 天成功登录过的地址继续尝试。";
    /// Minutes for which it is locked.
    pub LOCK_MINUTES = "login.lock_minutes", "登录失败锁定时长", number(1, 1440, "分钟"), security, Setting(|config| config.lock_minutes),
        "连续失败后锁定多少分钟；期间可用通行密钥，或密码加动态验证码登录，也可由安全管理员解锁。";
    /// Days after which a password must be changed.
    pub PASSWORD_DAYS = "password.days", "密码有效期", number(0, 365, "天"), security, Setting(|config| config.password_days),
        "密码多少天后必须更换；0 表示不限。";
    /// Whether administrators of companies need a second factor as the staff does.
    pub COMPANY_ADMIN_FACTOR = "login.company_admin_factor", "企业管理员须开启两步验证", switch, security, Setting(|config| config.company_admin_factor),
        "企业管理员登录时是否必须使用两步验证（动态验证码或通行密钥）；未绑定的在下次登录时绑定。";
}
