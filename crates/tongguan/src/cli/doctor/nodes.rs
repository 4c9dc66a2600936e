//! What `doctor` says of the processes that share the database: their clocks, and who works which lanes.

use super::DoctorFinding;
use crate::health::{CLOCK_WARN_MS, agree};
use crate::node::this_process;
use exchange::lane::shard::{self, StepShares};
use exchange::shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use store::node::{self, LivingNode};

/// For how many seconds shards may be without a process before somebody should look: longer than a takeover takes.
const FREE_SECONDS: u32 = 10;

/// What is done about a clock that is wrong.
const ADVICE: &str =
    "请检查该机器的时间同步（chrony 或 NTP，例如 chronyc tracking），校准后无须重启平台";

/// What is said first when all clocks agree against the database's.
const DATABASE_ALONE: &str =
    "本机与各进程的时钟彼此一致，应是数据库服务器的时钟有误：请先校准数据库服务器（chrony 或 NTP）";

/// Whether all that live, one of another machine among them, agree with this machine, and none with the database.
fn is_database_alone(ahead_ms: i64, living: &[LivingNode], process: &str) -> bool {
    ahead_ms.abs() > CLOCK_WARN_MS && agree(living, process, ahead_ms)
}

/// Whether the clocks of this machine and of all living processes agree with the database's.
pub(super) async fn clocks(shared: &Shared) -> anyhow::Result<Option<DoctorFinding>> {
    let clock = Arc::clone(&shared.clock);
    let read = shared.db.read(move |tx| {
        let ahead_ms = node::clock_ahead(tx, &clock)?;
        let now_ms = clock.now_ms() - ahead_ms;
        store::Result::<_>::Ok((ahead_ms, node::living(tx, now_ms)?))
    });
    let (ahead_ms, living) = read.await?;
    let is_embedded = shared.db.headroom().await?.is_some();
    let mut faults: Vec<String> = own_fault(ahead_ms, is_embedded).into_iter().collect();
    faults.extend(living.iter().filter_map(|node| fault_of(node, is_embedded)));
    if faults.is_empty() && is_embedded {
        return Ok(None);
    }
    if is_database_alone(ahead_ms, &living, &this_process()) && !is_embedded {
        faults.insert(0, DATABASE_ALONE.to_owned());
    }
    let is_good = faults.is_empty();
    let text = match is_good {
        true => format!(
            "本机及 {} 个运行中的进程与数据库服务器相差不超过 2 秒",
            living.len()
        ),
        false => faults.join("；"),
    };
    Ok(Some(DoctorFinding {
        what: "时钟同步",
        is_good,
        text,
    }))
}

fn own_fault(ahead_ms: i64, is_embedded: bool) -> Option<String> {
    (ahead_ms.abs() > CLOCK_WARN_MS).then(|| match is_embedded {
        true => format!(
            "本机时钟比数据库中最近一次记录早 {}：时钟曾经偏快，或现在偏慢。{ADVICE}；如现在的时间正确，待时间过去后自行恢复正常",
            seconds(ahead_ms)
        ),
        false => format!("本机时钟比数据库服务器{}。{ADVICE}", side(ahead_ms)),
    })
}

fn fault_of(node: &LivingNode, is_embedded: bool) -> Option<String> {
    let ahead_ms = node.clock_ahead_ms.filter(|ms| ms.abs() > CLOCK_WARN_MS)?;
    (!is_embedded).then(|| {
        format!(
            "进程 {}（{}）的时钟比数据库服务器{}。{ADVICE}",
            node.number,
            node.process,
            side(ahead_ms)
        )
    })
}

fn side(ahead_ms: i64) -> String {
    let side = if ahead_ms < 0 { "慢" } else { "快" };
    format!("{side} {}", seconds(ahead_ms))
}

fn seconds(ms: i64) -> String {
    format!(
        "{:.1} 秒",
        Duration::from_millis(ms.unsigned_abs()).as_secs_f64()
    )
}

/// Who works the lanes of each step.
pub(super) async fn lanes(shared: &Shared) -> anyhow::Result<Option<DoctorFinding>> {
    let mut shares = shares_of(shared).await?;
    for _ in 0..FREE_SECONDS {
        // A process that comes or goes hands its shards over within seconds.
        if n_working(&shares) == 0 || shares.iter().all(|step| step.n_free == 0) {
            break;
        }
        shared.clock.sleep(Duration::from_secs(1)).await;
        shares = shares_of(shared).await?;
    }
    Ok((!shares.is_empty()).then(|| finding(&shares)))
}

