//! Nodes that share the lanes: how much quicker three are than one, each limited to a part of a core, with one PostgreSQL, one
//! RabbitMQ and one simulator of customs beside them.

use crate::load;
use crate::platform::{BenchCompany, Engine, Platform, Roles};
use crate::report::Report;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::Db;

/// Rounds of each number of nodes.
const ROUNDS: usize = 3;

/// Companies whose lanes are shared.
const COMPANIES: u64 = 48;

/// Messages of each company in a round.
const MESSAGES: u64 = 100;

/// Part of a core that a node may use, in percent: so little that the servers beside three of them have what they need.
const CORE_PERCENT: u32 = 15;

/// How long a round may take.
const PATIENCE: Duration = Duration::from_secs(400);

/// Measures journeys a second of one and of three nodes.
pub(crate) async fn nodes(report: &mut Report, url: &str, broker: &str) -> Result<()> {
    for _ in 0..ROUNDS {
        for (n_nodes, name) in [(1, "journey_per_s_node_1"), (3, "journey_per_s_node_3")] {
            let rate = round(url, broker, n_nodes).await?;
            report.round(name, rate);
        }
    }
    let ratio = report.median("journey_per_s_node_3") / report.median("journey_per_s_node_1");
    report.ratio("node_ratio_3", ratio);
    report.note(format!("each node had {CORE_PERCENT} % of a core"));
    Ok(())
}

async fn round(url: &str, broker: &str, n_nodes: usize) -> Result<f64> {
    let engine = Engine::Postgres(url.to_owned());
    let api = Platform::start_with(&engine, Roles::Api, &queue(broker)).await?;
    let _customs = api.customs()?;
    let companies = (0..COMPANIES)
        .map(|n| api.company(n + 1))
        .collect::<Result<Vec<BenchCompany>>>()?;
    let n = COMPANIES * MESSAGES;
    load::submit(&api, &companies, MESSAGES).await?;
    let db = api.database().await?;
    anyhow::ensure!(n_settled(&db).await? == 0, "nobody works yet");
    let mut nodes = Vec::new();
    for number in 1..=n_nodes {
        let node = api.node(number).await?;
        let limit = Limit::new(node.id()?)?;
        nodes.push((node, limit));
    }
    // All of them have their shares before it counts.
    let pause = store::clock::SystemClock::shared();
    pause.sleep(Duration::from_secs(4)).await;
    let (before, started) = (n_settled(&db).await?, Instant::now());
    while n_settled(&db).await? < n {
        anyhow::ensure!(started.elapsed() < PATIENCE, "the nodes took too long");
        pause.sleep(Duration::from_millis(200)).await;
    }
    let rate = (n - before) as f64 / started.elapsed().as_secs_f64();
    for (node, _limit) in nodes {
        node.stop().await?;
    }
    api.stop().await?;
    Ok(rate)
}

async fn n_settled(db: &Db) -> Result<u64> {
    let read = db.read(|tx| {
        let found = tx.query_opt(
            "select count(*) from message where state in ('settled', 'refused')",
            &[],
        )?;
        found.map_or(Ok(0), |row| row.int(0))
    });
    Ok(u64::try_from(read.await?)?)
}

/// Settings of a queue on the broker with names of its own.
fn queue(broker: &str) -> Vec<(String, String)> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let names = format!("bench.{}.{n}", std::process::id());
    let mut settings = vec![
        ("TONGGUAN_QUEUE__KIND".to_owned(), "rabbitmq".to_owned()),
        (
            "TONGGUAN_QUEUE__RABBITMQ__URL".to_owned(),
            broker.to_owned(),
        ),
        (
            "TONGGUAN_QUEUE__RABBITMQ__QUEUE_KIND".to_owned(),
            "classic".to_owned(),
        ),
    ];
    for name in ["IMPORT_UP", "IMPORT_DOWN", "EXPORT_UP", "EXPORT_DOWN"] {
        settings.push((
            format!("TONGGUAN_CUSTOMS__{name}"),
            format!("{names}.{name}"),
        ));
    }
    settings
}

/// A group of the system for one process, which may use a part of a core (cgroup v1, as root).
struct Limit(PathBuf);

impl Limit {
    fn new(process: u32) -> Result<Self> {
        let folder = PathBuf::from(format!("/sys/fs/cgroup/cpu/tongguan-bench-{process}"));
        fs::create_dir(&folder).context("a limit for a node needs cgroup v1 and root")?;
        let limit = Self(folder);
        fs::write(limit.0.join("cpu.cfs_period_us"), "20000")?;
        let quota = 200 * CORE_PERCENT;
        fs::write(limit.0.join("cpu.cfs_quota_us"), quota.to_string())?;
        fs::write(limit.0.join("cgroup.procs"), process.to_string())?;
        Ok(limit)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        // It goes when its process has gone; that it stays harms nobody.
        let _ = fs::remove_dir(&self.0);
    }
}
