//! The jobs of logins and sessions.

use crate::slip;
use registry::ground::Ground;
use registry::job::Job;
use registry::session::{self, Limits};
use store::Tx;

/// Sessions ended by one run.
const SESSIONS: i64 = 1000;

/// Slips removed by one run.
const SLIPS: i64 = 10_000;

/// The jobs of this crate.
pub fn own(ground: &Ground) -> Vec<Job> {
    vec![
        Job::of(
            ground,
            ("session.timeout", "结束超时会话"),
            60_000,
            |ground| Box::pin(end_sessions(ground)),
        ),
        Job::of(
            ground,
            ("oidc.clean", "清理过期的授权与令牌"),
            600_000,
            |ground| Box::pin(crate::oidc::clean(ground)),
        ),
        Job::of(
            ground,
            ("oidc.key", "到期轮换签名密钥"),
            3_600_000,
            |ground| Box::pin(crate::oidc::rotate_if_due(ground)),
        ),
        Job::of(
            ground,
            ("slip.clean", "清理用过的一次性凭证"),
            60_000,
            |ground| Box::pin(clean_slips(ground)),
        ),
        Job::of(
            ground,
            ("login.clean", "清理过期的登录失败计数"),
            600_000,
            |ground| Box::pin(crate::login::lock::clean(ground)),
        ),
    ]
}

async fn clean_slips(ground: Ground) -> Result<String, String> {
    let now_ms = ground.now_ms();
    let cleaned = ground
        .db
        .write(move |tx| slip::clean(tx, now_ms, SLIPS))
        .await;
    cleaned
        .map(|_| String::new())
        .map_err(|error| error.to_string())
}

async fn end_sessions(ground: Ground) -> Result<String, String> {
    let now_ms = ground.now_ms();
    let idle_before = now_ms - Limits::of(&ground).idle_ms;
    let end = move |tx: &mut Tx<'_>| session::ended_or_stale(tx, idle_before, now_ms, SESSIONS);
    let ended = ground
        .db
        .write(end)
        .await
        .map_err(|error| error.to_string())?;
    Ok(match ended.len() {
        0 => String::new(),
        n => format!("结束 {n} 个超时会话"),
    })
}
