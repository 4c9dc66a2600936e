//! The window of duplicates (查重期限): guids that were handed in longer ago than `intake.duplicate_days` are forgotten, so
//! that the table which every message meets does not grow for ever. Those of messages that customs has not finished with stay.

#[cfg(test)]
mod tests;

use crate::message;
use jobs::job::LIMITS;
use jobs::{Job, JobWords, Schedule};
use registry::context::AppContext;
use std::sync::Arc;
use store::id::{first_at_ms, made_at_ms};
use store::repack::{note_walk, walked};
use store::{Result, Tx};

/// When the job runs: in the night.
const AT: &str = "40 3 * * *";

/// How long one run goes on, in milliseconds; the next goes on from there.
const RUN_MS: i64 = 480_000;

const WINDOW: JobWords = JobWords {
    name: "message.guid_window",
    chinese: "清理过期查重记录",
    english: "Forget old guids",
    about: (
        "清理超过查重期限（intake.duplicate_days）的已办结报文的 guid 记录：此后不能再按 guid 查到，也不再显示更正关系；报文本身不受影响。",
        "Forgets the guids of finished messages submitted longer ago than intake.duplicate_days. They can no longer be found by \
         guid, and their corrections are no longer shown; the messages themselves are not affected.",
    ),
};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Under which name the place of the walk is kept.
const PLACE: &str = "message_guid";

/// The job; with 0 days it has nothing to do.
pub fn job(context: &AppContext, days: u32) -> Job {
    let own = context.clone();
    Job {
        words: WINDOW,
        schedule: Schedule::Cron(AT),
        // What is forgotten twice is forgotten.
        limits: LIMITS,
        run: Arc::new(move |_| {
            let context = own.clone();
            Box::pin(async move { Ok(run(&context, days).await?) })
        }),
    }
}

/// Forgets for a while; answers what was done, for the record of the job.
///
/// # Errors
/// The store's; what was forgotten before stays so.
pub(crate) async fn run(context: &AppContext, days: u32) -> Result<String> {
    if days == 0 {
        return Ok(String::new());
    }
    let until_ms = context.clock.monotonic_ms().saturating_add(RUN_MS);
    // A clock that was set years ahead for a night must not forget everything: the newest message is a clock, too.
    let newest = context.db.read(message::guid::sql::newest).await?;
    let now_ms = context.now_ms().min(made_at_ms(newest) + DAY_MS);
    let before = first_at_ms(now_ms - i64::from(days) * DAY_MS);
    let mut n_forgotten = 0;
    loop {
        let step = move |tx: &mut Tx<'_>| -> Result<(bool, u64)> {
            let after = walked(tx, PLACE)?;
            let (last, n) = message::guid::sql::forget(tx, after, before)?;
            if let Some(last) = last {
                note_walk(tx, PLACE, last)?;
            }
            Ok((last.is_some(), n))
        };
        let (goes_on, n) = context.db.write(step).await?;
        n_forgotten += n;
        if !goes_on || context.clock.monotonic_ms() >= until_ms {
            break;
        }
    }
    Ok(match n_forgotten {
        0 => String::new(),
        n => format!("已清理 {n} 条"),
    })
}
