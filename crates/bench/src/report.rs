//! Rounds, medians, machine and load: printed, and written to `target/bench.json`.

use anyhow::Result;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was measured so far.
pub(crate) struct Report {
    rounds: BTreeMap<String, Vec<f64>>,
    ratios: BTreeMap<String, f64>,
    notes: Vec<String>,
    machine: Value,
}

impl Report {
    pub(crate) fn start() -> Result<Self> {
        let machine = machine()?;
        say(&format!("machine: {machine}"));
        Ok(Self {
            rounds: BTreeMap::new(),
            ratios: BTreeMap::new(),
            notes: Vec::new(),
            machine,
        })
    }

    /// Adds a round of a measurement.
    pub(crate) fn round(&mut self, name: &str, value: f64) {
        say(&format!("{name:<36} {value:>12.2}   load {}", load()));
        self.rounds.entry(name.to_owned()).or_default().push(value);
    }

    /// Adds a ratio of medians.
    pub(crate) fn ratio(&mut self, name: &str, value: f64) {
        say(&format!("{name:<36} {value:>12.2}   (ratio of medians)"));
        self.ratios.insert(name.to_owned(), value);
    }

    /// Adds a remark.
    pub(crate) fn note(&mut self, text: String) {
        say(&format!("  {text}"));
        self.notes.push(text);
    }

    pub(crate) fn median(&self, name: &str) -> f64 {
        let mut values = self.rounds.get(name).cloned().unwrap_or_default();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    }

    /// Prints the medians and writes them to `target/bench.json`.
    pub(crate) fn finish(self) -> Result<()> {
        self.finish_in("bench.json")
    }

    /// Prints the medians and writes them to a file in `target`.
    pub(crate) fn finish_in(self, name: &str) -> Result<()> {
        let mut figures = Map::new();
        say("\nmedians");
        for name in self.rounds.keys() {
            let median = (self.median(name) * 1000.0).round() / 1000.0;
            say(&format!("{name:<36} {median:>12.2}"));
            figures.insert(name.clone(), json!(median));
        }
        for (name, ratio) in &self.ratios {
            say(&format!("{name} = {ratio:.2}"));
            figures.insert(name.clone(), json!(ratio));
        }
        let peer = self.median("rabbitmq_confirm_per_s");
        if peer > 0.0 {
            for name in [
                "accept_per_s_sqlite",
                "accept_per_s_postgres",
                "journey_per_s_sqlite",
            ] {
                let ratio = self.median(name) / peer;
                say(&format!("{name} / rabbitmq_confirm_per_s = {ratio:.2}"));
                figures.insert(format!("{name}_to_rabbitmq"), json!(ratio));
            }
        }
        figures.insert("machine".to_owned(), self.machine.clone());
        figures.insert("load".to_owned(), json!(load()));
        figures.insert("rounds".to_owned(), json!(self.rounds));
        figures.insert("notes".to_owned(), json!(self.notes));
        let path = target()?.join(name);
        std::fs::write(&path, serde_json::to_vec_pretty(&Value::Object(figures))?)?;
        say(&format!("\nwritten to {}", path.display()));
        Ok(())
    }
}

/// The target folder: two levels above `release/bench`.
fn target() -> Result<PathBuf> {
    Ok(std::env::current_exe()?
        .with_file_name("..")
        .canonicalize()?)
}

fn machine() -> Result<Value> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu
        .lines()
        .find(|line| line.starts_with("model name"))
        .unwrap_or_default();
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    Ok(json!({
        "cpu": model.split(':').nth(1).unwrap_or_default().trim(),
        "cores": std::thread::available_parallelism()?.get(),
        "memory": memory.lines().next().unwrap_or_default().replace("MemTotal:", "").trim(),
        "load": load(),
    }))
}

fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

#[expect(clippy::print_stdout, reason = "a benchmark speaks to its user")]
fn say(text: &str) {
    println!("{text}");
}