async fn shares_of(shared: &Shared) -> store::Result<Vec<StepShares>> {
    let clock = Arc::clone(&shared.clock);
    let is_embedded = shared.db.headroom().await?.is_some();
    let read = shared.db.read(move |tx| {
        // Leases are of the clocks of those who work, which keep to the server's.
        let ahead_ms = match is_embedded {
            true => 0,
            false => node::clock_ahead(tx, &clock)?,
        };
        shard::shares(tx, clock.now_ms() - ahead_ms)
    });
    read.await
}

/// How many processes have shards.
fn n_working(shares: &[StepShares]) -> usize {
    let mut nodes: Vec<u8> = shares
        .iter()
        .flat_map(|step| step.n_by_node.keys().copied())
        .collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes.len()
}

fn finding(shares: &[StepShares]) -> DoctorFinding {
    let n_working = n_working(shares);
    let free: Vec<String> = shares
        .iter()
        .filter(|step| step.n_free > 0)
        .map(|step| format!("{} {} 片", step.step, step.n_free))
        .collect();
    let is_good = n_working == 0 || free.is_empty();
    let mut text = match n_working {
        0 => "目前没有进程在处理报文：平台未运行，或没有进程承担 pipeline 角色".to_owned(),
        n => format!("{n} 个进程分担；{}", spread(shares)),
    };
    if !is_good {
        text = format!(
            "{text}；超过 {FREE_SECONDS} 秒无进程承担的分片：{}。请查看各进程的日志和 /readyz",
            free.join("、")
        );
    }
    DoctorFinding {
        what: "通道分工",
        is_good,
        text,
    }
}

/// Which process has how many shards of which step; steps that are shared alike are named together.
fn spread(shares: &[StepShares]) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for step in shares {
        let nodes = step.n_by_node.iter();
        let of_node = nodes.map(|(node, n)| format!("进程 {node} 有 {n} 片"));
        let words = of_node.collect::<Vec<_>>().join("、");
        match groups.iter_mut().find(|(known, _)| *known == words) {
            Some((_, steps)) => steps.push(&step.step),
            None => groups.push((words, vec![&step.step])),
        }
    }
    let all = groups.iter().map(|(words, steps)| {
        let words = if words.is_empty() { "无" } else { words };
        format!("{}：{words}", steps.join("、"))
    });
    all.collect::<Vec<_>>().join("；")
}

#[cfg(test)]
mod tests {
    use super::{StepShares, fault_of, finding, is_database_alone, own_fault};
    use store::node::LivingNode;

    fn step(step: &str, n_by_node: &[(u8, u32)]) -> StepShares {
        StepShares {
            step: step.to_owned(),
            n_by_node: n_by_node.iter().copied().collect(),
            n_free: 24 - n_by_node.iter().map(|(_, n)| n).sum::<u32>(),
        }
    }

    #[test]
    fn it_says_which_process_has_how_many_lanes() {
        let both = [(1, 12), (2, 12)];
        let good = finding(&[step("import.check", &both), step("export.check", &both)]);
        assert!(good.is_good);
        assert_eq!(
            good.text,
            "2 个进程分担；import.check、export.check：进程 1 有 12 片、进程 2 有 12 片"
        );
        let bad = finding(&[
            step("import.check", &[(1, 12)]),
            step("import.dispatch", &both),
        ]);
        assert!(!bad.is_good);
        assert!(bad.text.contains("import.check 12 片"), "{}", bad.text);
        // A platform that does not run lacks nobody.
        assert!(finding(&[step("import.check", &[])]).is_good);
    }

    #[test]
    fn it_names_the_process_whose_clock_is_wrong() {
        let node = |clock_ahead_ms| LivingNode {
            number: 2,
            process: "主机 b，进程 7".to_owned(),
            clock_ahead_ms,
        };
        assert_eq!(fault_of(&node(Some(-1_900)), false), None);
        assert_eq!(fault_of(&node(None), false), None);
        let fault = fault_of(&node(Some(-3_600_000)), false).unwrap();
        assert!(fault.starts_with("进程 2（主机 b，进程 7）的时钟比数据库服务器慢 3600.0 秒"));
        assert!(own_fault(2_500, false).unwrap().contains("快 2.5 秒"));
        assert_eq!(own_fault(-2_000, true), None);
        let living = [node(Some(3_600_500)), node(Some(3_599_000))];
        let is_alone = |ahead_ms, living, host| {
            is_database_alone(ahead_ms, living, &format!("主机 {host}，进程 9"))
        };
        assert!(is_alone(3_600_000, &living, "a"));
        assert!(!is_alone(0, &living, "a") && !is_alone(3_600_000, &[], "a"));
        // One machine has one clock: nobody can tell then.
        assert!(!is_alone(3_600_000, &living, "b"));
    }
}
