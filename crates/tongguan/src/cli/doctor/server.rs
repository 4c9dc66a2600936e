//! What `doctor` looks at on a database server: its standby and its partitions.

use super::DoctorFinding;
use std::time::Duration;
use store::Db;
use store::clock::{Clock, SystemClock};
use store::partition::{self, PartitionState};

/// How long the standby may take to be looked at for the first time, in tenths of a second.
const STANDBY_TENTHS: u32 = 30;

/// Whether the standby keeps up, if there is one.
pub(super) async fn standby(db: &Db, lag_max_s: u64) -> Option<DoctorFinding> {
    let mut health = db.replica()?;
    for _ in 0..STANDBY_TENTHS {
        if health.serves {
            break;
        }
        SystemClock.sleep(Duration::from_millis(100)).await;
        health = db.replica()?;
    }
    let seconds = health.lag_ms / 1000;
    let text = match (health.serves, health.is_there) {
        (true, _) => format!("最多落后 {seconds} 秒，统计和导出由备库查询"),
        (false, true) => format!(
            "落后超过 {lag_max_s} 秒，统计和导出暂由主库查询：请检查备库的回放（pg_stat_replication、长时间的查询、磁盘）"
        ),
        (false, false) => "连接不上，或不是 store.url 的备库，统计和导出暂由主库查询：请核对 store.replica_url 和备库".to_owned(),
    };
    Some(DoctorFinding {
        what: "备库",
        is_good: health.serves,
        text,
    })
}

/// Partitions of all tables together from which the locks of a server must have been raised: those of about two years.
const MANY_PARTS: usize = 40;

/// Whether the large tables on PostgreSQL are divided, and the partitions of the next months are there.
pub(super) async fn partitions(db: &Db) -> anyhow::Result<Option<DoctorFinding>> {
    let now_ms = SystemClock.now_ms();
    let states = db.read(move |tx| partition::states(tx, now_ms)).await?;
    let n_locks = db.read(partition::locks).await?;
    let tables = |is: fn(&PartitionState) -> bool| {
        let named = states.iter().filter(|state| is(state));
        named
            .map(|state| state.table)
            .collect::<Vec<_>>()
            .join("、")
    };
    let whole = tables(|state| !state.is_divided);
    let missing = tables(|state| state.is_divided && state.n_missing > 0);
    let stray = tables(|state| state.n_stray > 0);
    let n_stray: i64 = states.iter().map(|state| state.n_stray).sum();
    let n_parts: usize = states.iter().map(|state| state.n_parts).sum();
    let mut faults = Vec::new();
    if !whole.is_empty() {
        faults.push(format!(
            "{whole} 还没有分区：启动时这些表正被使用，或与平台所建的不同（如自行加了引用它的外键），原因见日志；请结束长时间的事务或去掉外键后重新启动一个进程"
        ));
    }
    if !missing.is_empty() {
        faults.push(format!(
            "{missing} 缺少当前或后三个月的分区：请执行 tongguan job run partition.prepare；在此之前数据进入缺省分区，照常可用"
        ));
    }
    if n_stray > 0 {
        faults.push(format!(
            "缺省分区中有 {n_stray} 行（{stray}）：它们的编号不属于已有的分区，多因时钟不准；数据照常可用，处理见 docs/operating/partitions.md"
        ));
    }
    let is_few = |n_locks: &i64| *n_locks < partition::LOCKS_MIN && n_parts >= MANY_PARTS;
    if let Some(n_locks) = n_locks.filter(is_few) {
        faults.push(format!(
            "max_locks_per_transaction 为 {n_locks}，应至少为 {}：分区多了以后数据库的锁会不够用（out of shared memory）；修改后须重启 PostgreSQL",
            partition::LOCKS_MIN
        ));
    }
    let is_good = faults.is_empty();
    let text = match is_good {
        true => format!("{} 张表，{n_parts} 个分区", states.len()),
        false => faults.join("；"),
    };
    Ok((!states.is_empty()).then_some(DoctorFinding {
        what: "分区",
        is_good,
        text,
    }))
}
