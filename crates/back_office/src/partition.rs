//! Coming and past partitions (分区维护) of the large tables, on PostgreSQL: those of the next months are made, those whose time
//! is over and that are empty are dropped. How, the store knows ([`store::partition`]); here it is done at the start of a process and
//! every night.
//!
//! What somebody else uses is tried once and left for the next time, for others wait behind each try; no row waits for it, for the
//! default partition takes it.

use jobs::{Job, JobFailure, JobWords, Schedule};
use registry::context::AppContext;
use registry::job;
use store::partition;
use store::{Db, Result, Tx};

/// When the job runs: in the night, after the purge.
const AT: &str = "50 4 * * *";

const PARTITIONS: JobWords = JobWords {
    name: "partition.prepare",
    chinese: "维护数据表分区",
    english: "Maintain table partitions",
    about: (
        "PostgreSQL：预先建立后三个月的分区，删去时段已过且没有数据的分区；SQLite 没有分区，无事可做。",
        "PostgreSQL: creates the partitions of the next three months and drops past ones without rows. \
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
    job::of(context, PARTITIONS, Schedule::Cron(AT), |context, turn| {
        Box::pin(async move {
            let now_ms = context.now_ms();
            let may_go_on = || !turn.is_told_to_stop();
            let made = prepare_while(&context.db, now_ms, may_go_on).await?;
            let dropped = drop_empty_while(&context.db, now_ms, may_go_on).await?;
            match may_go_on() {
                true => Ok(detail(made, dropped)),
                false => Err(JobFailure::Stopped(detail(made, dropped))),
            }
        })
    })
}

/// Makes the present and the coming partitions that are missing.
///
/// # Errors
/// The store's, but for a partition that is in use.
pub async fn prepare(db: &Db, now_ms: i64) -> Result<PartitionWork> {
    prepare_while(db, now_ms, || true).await
}

async fn prepare_while(
    db: &Db,
    now_ms: i64,
    may_go_on: impl Fn() -> bool,
) -> Result<PartitionWork> {
    let mut work = PartitionWork::default();
    let missing = db.read(move |tx| partition::missing(tx, now_ms)).await?;
    for one in missing.into_iter().take_while(|_| may_go_on()) {
        match unless_in_use(db.write(move |tx| partition::make(tx, &one)).await)? {
            Some(n_moved) => {
                work.n_made += 1;
                work.n_moved += n_moved;
            }
            None => work.n_left += 1,
        }
    }
    Ok(work)
}

/// Drops the partitions whose time is over and that have no rows.
///
/// # Errors
/// The store's, but for a partition that is in use.
pub async fn drop_empty(db: &Db, now_ms: i64) -> Result<PartitionWork> {
    drop_empty_while(db, now_ms, || true).await
}

async fn drop_empty_while(
    db: &Db,
    now_ms: i64,
    may_go_on: impl Fn() -> bool,
) -> Result<PartitionWork> {
    let mut work = PartitionWork::default();
    let find = move |tx: &mut Tx<'_>| partition::empty(tx, now_ms);
    let empty = match db.read(find).await {
        // One was dropped while they were looked for.
        Err(error) if partition::is_gone(&error) => db.read(find).await?,
        found => found?,
    };
    for one in empty.into_iter().take_while(|_| may_go_on()) {
        let dropped = db.write(move |tx| partition::drop_empty(tx, &one)).await;
        let dropped = match dropped {
            Err(error) if partition::is_gone(&error) => Ok(false),
            dropped => dropped,
        };
        match unless_in_use(dropped)? {
            Some(is_dropped) => work.n_dropped += u64::from(is_dropped),
            None => work.n_left += 1,
        }
    }
    Ok(work)
}

/// What came of a try; nothing when others do not let it.
fn unless_in_use<T>(tried: Result<T>) -> Result<Option<T>> {
    match tried {
        Err(error) if error.is_unavailable() => {
            tracing::info!(%error, "a partition is in use");
            Ok(None)
        }
        done => done.map(Some),
    }
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
