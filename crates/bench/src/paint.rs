//! How long a person waits for the first page of the console, in Debian's Chromium on this machine.
//!
//! `bench paint` starts the demo and has `console/e2e/paint.mjs` open the console in a browser that
//! has nothing stored; browser and platform share the processors.

use crate::platform::binary;
use crate::report::Report;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Measures the first paint and the time until the page can be used.
pub(crate) fn paint(report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir_in(std::env::current_exe()?.with_file_name(""))?;
    let mut child = Command::new(binary()?)
        .args(["demo", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().context("the process has an output")?;
    let demo = Demo(child);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let ready: serde_json::Value = serde_json::from_str(&line)?;
    let text = |name: &str| ready[name].as_str().unwrap_or_default().to_owned();
    let console = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console");
    let output = Command::new("npm")
        .args(["run", "--silent", "paint"])
        .current_dir(console)
        .env("TONGGUAN_URL", text("address"))
        .env("TONGGUAN_BOOTSTRAP", text("bootstrap"))
        .output()?;
    drop(demo);
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let figures: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    for (name, figure) in [
        ("paint", "console_paint_ms"),
        ("usable", "console_usable_ms"),
    ] {
        let rounds = figures[name].as_array().context("a list of figures")?;
        for round in rounds {
            report.round(figure, round.as_f64().context("milliseconds")?);
        }
    }
    Ok(())
}
