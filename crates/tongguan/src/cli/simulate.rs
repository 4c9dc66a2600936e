//! `simulate`: the whole exchange in virtual time, with everything that can fail; says which seeds find a fault.

use super::{Ended, complain, say, wrong_use};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use simulation::{Sabotage, SeedResult, SimulationReport};
use std::time::Instant;

/// How many faults of one run are printed.
const FAULTS_SHOWN: usize = 5;

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// 运行多少个种子
    #[arg(long, value_name = "N", default_value_t = 1000)]
    seeds: u64,
    /// 从哪个种子开始；同一个种子每次运行完全相同
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    from: u64,
    /// 同时运行的线程数；缺省为处理器核数
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// 故意破坏平台的一处，用于证明模拟能发现它
    #[arg(long, value_enum, value_name = "PART")]
    broken: Option<BrokenPart>,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

/// What is broken on purpose.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum BrokenPart {
    /// 先确认队列中的报文，后存储
    #[value(help = "先确认队列中的报文，后存储")]
    Queue,
    /// 先应答，后落盘
    #[value(help = "先应答，后落盘")]
    Store,
    /// 定时任务不经围栏提交
    #[value(help = "定时任务不经围栏提交")]
    Jobs,
    /// 通道被接手后仍可提交
    #[value(help = "通道被接手后仍可提交")]
    Lanes,
}

impl BrokenPart {
    fn broken(part: Option<Self>) -> Sabotage {
        match part {
            None => Sabotage::Nothing,
            Some(Self::Queue) => Sabotage::QueueAcknowledgedFirst,
            Some(Self::Store) => Sabotage::StoreAcknowledgedFirst,
            Some(Self::Jobs) => Sabotage::JobsWithoutFence,
            Some(Self::Lanes) => Sabotage::LanesWithoutFence,
        }
    }
}

/// Runs the seeds and says which found a fault.
pub(super) async fn simulate(args: SimulateArgs) -> anyhow::Result<Ended> {
    let Some(end) = args.from.checked_add(args.seeds).filter(|_| args.seeds > 0) else {
        return Err(wrong_use("--seeds 应大于 0，且种子号不能超过 64 位整数"));
    };
    if args.threads == Some(0) {
        return Err(wrong_use("--threads 应大于 0"));
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = args.threads.unwrap_or(cores).clamp(1, cores * 4);
    let bar = progress(args.seeds);
    let (seeds, broken) = (args.from..end, BrokenPart::broken(args.broken));
    let begun = Instant::now();
    // It has threads of its own, and waits for them.
    let running = tokio::task::spawn_blocking(move || {
        let report = simulation::run(seeds, threads, broken, |one| {
            bar.inc(1);
            if !one.faults.is_empty() {
                bar.suspend(|| complain(&failed(one)));
            }
            true
        });
        bar.finish_and_clear();
        report
    });
    let report = running.await??;
    let seconds = begun.elapsed().as_secs();
    match args.json {
        true => say(&as_json(&report, args.from, seconds).to_string()),
        false => say(&as_text(&report, args.broken, seconds)),
    }
    Ok(match report.failed.is_empty() {
        true => Ended::Done,
        false => Ended::Refused,
    })
}

fn progress(n_seeds: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(n_seeds), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn failed(one: &SeedResult) -> String {
    let shown: Vec<&str> = one
        .faults
        .iter()
        .take(FAULTS_SHOWN)
        .map(String::as_str)
        .collect();
    let rest = one.faults.len() - shown.len();
    let more = match rest {
        0 => String::new(),
        rest => format!("\n  另有 {rest} 处"),
    };
    format!("种子 {}：\n  {}{more}", one.seed, shown.join("\n  "))
}

fn as_text(report: &SimulationReport, broken: Option<BrokenPart>, seconds: u64) -> String {
    let part = broken.and_then(|part| part.to_possible_value());
    let part = part.map(|part| part.get_name().to_owned());
    let outcome = match (report.failed.as_slice(), part) {
        ([], None) => "各项不变量均成立".to_owned(),
        ([], Some(part)) => format!(
            "没有发现故意破坏的环节（--broken {part}）：出错的机会不是每个种子都有，请增加 --seeds"
        ),
        (failed, part) => {
            let seeds: Vec<String> = failed.iter().map(|one| one.seed.to_string()).collect();
            let broken = part.map_or_else(String::new, |part| format!(" --broken {part}"));
            format!(
                "{} 个种子发现错误：{}；用 tongguan simulate --seeds 1 --from 种子号{broken} 重现",
                failed.len(),
                seeds.join("、")
            )
        }
    };
    format!(
        "运行 {} 个种子：申报 {} 份，步骤 {} 个，强制结束进程 {} 次，用时 {seconds} 秒\n{outcome}",
        report.n_runs, report.n_messages, report.n_steps, report.n_killed
    )
}

fn as_json(report: &SimulationReport, from: u64, seconds: u64) -> Value {
    let failed = report.failed.iter().map(|one| {
        json!({ "seed": one.seed, "faults": one.faults, "virtual_ms": one.virtual_ms, "steps": one.n_steps })
    });
    json!({
        "from": from,
        "seeds": report.n_runs,
        "steps": report.n_steps,
        "messages": report.n_messages,
        "killed": report.n_killed,
        "seconds": seconds,
        "failed": failed.collect::<Vec<_>>(),
    })
}
