//! Signatures a second on one core, beside xmlsec1 with the same message in the same minutes.
//!
//! Both read the message, make its canonical form, digest it, take the key out of the certificate that
//! came along (RSA-2048) and verify the value; neither checks the chain. Measured is the time on the
//! processor, so that other work on the machine counts for neither.

use crate::report::Report;
use anyhow::{Context, Result, ensure};
use ceb::signature::key::Library;
use ceb::signature::{SignatureOutcome, Verifier, VerifyPolicy};
use std::process::{Command, Stdio};

/// A message of three lines with RSA-SHA256; real ones are about as long.
const RSA: &[u8] = include_bytes!("../../../fixtures/signature/strict-rsa-sha256.xml");

/// The same message with SM2.
const SM2: &[u8] = include_bytes!("../../../fixtures/signature/strict-sm2.xml");

/// Rounds, one of us and one of them by turns.
const ROUNDS: usize = 5;

/// Messages of a round of ours.
const OURS: u32 = 40_000;

/// Messages of a round of theirs.
const THEIRS: u32 = 5_000;

/// Messages of a round with SM2, which the library verifies slowly.
const OURS_SM2: u32 = 3_000;

/// Clock ticks a second in `/proc`: always 100 on Linux for programs.
const TICKS: f64 = 100.0;

pub(crate) fn signatures(report: &mut Report) -> Result<()> {
    let mut file = tempfile::NamedTempFile::new()?;
    std::io::Write::write_all(&mut file, RSA)?;
    let path = file.path().to_string_lossy().into_owned();
    report.note(format!("message of {} bytes", RSA.len()));
    for _ in 0..ROUNDS {
        let ours = ours(RSA, OURS)?;
        let theirs = theirs(&path)?;
        report.round("verify_rsa2048_per_cpu_s", ours);
        report.round("xmlsec1_rsa2048_per_cpu_s", theirs);
        report.round("verify_to_xmlsec1", ours / theirs);
        report.round("canonical_mib_per_cpu_s", canonical()?);
        report.round("verify_sm2_library_per_cpu_s", self::ours(SM2, OURS_SM2)?);
    }
    Ok(())
}

fn ours(message: &[u8], n_messages: u32) -> Result<f64> {
    let verifier = Verifier {
        policy: VerifyPolicy::SOUND,
        sm2: &Library,
        certificate: None,
    };
    let started = own_seconds()?;
    for _ in 0..n_messages {
        let verdict = verifier.verify(std::hint::black_box(message));
        ensure!(
            matches!(verdict.outcome, SignatureOutcome::Passed(_)),
            "must pass"
        );
    }
    Ok(f64::from(n_messages) / (own_seconds()? - started))
}

fn canonical() -> Result<f64> {
    use ceb::signature::c14n::{Comments, canonicalize};
    let started = own_seconds()?;
    for _ in 0..OURS {
        let form = canonicalize(std::hint::black_box(RSA), Comments::Without);
        ensure!(form.is_ok(), "must be well-formed");
    }
    let bytes = RSA.len() as f64 * f64::from(OURS);
    Ok(bytes / 1024.0 / 1024.0 / (own_seconds()? - started))
}

fn theirs(path: &str) -> Result<f64> {
    let started = child_seconds()?;
    let status = Command::new("xmlsec1")
        .args(["--verify", "--insecure", "--repeat", &THEIRS.to_string()])
        .arg(path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("xmlsec1 (Debian package xmlsec1)")?;
    ensure!(status.success(), "xmlsec1 must verify the message");
    Ok(f64::from(THEIRS) / (child_seconds()? - started))
}

/// Seconds that this thread has been on a processor.
fn own_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = text.split(' ').next().unwrap_or_default();
    Ok(nanoseconds.parse::<f64>()? / 1e9)
}

/// Seconds that processes which ended have been on a processor.
fn child_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(')').context("fields")?;
    let mut ticks = fields.split_whitespace().skip(13).take(2);
    let mut tick = || {
        ticks
            .next()
            .context("ticks")?
            .parse::<f64>()
            .context("ticks")
    };
    Ok((tick()? + tick()?) / TICKS)
}
