//! Coming and past partitions (分区维护) of the large tables, on PostgreSQL: those of the next months are made, those whose time
//! is over and that are empty are dropped. How, the store knows ([`store::partition`]); here it is done at the start of a process and
//! every night.
//!
//! What somebody else uses for too long is left for the next time: no row waits for it, for the default partition takes it.

use jobs::{Job, JobWords, Schedule};
use registry::context::AppContext;
use registry::job;
use store::partition::{self, ComingPartition, EmptyPartition};
use store::{Db, Result};

/// When the job runs: in the night, after the purge.
const AT: &str = "50 4 * * *";

/// How often one is tried in one run that somebody else uses.
const TRIES: u32 = 5;

const PARTITIONS: JobWords = JobWords {
    name: "partition.prepare",
    chinese: "维护数据表分区",
    english: "Maintain table partitions",
    about: (
        "PostgreSQL：预先建立后三个月的分区，删去时段已过且没有数据的分区；SQLite 没有分区，无事可做。",
        "PostgreSQL: makes the partitions of the next three months and drops past ones that have no rows; \
         SQLite has no partitions, so there is nothing to do.",
    ),
};

/// What was done to the partitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartitionWork {
    /// Made.
    pub n_made: u64,
    /// Rows that moved there from the default partition.
    pub n_moved: u64,
    /// Dropped.
    pub n_dropped: u64,
    /// In use, and left for the next time.
    pub n_left: u64,
}

/// The job. Whatever it does is done once, whoever does it: the store lets one process at a time.
pub fn job(context: &AppContext) -> Job {
    job::of(context, PARTITIONS, Schedule::Cron(AT), |context, _| {
        Box::pin(async move {
            let now_ms = context.now_ms();
            let made = prepare(&context.db, now_ms).await?;
            let dropped = drop_empty(&context.db, now_ms).await?;
            Ok(detail(made, dropped))
        })
    })
}

/// Makes the present and the coming partitions that are missing.
///
/// # Errors
/// The store's, but for a partition that is in use.
pub async fn prepare(db: &Db, now_ms: i64) -> Result<PartitionWork> {
    let mut work = PartitionWork::default();
    let missing = db.read(move |tx| partition::missing(tx, now_ms)).await?;
    for one in missing {
        match make(db, one).await? {
            Some(n_moved) => {
                work.n_made += 1;
                work.n_moved += n_moved;
            }
            None => work.n_left += 1,
        }
    }
    Ok(work)
}

async fn make(db: &Db, one: ComingPartition) -> Result<Option<u64>> {
    patiently(|| db.write(move |tx| partition::make(tx, &one))).await
}

/// Drops the partitions whose time is over and that have no rows.
///
/// # Errors
/// The store's, but for a partition that is in use.
pub async fn drop_empty(db: &Db, now_ms: i64) -> Result<PartitionWork> {
    let mut work = PartitionWork::default();
    let empty = db.read(move |tx| partition::empty(tx, now_ms)).await?;
    for one in empty {
        match drop_one(db, &one).await? {
            Some(is_dropped) => work.n_dropped += u64::from(is_dropped),
            None => work.n_left += 1,
        }
    }
    Ok(work)
}

async fn drop_one(db: &Db, one: &EmptyPartition) -> Result<Option<bool>> {
    patiently(|| {
        let one = one.clone();
        db.write(move |tx| partition::drop_empty(tx, &one))
    })
    .await
}

/// Tries something a few times, each of which waits for a moment; nothing when others do not let it.
async fn patiently<T, F>(mut act: impl FnMut() -> F) -> Result<Option<T>>
where
    F: Future<Output = Result<T>>,
{
    for _ in 0..TRIES {
        match act().await {
            Err(error) if error.is_unavailable() => {
                tracing::info!(%error, "a partition is in use");
            }
            done => return done.map(Some),
        }
    }
    Ok(None)
}

/// What was done, for the record of the job; nothing when nothing was.
fn detail(made: PartitionWork, dropped: PartitionWork) -> String {
    let parts = [
        (made.n_made, format!("新建分区 {} 个", made.n_made)),
        (made.n_moved, format!("从缺省分区移入 {} 行", made.n_moved)),
        (
            dropped.n_dropped,
            format!("删去空分区 {} 个", dropped.n_dropped),
        ),
        (
            made.n_left + dropped.n_left,
            format!(
                "{} 个分区正在使用，下次再处理",
                made.n_left + dropped.n_left
            ),
        ),
    ];
    let lines = parts.into_iter().filter(|(n, _)| *n > 0);
    lines.map(|(_, text)| text).collect::<Vec<_>>().join("；")
}

#[cfg(test)]
mod tests {
    use super::{PartitionWork, detail, drop_empty, prepare};
    use rstest::rstest;
    use store::clock::parse_time;
    use store::testing::TestEngine::{self, Postgres, Sqlite};

    #[rstest]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn partitions_are_made_ahead_and_dropped_when_their_time_is_over_and_they_are_empty(
        #[values(Sqlite, Postgres)] engine: TestEngine,
    ) {
        let test = engine.database();
        let [november, january] = ["2026-11-30", "2027-01-01"].map(|day| parse_time(day).unwrap());
        let work = |n_made, n_dropped| match engine {
            Sqlite => PartitionWork::default(),
            Postgres => PartitionWork {
                n_made,
                n_dropped,
                ..PartitionWork::default()
            },
        };
        let db = &test.db;
        assert_eq!(prepare(db, november).await.unwrap(), work(20, 0));
        assert_eq!(drop_empty(db, november).await.unwrap(), work(0, 0));
        assert_eq!(prepare(db, january).await.unwrap(), work(2, 0));
        assert_eq!(drop_empty(db, january).await.unwrap(), work(0, 9));
        assert_eq!(drop_empty(db, january).await.unwrap(), work(0, 0));
    }

    #[test]
    fn a_run_tells_what_it_did_and_nothing_when_it_did_nothing() {
        let none = PartitionWork::default();
        assert_eq!(detail(none, none), "");
        let made = PartitionWork {
            n_made: 7,
            n_moved: 3,
            ..none
        };
        let dropped = PartitionWork {
            n_dropped: 2,
            n_left: 1,
            ..none
        };
        assert_eq!(
            detail(made, dropped),
            "新建分区 7 个；从缺省分区移入 3 行；删去空分区 2 个；1 个分区正在使用，下次再处理"
        );
    }
}
