//! `bench big N`: what a platform does that has N messages stored, beside a fresh one in the same minutes.
//!
//! Real trades are handed in and answered ([`trades`]), what was written about them is copied inside the database until
//! there are N ([`multiply`]), and the platform goes on from there. Measured are the lists of a company ([`pages`]), whole
//! journeys, and how long a start takes after the process was killed at full work. On SQLite nobody counts rows for the
//! planner, as in production; the lists are measured once more after `analyze`.

mod pages;
mod multiply;
mod spread;
mod blocks;
mod trades;

use crate::load;
use crate::platform::{BenchCompany, Engine, Platform, Roles, postgres_schema};
use crate::report::Report;
use crate::{IN_FLIGHT, JOURNEY, ROUNDS};
use anyhow::{Context, Result, ensure};
use blocks::Blocks;
use std::path::Path;
use std::process::Command;
use std::sync::PoisonError;
use std::time::{Duration, Instant};
use store::clock::SystemClock;
use store::{Db, StoreConfig};

/// The schema of the platform that is filled.
const FILLED: &str = "_big";

/// Companies among which the messages are spread.
const COMPANIES: u64 = 10;

/// Trades of each that are handed in and then copied; `multiply` knows how many numbers they take.
const TRADES: u64 = 500;

/// What the copying needs beside the messages: the log and what is sorted, in bytes.
const BESIDE: f64 = 4e9;

/// The number of the load generator's run on the filled platform.
const RUN: u64 = 7;

/// How long the platform is at full work before it is killed.
const WORK: Duration = Duration::from_secs(3);

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(600);

/// A platform with many messages.
struct Filled {
    platform: Platform,
    companies: Vec<BenchCompany>,
    blocks: Blocks,
    /// How figures of it end: `10m`, `10m_postgres`.
    suffix: String,
}

/// Measures one engine with at least `n_messages` stored.
pub(crate) async fn big(report: &mut Report, engine: &Engine, n_messages: i64) -> Result<()> {
    let mut filled = fill(report, engine, n_messages).await?;
    ready(report, &mut filled, "first_ready_s").await?;
    lists(report, &filled, "list_p95_ms").await?;
    journeys(report, engine, &filled).await?;
    starts(report, &mut filled).await?;
    if matches!(engine, Engine::Sqlite) {
        // It is one long transaction, behind which nobody else could write.
        filled.platform.kill().await?;
        filled.platform.database().await?.analyze().await?;
        filled.platform.rise(Roles::All).await?;
        lists(report, &filled, "analyzed_list_p95_ms").await?;
    }
    filled.platform.stop().await?;
    if let Engine::Postgres(url) = engine {
        postgres_schema(url, FILLED).await?;
    }
    Ok(())
}

/// `10m` for ten million.
fn label(n_messages: i64) -> String {
    match n_messages {
        n if n % 1_000_000 == 0 => format!("{}m", n / 1_000_000),
        n if n % 1000 == 0 => format!("{}k", n / 1000),
        n => n.to_string(),
    }
}

async fn fill(report: &mut Report, engine: &Engine, n_messages: i64) -> Result<Filled> {
    let mut platform = Platform::start_beside(engine, FILLED, Roles::All).await?;
    let config = StoreConfig {
        n_writers: 2,
        sqlite_cache_mib: 2048,
        sqlite_log_mib: 1024,
        read_ms_max: 3_600_000,
        ..StoreConfig::default()
    };
    let companies = (1..=COMPANIES)
        .map(|n| platform.company(n))
        .collect::<Result<Vec<_>>>()?;
    let db = platform.database_with(config).await?;
    let before = multiply::sizes(&db).await?;
    let empty = platform.stored_bytes().await?;
    trades::trades(&platform, &db, &companies, TRADES).await?;
    platform.kill().await?;
    db.rest().await?;
    let n_each = (TRADES * COMPANIES) as f64 * trades::KINDS.len() as f64;
    let each = (platform.stored_bytes().await? - empty) / n_each;
    room(report, (&platform, &db), each * n_messages as f64 + BESIDE).await?;
    let blocks = multiply::multiply(report, &db, &before, n_messages).await?;
    count_rows(&platform)?;
    db.rest().await?;
    let suffix = match engine {
        Engine::Sqlite => label(n_messages),
        Engine::Postgres(_) => format!("{}_postgres", label(n_messages)),
    };
    let stored = (platform.stored_bytes().await? - empty) / blocks.n_messages() as f64;
    report.round(&format!("stored_bytes_per_message_{suffix}"), stored);
    let company = companies.first().context("there are companies")?;
    let id = trades::id_of(&db, company).await?;
    let found = db
        .read(move |tx| tx.query_opt("select last from feed where company_id = $1", &[id.into()]));
    let last = found.await?.context("the company has a feed")?.int(0)?;
    *company
        .cursor
        .lock()
        .unwrap_or_else(PoisonError::into_inner) = last.to_string();
    Ok(Filled {
        platform,
        companies,
        blocks,
        suffix,
    })
}

