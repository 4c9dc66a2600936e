//! SM2 verification: the rate of ours beside OpenSSL's and the library's, and a million cases on which
//! all three must agree.
//!
//! `bench sm2` interleaves the three and prints the ratio of medians; all are per second of one
//! core's own time (CPU time, not wall time), with the digest of the message included.
//! `bench sm2-oracle 1000000` gives the corpus of `crates/ceb/tests/sm2` to ours, to the library and
//! to OpenSSL, on all cores.

#[path = "../../ceb/tests/sm2/corpus.rs"]
mod corpus;
#[path = "../../ceb/tests/sm2/openssl.rs"]
mod openssl;

use crate::report::Report;
use anyhow::{Context, Result, bail, ensure};
use ceb::sm2::{Keys, Sm2PublicKey, Sm2Table, USER_ID, message_digest};
use corpus::{Case, Corpus};
use std::collections::{BTreeMap, HashMap};
use std::process::Command;

/// Rounds; the median counts.
const ROUNDS: usize = 7;

/// Verifications of a round of ours, and of the library's.
const N_OURS: usize = 40_000;
const N_LIBRARY: usize = 4_000;

/// Bytes signed in a message: a canonical `SignedInfo` of the usual length.
const SIGNED_BYTES: usize = 404;

/// Cases given to OpenSSL at once.
const CHUNK: usize = 10_000;

/// Tables kept while the corpus runs; keys of edge cases come once.
const TABLES_MAX: usize = 256;

/// Measures the rates.
pub(crate) fn rates(report: &mut Report) -> Result<()> {
    let case = Corpus::new(1).good();
    let key = Sm2PublicKey::from_sec1(&case.key).context("a good key")?;
    let known = Keys::new(1);
    known.learn(&key);
    let signer = key.signer_digest(USER_ID).context("a short user id")?;
    let message = [b'x'; SIGNED_BYTES];
    let work = |keys: &Keys, n_times: usize| {
        let began = cpu_seconds();
        for _ in 0..n_times {
            std::hint::black_box(message_digest(&signer, std::hint::black_box(&message)));
            let good = keys.verify(&key, std::hint::black_box(&case.digest), &case.signature);
            assert!(std::hint::black_box(good), "the signature is good");
        }
        n_times as f64 / (cpu_seconds() - began)
    };
    for _ in 0..ROUNDS {
        report.round("sm2_verify_per_s", work(&known, N_OURS));
        report.round("sm2_verify_per_s_openssl", openssl_rate()?);
        report.round(
            "sm2_verify_per_s_library",
            work(&Keys::library(), N_LIBRARY),
        );
    }
    let ratio = report.median("sm2_verify_per_s") / report.median("sm2_verify_per_s_openssl");
    report.ratio("sm2_verify_to_openssl", ratio);
    report.note(format!("a table keeps {} bytes", Sm2Table::BYTES));
    Ok(())
}

/// Verifications per second of CPU time, as `openssl speed` measures itself.
fn openssl_rate() -> Result<f64> {
    let output = Command::new("openssl")
        .args(["speed", "-seconds", "1", "sm2"])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text
        .lines()
        .last()
        .and_then(|line| line.split_whitespace().last());
    rate.and_then(|rate| rate.parse().ok())
        .with_context(|| format!("openssl speed said: {text}"))
}

/// CPU time of this thread so far.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok());
    first.unwrap_or_default() / 1e9
}

/// Compares answers on so many cases.
pub(crate) fn oracle(report: &mut Report, n_cases: usize) -> Result<()> {
    let n_threads = std::thread::available_parallelism()?.get();
    let n_each = n_cases.div_ceil(n_threads);
    let threads: Vec<_> = (0..n_threads)
        .map(|at| std::thread::spawn(move || compare(1000 + at as u64, n_each)))
        .collect();
    let mut kinds: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for thread in threads {
        let Ok(counts) = thread.join() else {
            bail!("a comparing thread failed");
        };
        for (what, [n_bad, n_good]) in counts? {
            let entry = kinds.entry(what).or_default();
            entry[0] += n_bad;
            entry[1] += n_good;
        }
    }
    let n_all: usize = kinds.values().flatten().sum();
    report.note(format!(
        "{n_all} cases: ours, the library and OpenSSL agree on all"
    ));
    for (what, [n_bad, n_good]) in kinds {
        report.note(format!("{what}: {n_good} good, {n_bad} not"));
    }
    Ok(())
}

type SpeedCounts = HashMap<&'static str, [usize; 2]>;

fn compare(seed: u64, n_cases: usize) -> Result<SpeedCounts> {
    let mut corpus = Corpus::new(seed);
    let keys = Keys::new(TABLES_MAX);
    let mut counts = SpeedCounts::new();
    let mut n_left = n_cases;
    while n_left > 0 {
        let cases: Vec<Case> = corpus.by_ref().take(CHUNK.min(n_left)).collect();
        n_left -= cases.len();
        for (case, openssl) in cases.iter().zip(openssl::verify(&cases)?) {
            let ours = Sm2PublicKey::from_sec1(&case.key).map(|key| {
                keys.learn(&key);
                let library = Keys::library();
                (
                    keys.verify(&key, &case.digest, &case.signature),
                    library.verify(&key, &case.digest, &case.signature),
                )
            });
            // What is no key for us must be none for OpenSSL; the library refuses it in the tests.
            let (ours, library) = ours.unwrap_or((false, false));
            ensure!(
                ours == library && ours == openssl,
                "they differ: {case:02x?}"
            );
            counts.entry(case.what).or_default()[usize::from(ours)] += 1;
        }
    }
    Ok(counts)
}
