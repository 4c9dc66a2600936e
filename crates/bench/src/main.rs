//! The benchmark: what the platform does on this machine, beside what RabbitMQ does with the same
//! bytes in the same run.
//!
//! `make bench` starts a private PostgreSQL and RabbitMQ, runs the release binary as its users do
//! (a process, HTTP on loopback, the load generator on the same cores), prints every round and the
//! medians, and writes `target/bench.json`. Absolute figures drift with the machine and its load;
//! compare the ratios, and only figures of one run.
//!
//! | Verb | What it measures |
//! |---|---|
//! | none | the message language beside xmllint, xmlsec1 and OpenSSL; a preflight; then the platform, up to a million messages stored |
//! | `quick` | the same without the long fill |
//! | `language` | how much of a core one order takes, beside xmllint |
//! | `signatures` | how many RSA signatures a core verifies, beside xmlsec1 |
//! | `sm2` | the same for SM2, beside OpenSSL and the library |
//! | `sm2-oracle N` | whether these three agree on N cases |
//! | `preflight` | how long a whole set of documents takes to be judged |
//! | `flood` | what a company with little to do notices of another one that floods |
//! | `nodes` | three nodes that share the lanes over one, each with a part of a core (PostgreSQL, RabbitMQ, root) |
//! | `accept` | acceptance on both engines beside RabbitMQ, with what a message writes |
//! | `journeys` | whole journeys on both engines, with what they write, store and compute |
//! | `lists N` | the lists of people over N messages, on both engines |
//! | `big N` | journeys, lists over HTTP and starts with N messages stored, ten million without N, each beside a fresh platform; a third word, `sqlite` or `postgres`, leaves the other engine out. Needs some 50 GB of disk |
//! | `paint` | how long a person waits for the console in a browser |

#![expect(clippy::float_arithmetic, reason = "rates and ratios are not money")]

mod big;
mod language;
mod lists;
mod load;
mod nodes;
mod paint;
mod platform;
mod preflight;
mod rabbit;
mod report;
mod signatures;
mod sm2_speed;

use anyhow::{Context, Result};
use platform::{Engine, Platform, Roles};
use report::Report;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Requests in flight.
const IN_FLIGHT: usize = 64;

/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 3;

/// Length of a round.
const ROUND: Duration = Duration::from_secs(8);

/// Messages of a journey round.
const JOURNEY: u64 = 24_000;

/// Messages stored for the last journey round.
const FILL_MAX: u64 = 1_000_000;

fn main() -> Result<()> {
    // lapin and the HTTP side of the tools must use the same TLS provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let verb = std::env::args().nth(1).unwrap_or_default();
    let n_messages = std::env::args().nth(2).and_then(|n| n.parse().ok());
    let only = std::env::args().nth(3);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(async {
            match verb.as_str() {
                "lists" => run_lists(n_messages.unwrap_or(1_000_000)).await,
                "big" => run_big(n_messages.unwrap_or(10_000_000), only).await,
                "paint" => run_paint(),
                "signatures" => run_signatures(),
                "sm2" => run_sm2(),
                "sm2-oracle" => run_sm2_oracle(n_messages.unwrap_or(1_000_000)),
                "preflight" => run_preflight().await,
                "accept" => run_accept().await,
                "journeys" => run_journeys().await,
                "nodes" => run_nodes().await,
                "flood" => run_flood().await,
                "language" => run_language(),
                verb => run(verb == "quick").await,
            }
        })
}

async fn run_nodes() -> Result<()> {
    let mut report = Report::start()?;
    let url = std::env::var("TONGGUAN_TEST_PG").context("needs TONGGUAN_TEST_PG")?;
    let broker = std::env::var("TONGGUAN_TEST_RABBITMQ").context("needs TONGGUAN_TEST_RABBITMQ")?;
    nodes::nodes(&mut report, &url, &broker).await?;
    report.finish_in("nodes.json")
}

