//! The jobs of the archive (归档任务): the monthly archive and the nightly purge.

use crate::engine::Archive;
use crate::error::ArchiveError;
use crate::turn::ArchiveTurn;
use jobs::job::LIMITS;
use jobs::turn::JobTurn;
use jobs::{Job, JobFailure, JobLimits, JobWords, Schedule};
use std::sync::Arc;

/// When months that are over are archived: on the first five days of a month, so that a store that was down on the first is tried
/// again; and more than six hours after its end
/// ([`crate::engine::MARGIN_MS`]), or the first of these would find nothing.
const ARCHIVE_AT: &str = "30 6 1-5 * *";

/// When is purged: every night.
const PURGE_AT: &str = "10 2 * * *";

/// What a run may take: a month of large data is hours of work, and the next run goes on where this one was.
const LONG: JobLimits = JobLimits {
    longest_ms: 12 * 3_600_000,
    retries: 3,
    pause_ms: 600_000,
    pause_ms_max: 3_600_000,
    // It listens, and stops between two transactions.
    is_cuttable: LIMITS.is_cuttable,
};

/// What people read of the monthly archive.
pub const ARCHIVE: JobWords = JobWords {
    name: "archive.run",
    chinese: "月度归档",
    english: "Monthly archive",
    about: (
        "把已结束的月份按数据类别写入归档存储，并还原校验；之后到达或变化的行写入该月的下一卷。",
        "Writes each finished month to the archive store, one data class at a time, and verifies it by a test restore. Rows that arrive or change later go into another part of that month.",
    ),
};

/// What people read of the purge.
pub const PURGE: JobWords = JobWords {
    name: "retention.run",
    chinese: "清理到期数据",
    english: "Purge expired data",
    about: (
        "删除保存期限已过、且归档已还原校验的数据；未办结的报文和未领取的回执不删。",
        "Deletes data whose retention period has passed and whose archive was verified by a test restore. Open messages and receipts not yet fetched are kept.",
    ),
};

/// What people read of the proof that somebody asks for.
pub const VERIFY: JobWords = JobWords {
    name: "archive.verify",
    chinese: "还原校验归档",
    english: "Verify the archive",
    about: (
        "把指定的归档分卷读回、核对摘要、还原到临时数据库并逐行比对。",
        "Reads the requested parts back, checks their hashes, restores them into a temporary database and compares every row.",
    ),
};

/// What a proof says that was given no parts, so that nobody takes it for one.
const NONE_ASKED: &str = "没有指定要校验的分卷，未校验；校验全部请执行 tongguan archive verify";

/// Proves what was asked for. What is broken is looked at again by each retry, so that the last run never says that all is well.
async fn verify(archive: &Archive, turn: JobTurn) -> Result<String, JobFailure> {
    let is_last = turn.attempt > LONG.retries;
    let done = archive
        .verify_asked(&ArchiveTurn::from(turn), is_last)
        .await?;
    Ok(match done.is_empty() {
        true => NONE_ASKED.to_owned(),
        false => done,
    })
}

/// What the monthly archive says without a store: months that wait for one are a failure, none is nothing to do.
async fn without_store(archive: &Archive) -> Result<String, JobFailure> {
    match archive.health().await?.n_overdue {
        0 => Ok(ArchiveError::NotSet.to_string()),
        n => Err(JobFailure::Failed(format!(
            "没有设置归档存储（archive.url），已有 {n} 个月应归档而未归档：数据只增不减，请设置"
        ))),
    }
}

/// The jobs; without an archive store they have nothing to do.
pub fn jobs(archive: &Arc<Archive>) -> Vec<Job> {
    let (writing, purging) = (Arc::clone(archive), Arc::clone(archive));
    let proving = Arc::clone(archive);
    vec![
        Job {
            words: ARCHIVE,
            schedule: Schedule::Cron(ARCHIVE_AT),
            limits: LONG,
            run: Arc::new(move |turn| {
                let archive = Arc::clone(&writing);
                Box::pin(async move {
                    if !archive.is_set() {
                        return without_store(&archive).await;
                    }
                    Ok(archive.run(&ArchiveTurn::from(turn)).await?.text())
                })
            }),
        },
        Job {
            words: PURGE,
            schedule: Schedule::Cron(PURGE_AT),
            limits: LONG,
            run: Arc::new(move |turn| {
                let archive = Arc::clone(&purging);
                Box::pin(async move {
                    if !archive.is_set() {
                        return Ok(ArchiveError::NotSet.to_string());
                    }
                    Ok(archive.purge(&ArchiveTurn::from(turn)).await?.text())
                })
            }),
        },
        Job {
            words: VERIFY,
            schedule: Schedule::OnRequest,
            limits: LONG,
            run: Arc::new(move |turn| {
                let archive = Arc::clone(&proving);
                Box::pin(async move { verify(&archive, turn).await })
            }),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::ARCHIVE_AT;
    use crate::engine::MARGIN_MS;
    use crate::month::ArchiveMonth;
    use jobs::Schedule;

    #[test]
    fn the_first_night_of_a_month_already_takes_the_one_that_is_over() {
        let end_ms = ArchiveMonth::parse("2026-08").unwrap().end_ms();
        let first = Schedule::Cron(ARCHIVE_AT).next(end_ms);
        assert!(first >= end_ms + MARGIN_MS && first < end_ms + 24 * 3_600_000);
    }
}
