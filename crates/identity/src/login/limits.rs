//! How often somebody may fail, how many sessions he has, how long a password lasts: parameters, for
//! a platform under attack is tightened at once and not at the next restart.

use super::lock::EVERYWHERE_MAX;
use registry::parameter::{Fallback, Kind, Parameter};

/// Sessions of one account at the same time.
pub const SESSIONS_MAX: Parameter = Parameter {
    name: "session.per_account",
    chinese: "同一账号的会话数",
    sentence: "同一账号可同时登录的会话数，超出时最早的退出。",
    kind: Kind::Number {
        min: 1,
        max: 20,
        unit: "个",
    },
    is_security: true,
    fallback: Fallback::Setting(|config| config.sessions_max),
};
/// Failures in a row after which an account is locked.
pub const FAILURES_MAX: Parameter = Parameter {
    name: "login.failures_max",
    chinese: "登录失败锁定次数",
    sentence: "同一登录名在同一网络地址连续失败多少次后，暂停该地址登录此账号。",
    kind: Kind::Number {
        min: 3,
        max: 20,
        unit: "次",
    },
    is_security: true,
    fallback: Fallback::Setting(|config| config.failures_max),
};
/// Minutes for which it is locked.
pub const LOCK_MINUTES: Parameter = Parameter {
    name: "login.lock_minutes",
    chinese: "登录失败锁定时长",
    sentence: "连续失败后锁定多少分钟；期间可用通行密钥，或密码加动态验证码登录，也可由安全管理员解锁。",
    kind: Kind::Number {
        min: 1,
        max: 1440,
        unit: "分钟",
    },
    is_security: true,
    fallback: Fallback::Setting(|config| config.lock_minutes),
};
/// Days after which a password must be changed.
pub const PASSWORD_DAYS: Parameter = Parameter {
    name: "password.days",
    chinese: "密码有效期",
    sentence: "密码多少天后必须更换；0 表示不限。",
    kind: Kind::Number {
        min: 0,
        max: 365,
        unit: "天",
    },
    is_security: true,
    fallback: Fallback::Setting(|config| config.password_days),
};
/// Whether administrators of companies need a second factor as the staff does.
pub const COMPANY_ADMIN_FACTOR: Parameter = Parameter {
    name: "login.company_admin_factor",
    chinese: "企业管理员须开启两步验证",
    sentence: "企业管理员登录时是否必须使用两步验证（动态验证码或通行密钥）；未绑定的在下次登录时绑定。",
    kind: Kind::Switch,
    is_security: true,
    fallback: Fallback::Setting(|config| config.company_admin_factor),
};
/// The parameters of this room.
pub const PARAMETERS: &[Parameter] = &[
    SESSIONS_MAX,
    FAILURES_MAX,
    EVERYWHERE_MAX,
    LOCK_MINUTES,
    PASSWORD_DAYS,
    COMPANY_ADMIN_FACTOR,
];