async fn run_lists(n_messages: i64) -> Result<()> {
    let mut report = Report::start()?;
    let folder = tempfile::tempdir_in(std::env::current_exe()?.with_file_name(""))?;
    let url = format!("sqlite:{}", folder.path().join("lists.db").display());
    lists::lists(&mut report, &url, n_messages).await?;
    drop(folder);
    if let Ok(url) = std::env::var("TONGGUAN_TEST_PG") {
        let url = platform::postgres_schema(&url, "").await?;
        lists::lists(&mut report, &url, n_messages).await?;
    }
    report.finish_in("lists.json")
}

async fn run_big(n_messages: i64, only: Option<String>) -> Result<()> {
    let mut report = Report::start()?;
    let mut engines = vec![Engine::Sqlite];
    engines.extend(std::env::var("TONGGUAN_TEST_PG").map(Engine::Postgres));
    engines.retain(|engine| only.as_deref().is_none_or(|only| only == engine.suffix()));
    anyhow::ensure!(!engines.is_empty(), "there is no such engine here");
    for engine in engines {
        big::big(&mut report, &engine, n_messages).await?;
    }
    report.finish_in("big.json")
}

fn run_sm2() -> Result<()> {
    let mut report = Report::start()?;
    sm2_speed::rates(&mut report)?;
    report.finish_in("sm2.json")
}

fn run_sm2_oracle(n_cases: i64) -> Result<()> {
    let mut report = Report::start()?;
    sm2_speed::oracle(&mut report, usize::try_from(n_cases)?)?;
    report.finish_in("sm2-oracle.json")
}

async fn run_preflight() -> Result<()> {
    let mut report = Report::start()?;
    preflight::preflight(&mut report, &Engine::Sqlite, "sqlite").await?;
    if let Ok(url) = std::env::var("TONGGUAN_TEST_PG") {
        preflight::preflight(&mut report, &Engine::Postgres(url), "postgres").await?;
    }
    report.finish_in("preflight.json")
}

fn run_paint() -> Result<()> {
    let mut report = Report::start()?;
    paint::paint(&mut report)?;
    report.finish_in("paint.json")
}

fn run_signatures() -> Result<()> {
    let mut report = Report::start()?;
    signatures::signatures(&mut report)?;
    report.finish_in("signatures.json")
}

fn run_language() -> Result<()> {
    let mut report = Report::start()?;
    language::language(&mut report)?;
    report.finish_in("language.json")
}

async fn run(is_quick: bool) -> Result<()> {
    let mut report = Report::start()?;
    language::language(&mut report)?;
    signatures::signatures(&mut report)?;
    sm2_speed::rates(&mut report)?;
    preflight::preflight(&mut report, &Engine::Sqlite, "sqlite").await?;
    acceptance(&mut report).await?;
    accept_with_pipeline(&mut report).await?;
    journey(&mut report, is_quick).await?;
    report.finish()
}

/// Acceptance on both engines, beside what RabbitMQ confirms.
async fn acceptance(report: &mut Report) -> Result<()> {
    accept(report, Engine::Sqlite).await?;
    if let Ok(url) = std::env::var("TONGGUAN_TEST_PG") {
        accept(report, Engine::Postgres(url)).await?;
    }
    if let Ok(url) = std::env::var("TONGGUAN_TEST_RABBITMQ") {
        rabbitmq(report, &url).await?;
    }
    Ok(())
}

/// Acceptance, and nothing else.
async fn run_accept() -> Result<()> {
    let mut report = Report::start()?;
    acceptance(&mut report).await?;
    report.finish_in("accept.json")
}

/// Accepted messages a second: 202 after the commit, nothing else running in the process.
async fn accept(report: &mut Report, engine: Engine) -> Result<()> {
    let name = format!("accept_per_s_{}", engine.suffix());
    for round in 0..ROUNDS {
        let platform = Platform::start(&engine, Roles::Api).await?;
        let key = platform.company(1)?;
        let (written, cpu) = (platform.written_bytes()?, platform.cpu_us()?);
        let load = load::accept(&platform, &key, round as u64, IN_FLIGHT, ROUND).await?;
        report.round(&name, load.per_second());
        for (figure, value) in [
            ("disk_bytes", platform.written_bytes()? - written),
            ("cpu_us", platform.cpu_us()? - cpu),
        ] {
            let name = format!("{figure}_per_acceptance_{}", engine.suffix());
            report.round(&name, value / load.n_done());
        }
        report.note(format!(
            "{name} round {}: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms, {:.0} MiB resident",
            round + 1,
            load.per_second(),
            load.percentile_ms(0.5),
            load.percentile_ms(0.99),
            platform.resident_mib()?
        ));
        platform.stop().await?;
    }
    Ok(())
}

