//! The jobs of the registry itself.

use super::{Doing, Job};
use crate::access::{Actor, Origin};
use crate::account::{self, STALE};
use crate::administration::last_office;
use crate::audit::{self, syslog};
use crate::ground::Ground;
use crate::parameter::{Fallback, Kind, Parameter};
use crate::session::{self, Limits};
use crate::slip;
use std::sync::Arc;
use store::{Result as StoreResult, Tx};

/// Sessions ended by one run.
const SESSIONS: i64 = 1000;

/// Accounts disabled by one run.
const ACCOUNTS: i64 = 500;

/// Slips removed by one run.
const SLIPS: i64 = 10_000;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Days without a login after which an account is disabled.
pub const STALE_DAYS: Parameter = Parameter {
    name: "account.stale_days",
    chinese: "长期未登录停用天数",
    sentence: "多少天未登录的账号自动停用并报告；0 表示不停用。",
    kind: Kind::Number {
        min: 0,
        max: 730,
        unit: "天",
    },
    is_security: true,
    fallback: Fallback::Setting(|config| config.stale_days),
};
/// The parameters of this room.
pub const PARAMETERS: &[Parameter] = &[STALE_DAYS];

crate::acts! {
    /// A job was asked for by hand.
    pub(super) RUN = "job.run", "手动执行定时任务";
}

/// The jobs of the registry.
pub fn own(ground: &Ground) -> Vec<Job> {
    let job = |name, chinese, every_ms, run: fn(Ground) -> Doing| {
        let ground = ground.clone();
        Job {
            name,
            chinese,
            every_ms,
            run: Arc::new(move || run(ground.clone())),
        }
    };
    vec![
        job("session.timeout", "结束超时会话", 60_000, |ground| {
            Box::pin(end_sessions(ground))
        }),
        job(
            "account.stale",
            "停用长期未登录账号",
            DAY_MS,
            |ground| Box::pin(disable_stale(ground)),
        ),
        job(
            "oidc.clean",
            "清理过期的授权与令牌",
            600_000,
            |ground| Box::pin(crate::oidc::clean(ground)),
        ),
        job("oidc.key", "到期轮换签名密钥", 3_600_000, |ground| {
            Box::pin(crate::oidc::rotate_if_due(ground))
        }),
        job(
            "slip.clean",
            "清理用过的一次性凭证",
            60_000,
            |ground| Box::pin(clean_slips(ground)),
        ),
        job(
            "login.clean",
            "清理过期的登录失败计数",
            600_000,
            |ground| Box::pin(crate::login::lock::clean(ground)),
        ),
        job("audit.syslog", "审计日志外送", 2_000, |ground| {
            Box::pin(async move { syslog::send(&ground).await })
        }),
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

/// Disables the accounts that nobody used, but for the last active holder of an office.
async fn disable_stale(ground: Ground) -> Result<String, String> {
    let days = ground.number(&STALE_DAYS);
    if days == 0 {
        return Ok(String::new());
    }
    let now_ms = ground.now_ms();
    let actor = Actor {
        name: "定时任务".to_owned(),
        ..Actor::nobody(Origin::default())
    };
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Vec<String>> {
        let mut told = Vec::new();
        for id in account::stale(tx, now_ms - days * DAY_MS, ACCOUNTS)? {
            let Some(found) = account::by_id(tx, id)? else {
                continue;
            };
            if let Some(office) = last_office(tx, id, now_ms)? {
                told.push(format!("{}（{}，保留）", found.login, office.chinese()));
                continue;
            }
            account::set_state(tx, id, "disabled", now_ms)?;
            session::end_all_of(tx, id, (0, 0), now_ms, "stale")?;
            let detail = format!("{} 超过 {days} 天未登录", found.login);
            audit::done(
                tx,
                now_ms,
                &actor,
                STALE,
                &format!("account:{}", id.0),
                &detail,
            )?;
            told.push(found.login);
        }
        Ok(told)
    };
    let told = ground
        .db
        .write(write)
        .await
        .map_err(|error| error.to_string())?;
    Ok(match told.len() {
        0 => String::new(),
        n => format!("超过 {days} 天未登录 {n} 个：{}", told.join("、")),
    })
}
