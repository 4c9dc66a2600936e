//! The jobs of logins and sessions.

use crate::slip;
use registry::context::AppContext;
use registry::job::Job;
use registry::session::{self, SessionLimits};
use store::Tx;

/// Sessions ended by one run.
const SESSIONS: i64 = 1000;

/// Slips removed by one run.
const SLIPS: i64 = 10_000;

/// The jobs of this crate.
pub fn own(context: &AppContext) -> Vec<Job> {
    vec![
        Job::of(
            context,
            "session.timeout",
            "结束超时会话",
            60_000,
            |context| Box::pin(end_sessions(context)),
        ),
        Job::of(
            context,
            "oidc.clean",
            "清理过期的授权与令牌",
            600_000,
            |context| Box::pin(crate::oidc::clean(context)),
        ),
        Job::of(
            context,
            "oidc.key",
            "到期轮换签名密钥",
            3_600_000,
            |context| Box::pin(crate::oidc::rotate_if_due(context)),
        ),
        Job::of(
            context,
            "slip.clean",
            "清理用过的一次性凭证",
            60_000,
            |context| Box::pin(clean_slips(context)),
        ),
        Job::of(
            context,
            "login.clean",
            "清理过期的登录失败计数",
            600_000,
            |context| Box::pin(crate::login::lock::clean(context)),
        ),
    ]
}

async fn clean_slips(context: AppContext) -> Result<String, String> {
    let now_ms = context.now_ms();
    let cleaned = context
        .db
        .write(move |tx| slip::clean(tx, now_ms, SLIPS))
        .await;
    cleaned
        .map(|_| String::new())
        .map_err(|error| error.to_string())
}

async fn end_sessions(context: AppContext) -> Result<String, String> {
    let now_ms = context.now_ms();
    let idle_before = now_ms - SessionLimits::of(&context).idle_ms;
    let end = move |tx: &mut Tx<'_>| session::ended_or_stale(tx, idle_before, now_ms, SESSIONS);
    let ended = context
        .db
        .write(end)
        .await
        .map_err(|error| error.to_string())?;
    Ok(match ended.len() {
        0 => String::new(),
        n => format!("结束 {n} 个超时会话"),
    })
}
