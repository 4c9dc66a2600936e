//! The jobs of this crate itself.

use super::Job;
use crate::administration::last_office;
use crate::log::syslog;
use registry::access::{Actor, Origin};
use registry::account::{self, STALE};
use registry::context::AppContext;
use registry::{audit, session};
use store::{Result as StoreResult, Tx};

/// Accounts disabled by one run.
const ACCOUNTS: i64 = 500;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

registry::parameters! {
    /// Days without a login after which an account is disabled.
    pub STALE_DAYS = "account.stale_days", "长期未登录停用天数", number(0, 730, "天"), security, Setting(|config| config.stale_days),
        "多少天未登录的账号自动停用并报告；0 表示不停用。";
}

registry::acts! {
    /// A job was asked for by hand.
    pub(super) RUN = "job.run", "手动执行定时任务";
}

/// The jobs of this crate.
pub fn own(context: &AppContext) -> Vec<Job> {
    vec![
        Job::of(
            context,
            "account.stale",
            "停用长期未登录账号",
            DAY_MS,
            |context| Box::pin(disable_stale(context)),
        ),
        Job::of(
            context,
            "audit.syslog",
            "审计日志外送",
            2_000,
            |context| Box::pin(async move { syslog::send(&context).await }),
        ),
    ]
}

/// Disables the accounts that nobody used, but for the last active holder of an office.
async fn disable_stale(context: AppContext) -> Result<String, String> {
    let days = context.number(&STALE_DAYS);
    if days == 0 {
        return Ok(String::new());
    }
    let now_ms = context.now_ms();
    let actor = Actor {
        name: "定时任务".to_owned(),
        ..Actor::nobody(Origin::default())
    };
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Vec<String>> {
        let mut accounts = Vec::new();
        for id in account::stale(tx, now_ms - days * DAY_MS, ACCOUNTS)? {
            let Some(found) = account::by_id(tx, id)? else {
                continue;
            };
            if let Some(office) = last_office(tx, id, now_ms)? {
                accounts.push(format!("{}（{}，保留）", found.login, office.chinese()));
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
            accounts.push(found.login);
        }
        Ok(accounts)
    };
    let accounts = context
        .db
        .write(write)
        .await
        .map_err(|error| error.to_string())?;
    Ok(match accounts.len() {
        0 => String::new(),
        n => format!("超过 {days} 天未登录 {n} 个：{}", accounts.join("、")),
    })
}