/// The same with check, dispatch, customs and receipts running in the same process.
async fn accept_with_pipeline(report: &mut Report) -> Result<()> {
    for round in 0..ROUNDS {
        let platform = Platform::start(&Engine::Sqlite, Roles::All).await?;
        let key = platform.company(1)?;
        let load = load::accept(&platform, &key, 50 + round as u64, IN_FLIGHT, ROUND).await?;
        report.round("accept_per_s_sqlite_with_pipeline", load.per_second());
        platform.stop().await?;
    }
    Ok(())
}

async fn rabbitmq(report: &mut Report, url: &str) -> Result<()> {
    for round in 0..ROUNDS {
        for (name, kind) in [
            ("rabbitmq_confirm_per_s", "classic"),
            ("rabbitmq_confirm_per_s_quorum", "quorum"),
        ] {
            let rate = rabbit::confirmed_per_second(url, kind, IN_FLIGHT, ROUND)
                .await
                .with_context(|| format!("RabbitMQ {kind} round {round}"))?;
            report.round(name, rate);
        }
    }
    Ok(())
}

/// The whole journey: accepted, sent, three receipts, in the feed.
async fn fresh_journeys(report: &mut Report, engine: &Engine) -> Result<()> {
    let suffix = engine.suffix();
    for round in 0..ROUNDS {
        let platform = Platform::start(engine, Roles::All).await?;
        let key = platform.company(1)?;
        let (written, stored) = (platform.written_bytes()?, platform.stored_bytes().await?);
        let cpu = platform.cpu_us()?;
        let rate = load::journey(&platform, &key, round as u64, 0, JOURNEY, IN_FLIGHT).await?;
        // What the log holds is copied into the file within this time.
        store::clock::SystemClock::shared()
            .sleep(Duration::from_secs(1))
            .await;
        let each = |bytes: f64| bytes / JOURNEY as f64;
        report.round(&format!("journey_per_s_{suffix}"), rate);
        let cpu = each(platform.cpu_us()? - cpu);
        report.round(&format!("cpu_us_per_journey_{suffix}"), cpu);
        let stored = each(platform.stored_bytes().await? - stored);
        let written = each(platform.written_bytes()? - written);
        let names = match engine {
            Engine::Sqlite => [
                "disk_bytes_per_journey",
                "stored_bytes_per_journey",
                "resident_mib",
            ],
            Engine::Postgres(_) => [
                "disk_bytes_per_journey_postgres",
                "stored_bytes_per_journey_postgres",
                "resident_mib_postgres",
            ],
        };
        for (name, value) in names.iter().zip([written, stored, platform.peak_mib()?]) {
            report.round(name, value);
        }
        platform.stop().await?;
    }
    Ok(())
}

/// Messages a second of a company with little to do.
const LIGHT_PER_S: f64 = 20.0;

/// What a company with little to do notices of another one that floods: the 99th percentile of the time to its first receipt,
/// while the other submits as fast as it is accepted, over the same on a quiet platform.
async fn flooded(report: &mut Report) -> Result<()> {
    for round in 0..ROUNDS {
        let platform = Platform::start(&Engine::Sqlite, Roles::All).await?;
        let (light, heavy) = (platform.company(1)?, platform.company(2)?);
        let of = |run: usize| (200 + run as u64, 1);
        let quiet = load::paced(&platform, &light, of(2 * round), LIGHT_PER_S, ROUND).await?;
        let is_over = Arc::new(AtomicBool::new(false));
        let flood = load::flood(&platform, &heavy, &is_over).await?;
        let busy = load::paced(&platform, &light, of(2 * round + 1), LIGHT_PER_S, ROUND).await;
        is_over.store(true, Ordering::Relaxed);
        let n_accepted = flood.await??;
        let busy = busy?;
        report.round("light_p99_ms_quiet", quiet.percentile_ms(0.99));
        report.round("light_p99_ms_flood", busy.percentile_ms(0.99));
        report.note(format!(
            "{n_accepted} messages of the other company were accepted in round {}",
            round + 1
        ));
        platform.stop().await?;
    }
    let quiet = report.median("light_p99_ms_quiet");
    let flood = report.median("light_p99_ms_flood");
    report.ratio("light_p99_ratio_flood", flood / quiet);
    Ok(())
}

