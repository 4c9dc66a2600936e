//! The jobs of this crate itself.

use crate::administration::last_office;
use crate::log::syslog;
use jobs::fence::Fence;
use jobs::{Job, JobFailure, JobWords, Schedule};
use registry::access::{Actor, Origin};
use registry::account::{self, STALE};
use registry::context::AppContext;
use registry::{audit, job, session};
use store::{Result as StoreResult, Tx};

/// Accounts disabled by one run.
const ACCOUNTS: i64 = 500;

/// Pause between two looks for new records of the audit, in milliseconds.
const SYSLOG_MS: i64 = 2_000;

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
    /// The present run of a job was asked to stop.
    pub(super) CANCEL = "job.cancel", "取消正在执行的定时任务";
}

const STALE_WORDS: JobWords = JobWords {
    name: "account.stale",
    chinese: "停用长期未登录账号",
    english: "Disable unused accounts",
    about: (
        "停用超过规定天数未登录的账号，每一岗最后一位管理员除外。",
        "Disables accounts that have not been used for the configured number of days, except the last administrator of each kind.",
    ),
};

const SYSLOG: JobWords = JobWords {
    name: "audit.syslog",
    chinese: "审计日志外送",
    english: "Send the audit log to syslog",
    about: (
        "把新的审计记录发送到 registry.syslog 所设的日志服务器。",
        "Sends new audit records to the log server configured in registry.syslog.",
    ),
};

/// The jobs of this crate.
pub fn own(context: &AppContext) -> Vec<Job> {
    vec![
        job::of(
            context,
            STALE_WORDS,
            Schedule::Every(DAY_MS),
            |context, turn| Box::pin(async move { disable_stale(context, &turn.fence).await }),
        ),
        job::of(
            context,
            SYSLOG,
            Schedule::Every(SYSLOG_MS),
            |context, turn| Box::pin(async move { syslog::send(&context, &turn.fence).await }),
        ),
    ]
}

/// Disables the accounts that nobody used, but for the last active holder of an office.
async fn disable_stale(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let days = context.number(&STALE_DAYS);
    if days == 0 {
        return Ok(String::new());
    }
    let now_ms = context.now_ms();
    let actor = Actor {
        name: job::ACTOR.to_owned(),
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
    let accounts = fence.write(&context.db, write).await?;
    Ok(match accounts.len() {
        0 => String::new(),
        n => format!("超过 {days} 天未登录 {n} 个：{}", accounts.join("、")),
    })
}
