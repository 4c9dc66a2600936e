//! The jobs of logins and sessions.

use crate::slip;
use jobs::fence::Fence;
use jobs::{Job, JobFailure, JobWords, Schedule};
use registry::context::AppContext;
use registry::job;
use registry::session::{self, SessionLimits};
use store::Tx;

/// Sessions ended by one run.
const SESSIONS: i64 = 1000;

/// Slips removed by one run.
const SLIPS: i64 = 10_000;

const SESSION_TIMEOUT: JobWords = JobWords {
    name: "session.timeout",
    chinese: "结束超时会话",
    english: "End idle sessions",
    about: (
        "结束空闲过久或到期的会话，并记入审计。",
        "Ends sessions that were idle for too long or have expired, and records it.",
    ),
};

const OIDC_CLEAN: JobWords = JobWords {
    name: "oidc.clean",
    chinese: "清理过期的授权与令牌",
    english: "Remove expired grants and tokens",
    about: (
        "删除统一身份认证中过期的授权、令牌和已停用的签名密钥。",
        "Deletes expired grants and tokens of OpenID Connect, and retired signing keys.",
    ),
};

const OIDC_KEY: JobWords = JobWords {
    name: "oidc.key",
    chinese: "到期轮换签名密钥",
    english: "Rotate signing keys when due",
    about: (
        "统一身份认证的签名密钥使用满九十天后换新，旧钥在令牌到期前仍可验证。",
        "Replaces the signing key of OpenID Connect after ninety days; the old one still verifies tokens until they expire.",
    ),
};

const SLIP_CLEAN: JobWords = JobWords {
    name: "slip.clean",
    chinese: "清理用过的一次性凭证",
    english: "Remove used one-time tokens",
    about: (
        "删除用过或过期的一次性凭证。",
        "Deletes one-time tokens that were used or have expired.",
    ),
};

const LOGIN_CLEAN: JobWords = JobWords {
    name: "login.clean",
    chinese: "清理过期的登录失败计数",
    english: "Remove expired counts of failed logins",
    about: (
        "删除不再影响锁定的登录失败计数。",
        "Deletes counts of failed logins that no longer matter for a lock.",
    ),
};

/// The jobs of this crate.
pub fn own(context: &AppContext) -> Vec<Job> {
    let minute = Schedule::Every(60_000);
    let ten_minutes = Schedule::Every(600_000);
    let hour = Schedule::Every(3_600_000);
    vec![
        job::of(context, SESSION_TIMEOUT, minute, |context, turn| {
            Box::pin(async move { end_sessions(context, &turn.fence).await })
        }),
        job::of(context, OIDC_CLEAN, ten_minutes, |context, turn| {
            Box::pin(async move { crate::oidc::clean(context, &turn.fence).await })
        }),
        job::of(context, OIDC_KEY, hour, |context, turn| {
            Box::pin(async move { crate::oidc::rotate_if_due(context, &turn.fence).await })
        }),
        job::of(context, SLIP_CLEAN, minute, |context, turn| {
            Box::pin(async move { clean_slips(context, &turn.fence).await })
        }),
        job::of(context, LOGIN_CLEAN, ten_minutes, |context, turn| {
            Box::pin(async move { crate::login::lock::clean(context, &turn.fence).await })
        }),
    ]
}

async fn clean_slips(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let clean = move |tx: &mut Tx<'_>| slip::clean(tx, now_ms, SLIPS);
    fence.write(&context.db, clean).await?;
    Ok(String::new())
}

async fn end_sessions(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let idle_before = now_ms - SessionLimits::of(&context).idle_ms;
    let end = move |tx: &mut Tx<'_>| session::ended_or_stale(tx, idle_before, now_ms, SESSIONS);
    let ended = fence.write(&context.db, end).await?;
    Ok(match ended.len() {
        0 => String::new(),
        n => format!("结束 {n} 个超时会话"),
    })
}