/// A company beside one that floods, and nothing else.
async fn run_flood() -> Result<()> {
    let mut report = Report::start()?;
    flooded(&mut report).await?;
    report.finish_in("flood.json")
}

/// Journeys on both engines, and nothing else.
async fn run_journeys() -> Result<()> {
    let mut report = Report::start()?;
    fresh_journeys(&mut report, &Engine::Sqlite).await?;
    if let Ok(url) = std::env::var("TONGGUAN_TEST_PG") {
        fresh_journeys(&mut report, &Engine::Postgres(url)).await?;
    }
    report.finish_in("journeys.json")
}

/// Journeys, their times at half the rate; then with more and more stored.
async fn journey(report: &mut Report, is_quick: bool) -> Result<()> {
    fresh_journeys(report, &Engine::Sqlite).await?;
    if let Ok(url) = std::env::var("TONGGUAN_TEST_PG") {
        fresh_journeys(report, &Engine::Postgres(url)).await?;
    }
    let half = report.median("journey_per_s_sqlite") / 2.0;
    for round in 0..ROUNDS {
        let platform = Platform::start(&Engine::Sqlite, Roles::All).await?;
        let key = platform.company(1)?;
        let of = (100 + round as u64, load::RECEIPTS);
        let added = load::paced(&platform, &key, of, half, ROUND).await?;
        report.round("added_p99_ms", added.percentile_ms(0.99));
        report.note(format!(
            "added time at {half:.0}/s round {}: p50 {:.0} ms, p99 {:.0} ms, max {:.0} ms",
            round + 1,
            added.percentile_ms(0.5),
            added.percentile_ms(0.99),
            added.percentile_ms(1.0)
        ));
        platform.stop().await?;
    }
    flooded(report).await?;
    if is_quick {
        return Ok(());
    }
    filled(report).await
}

/// The journey with a hundred thousand and a million messages stored, each beside a fresh one in
/// the same minutes, so that the machine's drift falls out of the ratio.
async fn filled(report: &mut Report) -> Result<()> {
    let mut platform = Platform::start(&Engine::Sqlite, Roles::All).await?;
    let key = platform.company(1)?;
    let mut n_stored = 0;
    for (n_target, name) in [
        (100_000, "journey_ratio_100k"),
        (FILL_MAX, "journey_ratio_1m"),
    ] {
        while n_stored < n_target {
            let n = (n_target - n_stored).min(50_000);
            let rate = load::journey(&platform, &key, 7, n_stored, n, IN_FLIGHT).await?;
            n_stored += n;
            report.note(format!("fill: {n_stored} stored, {rate:.0}/s"));
        }
        for round in 0..ROUNDS as u64 {
            let rate = load::journey(&platform, &key, 7, n_stored, JOURNEY, IN_FLIGHT).await?;
            n_stored += JOURNEY;
            let other = Platform::start(&Engine::Sqlite, Roles::All).await?;
            let other_key = other.company(1)?;
            let base = load::journey(&other, &other_key, round, 0, JOURNEY, IN_FLIGHT).await?;
            other.stop().await?;
            report.round(name, rate / base);
            report.note(format!(
                "{name} round {}: {rate:.0}/s against {base:.0}/s",
                round + 1
            ));
        }
        report.round(&format!("resident_mib_{n_target}"), platform.peak_mib()?);
    }
    for _ in 0..ROUNDS {
        platform.kill().await?;
        let started = Instant::now();
        platform.rise(Roles::All).await?;
        report.round("ready_s", started.elapsed().as_secs_f64());
    }
    platform.stop().await
}