/// Looks whether the disk has room for what will be stored.
async fn room(report: &mut Report, (platform, db): (&Platform, &Db), bytes: f64) -> Result<()> {
    let path = match platform.server() {
        None => platform.file(),
        Some(_) => {
            let found = db.read(|tx| tx.query_opt("select current_setting('data_directory')", &[]));
            let folder = found.await?.context("the server has a folder")?.text(0)?;
            Path::new(&folder).join("base")
        }
    };
    let Ok(free) = store::check::free_bytes(&path) else {
        report.note("the disk of the server cannot be asked from here".to_owned());
        return Ok(());
    };
    let (need, free) = (bytes / 1e9, free as f64 / 1e9);
    ensure!(
        free > need,
        "{need:.0} GB are needed on the disk, {free:.0} GB are free"
    );
    report.note(format!(
        "{need:.1} GB are needed on the disk, {free:.0} GB are free"
    ));
    Ok(())
}

/// Has PostgreSQL do what it does by and by while a database grows: clean all tables and count their rows.
fn count_rows(platform: &Platform) -> Result<()> {
    let Some(url) = platform.server() else {
        return Ok(());
    };
    let vacuum = ["--quiet", "--command", "vacuum (analyze)"];
    let status = Command::new("psql").arg(url).args(vacuum).status();
    ensure!(
        status
            .context("psql (Debian package postgresql-client)")?
            .success(),
        "vacuum failed"
    );
    Ok(())
}

/// Starts the platform and waits until it says that it is ready.
async fn ready(report: &mut Report, filled: &mut Filled, name: &str) -> Result<()> {
    let begun = Instant::now();
    filled.platform.rise(Roles::All).await?;
    let clock = SystemClock::shared();
    loop {
        let mut connection = load::KeptConnection::open(&filled.platform).await?;
        let request = format!(
            "GET /readyz HTTP/1.1\r\nhost: {}\r\n\r\n",
            filled.platform.address
        );
        let (status, body) = connection.ask(request.as_bytes()).await?;
        if status == 200 {
            break;
        }
        let why = String::from_utf8_lossy(&body).into_owned();
        ensure!(
            begun.elapsed() < START_MAX,
            "it does not become ready: {why}"
        );
        clock.sleep(Duration::from_millis(20)).await;
    }
    report.round(
        &format!("{name}_{}", filled.suffix),
        begun.elapsed().as_secs_f64(),
    );
    Ok(())
}

async fn lists(report: &mut Report, filled: &Filled, name: &str) -> Result<()> {
    let Filled {
        platform,
        companies,
        blocks,
        suffix,
    } = filled;
    let company = companies.first().context("there are companies")?;
    let db = platform.database().await?;
    let id = trades::id_of(&db, company).await?;
    let name = format!("{name}_{suffix}");
    let worst = pages::pages(report, (platform, &db), company, blocks, (&name, id)).await?;
    report.round(&name, worst);
    Ok(())
}

/// Journeys a second over those of a fresh platform, by turns.
async fn journeys(report: &mut Report, engine: &Engine, filled: &Filled) -> Result<()> {
    let suffix = &filled.suffix;
    let company = filled.companies.first().context("there are companies")?;
    for round in 0..ROUNDS as u64 {
        let here = measured(&filled.platform, company, (RUN, round * JOURNEY)).await?;
        let other = Platform::start(engine, Roles::All).await?;
        let fresh = measured(&other, &other.company(1)?, (round, 0)).await?;
        other.stop().await?;
        report.round(&format!("journey_ratio_{suffix}"), here.rate / fresh.rate);
        report.round(&format!("journey_per_s_{suffix}"), here.rate);
        report.round(&format!("journey_per_s_{suffix}_fresh"), fresh.rate);
        report.round(&format!("cpu_us_per_journey_{suffix}"), here.cpu_us);
        report.round(&format!("cpu_us_per_journey_{suffix}_fresh"), fresh.cpu_us);
        report.round(&format!("disk_bytes_per_journey_{suffix}"), here.written);
        report.round(
            &format!("disk_bytes_per_journey_{suffix}_fresh"),
            fresh.written,
        );
    }
    report.round(
        &format!("resident_mib_{suffix}"),
        filled.platform.peak_mib()?,
    );
    Ok(())
}

/// What a journey costs the platform's process.
struct JourneyCost {
    rate: f64,
    cpu_us: f64,
    written: f64,
}

async fn measured(
    platform: &Platform,
    company: &BenchCompany,
    (run, first): (u64, u64),
) -> Result<JourneyCost> {
    let (cpu_us, written) = (platform.cpu_us()?, platform.written_bytes()?);
    let rate = load::journey(platform, company, run, first, JOURNEY, IN_FLIGHT).await?;
    let each = |n: f64| n / JOURNEY as f64;
    Ok(JourneyCost {
        rate,
        cpu_us: each(platform.cpu_us()? - cpu_us),
        written: each(platform.written_bytes()? - written),
    })
}

/// Starts after the process was killed at full work.
async fn starts(report: &mut Report, filled: &mut Filled) -> Result<()> {
    let clock = SystemClock::shared();
    for round in ROUNDS as u64..2 * ROUNDS as u64 {
        let company = filled.companies.first().context("there are companies")?;
        tokio::select! {
            ended = load::journey(&filled.platform, company, RUN, round * JOURNEY, JOURNEY, IN_FLIGHT) => {
                ended?;
            }
            () = clock.sleep(WORK) => {}
        }
        filled.platform.kill().await?;
        ready(report, filled, "ready_s").await?;
    }
    Ok(())
}
