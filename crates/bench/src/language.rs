//! How much of one core the message language takes, beside xmllint with our own schema on the same
//! files in the same run.
//!
//! Both read every file from the disk and judge it: xmllint by the schema, we by the same two layers
//! (`schema`), then with all business rules and a clock (`rules`). Rounds take turns, so that a
//! busy machine is busy for both; only processor time counts, never the clock on the wall.

use crate::report::Report;
use anyhow::{Context, Result, ensure};
use ceb::sample::{self, Spec};
use ceb::{Direction, Kind, Layer, Profile, Terms, xsd};
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Orders in the folder; each has about 4 KB.
const ORDERS: u64 = 2_000;

/// Times that each file is read in a round, so that a round is long beside a tick of the account.
const PASSES: usize = 5;

/// Rounds of each; the median counts.
const ROUNDS: usize = 7;

/// Ticks of the processor's account in `/proc`, a second.
const TICKS_PER_S: f64 = 100.0;

/// Now in the messages' world.
const NOW: &str = "20260106000000";

/// Runs the suite.
pub(crate) fn language(report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let files = orders(folder.path())?;
    let schema = folder.path().join("import.xsd");
    fs::write(&schema, xsd::schema(Direction::Import))?;
    fs::write(folder.path().join(xsd::SIGNATURE_FILE), xsd::signature())?;
    let n_bytes: u64 = files
        .iter()
        .map(|path| fs::metadata(path).map(|file| file.len()))
        .sum::<std::io::Result<u64>>()?;
    report.note(format!(
        "{ORDERS} orders (311) of {} bytes on average",
        n_bytes / ORDERS
    ));
    let strict = Terms::new(Profile::Strict).at(NOW);
    let schema_only = Terms {
        deepest: Layer::Schema,
        ..strict
    };
    for _ in 0..ROUNDS {
        let micros = |seconds: f64| seconds * 1e6 / (ORDERS as f64 * PASSES as f64);
        report.round("order_us_schema", micros(ours(&files, &schema_only)?));
        let with_schema = xmllint(&files, &["--schema", &schema.display().to_string()])?;
        report.round("order_us_xmllint_schema", micros(with_schema));
        report.round("order_us_rules", micros(ours(&files, &strict)?));
        report.round("order_us_xmllint_no_schema", micros(xmllint(&files, &[])?));
    }
    for (name, other) in [
        ("order_us_schema", "order_us_xmllint_schema"),
        ("order_us_rules", "order_us_xmllint_schema"),
        ("order_us_schema", "order_us_xmllint_no_schema"),
    ] {
        let ratio = report.median(other) / report.median(name);
        report.ratio(&format!("{other} / {name}"), ratio);
    }
    Ok(())
}

fn orders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for seed in 0..ORDERS {
        let path = folder.join(format!("{seed}.xml"));
        fs::write(&path, sample::message(&Spec::new(Kind::Ceb311, seed)))?;
        files.push(path);
    }
    Ok(files)
}

/// Each file as often as it is read in a round.
fn passes(files: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    std::iter::repeat_n(files, PASSES).flatten()
}

/// Seconds of one core that we take to read and judge the files.
fn ours(files: &[PathBuf], terms: &Terms<'_>) -> Result<f64> {
    let start = own_nanos()?;
    for path in passes(files) {
        let bytes = fs::read(path)?;
        let parsed = black_box(ceb::parse_under(black_box(&bytes), terms));
        ensure!(parsed.findings.is_empty(), "{:?}", parsed.findings);
    }
    Ok((own_nanos()? - start) / 1e9)
}

/// Seconds of one core that xmllint takes for the same, its start and the schema among them.
fn xmllint(files: &[PathBuf], options: &[&str]) -> Result<f64> {
    let start = child_ticks()?;
    let status = Command::new("xmllint")
        .arg("--noout")
        .args(options)
        .args(passes(files))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("xmllint (libxml2-utils) is needed")?;
    ensure!(status.success(), "xmllint refuses what we wrote: {status}");
    Ok((child_ticks()? - start) / TICKS_PER_S)
}

/// Processor time of this thread, in nanoseconds.
fn own_nanos() -> Result<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split(' ').next().unwrap_or_default();
    Ok(nanos.parse()?)
}

/// Processor time of the children that have ended, in ticks.
fn child_ticks() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold blanks; the fields after it are numbered from 3.
    let (_, fields) = text.rsplit_once(')').context("/proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |number: usize| -> Result<f64> {
        Ok(fields.get(number - 3).context("/proc/self/stat")?.parse()?)
    };
    Ok(ticks(16)? + ticks(17)?)
}
