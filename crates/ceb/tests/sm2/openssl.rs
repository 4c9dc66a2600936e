//! OpenSSL as an oracle: a small C program (`sm2_oracle.c`) that asks it, compiled when it is needed.

use super::corpus::Case;
use std::io::{Error, Result, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// OpenSSL's answers.
pub(crate) fn verify(cases: &[Case]) -> Result<Vec<bool>> {
    // Several threads ask at once.
    static N_ASKED: AtomicUsize = AtomicUsize::new(0);
    let number = N_ASKED.fetch_add(1, Ordering::Relaxed);
    let name = format!("sm2-oracle-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder)?;
    let program = folder.join("sm2_oracle");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../ceb/tests/sm2/sm2_oracle.c");
    let compiled = Command::new("cc")
        .args(["-O2", "-Wall", "-o"])
        .arg(&program)
        .args([source, "-lcrypto"])
        .status()?;
    if !compiled.success() {
        return Err(Error::other("sm2_oracle.c does not compile (libssl-dev)"));
    }
    let mut child = Command::new(&program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().ok_or_else(|| Error::other("no input"))?;
    let mut input = Vec::with_capacity(cases.len() * 161);
    for case in cases {
        input.extend_from_slice(&case.key);
        input.extend_from_slice(&case.digest);
        input.extend_from_slice(&case.signature);
    }
    let feeder = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output()?;
    feeder
        .join()
        .map_err(|_| Error::other("the feeder failed"))??;
    std::fs::remove_dir_all(&folder)?;
    if output.stdout.len() != cases.len() {
        return Err(Error::other("OpenSSL did not answer all cases"));
    }
    Ok(output.stdout.iter().map(|answer| *answer == b'1').collect())
}
