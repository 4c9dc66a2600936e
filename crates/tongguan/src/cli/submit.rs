//! `message submit`: files to the platform, with a progress bar and a result for each.

use super::client::{ApiAnswer, Client, Remote};
use super::table::table;
use super::{Ended, input, say};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::time::Duration;
use store::clock::{Clock, SystemClock};

/// Tries of one file when the platform is busy.
const TRIES: u32 = 5;

/// Longest pause between two tries, in seconds.
const PAUSE_S_MAX: u64 = 10;

/// Files from which a progress bar is worth showing.
const BAR_FROM: usize = 3;

/// The answer to a form with findings.
const UNPROCESSABLE: u16 = 422;

/// Arguments of `message submit`.
#[derive(Debug, Args)]
pub(super) struct SubmitArgs {
    #[command(flatten)]
    remote: Remote,
    /// 报文（.xml）、JSON（.json）或工作簿（.xlsx、.csv）文件；- 表示标准输入的 XML
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// 每个文件输出一行 JSON
    #[arg(long)]
    json: bool,
}

/// Submits files; refused when any of them was.
pub(super) fn submit(args: &SubmitArgs) -> anyhow::Result<Ended> {
    let client = Client::new(&args.remote)?;
    let bar = if args.files.len() >= BAR_FROM && !args.json {
        ProgressBar::new(u64::try_from(args.files.len()).unwrap_or(0))
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} 剩余 {eta}") {
        bar.set_style(style);
    }
    let mut rows = table(&["文件", "结果", "受理号或代码", "说明"]);
    let mut all_accepted = true;
    for file in &args.files {
        let (status, mut body) = submit_one(&client, file)?;
        all_accepted &= status == 202;
        let report = report(&client, file, status)?;
        if let (Some(report), Some(body)) = (&report, body.as_object_mut()) {
            body.insert("report".to_owned(), json!(report));
        }
        if args.json {
            say(&with_file(file, status, &body).to_string());
        } else {
            for line in lines(file, status, &body) {
                rows.add_row(line);
            }
            if let Some(report) = report {
                let text = format!("每处问题已标在原表的单元格上：{report}");
                rows.add_row([String::new(), String::new(), String::new(), text]);
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !args.json {
        say(&rows.to_string());
    }
    Ok(if all_accepted {
        Ended::Done
    } else {
        Ended::Refused
    })
}

fn submit_one(client: &Client, file: &str) -> anyhow::Result<(u16, Value)> {
    let bytes = input::read_or_input(file)?;
    let mut tries = 1;
    loop {
        let answer = client.submit(&bytes, content_type(file))?;
        if answer.status != 503 || tries == TRIES {
            return Ok((answer.status, answer.json()?));
        }
        tries += 1;
        pause(&answer);
    }
}

/// For a workbook with findings: the same workbook with every error at its cell, beside the file.
fn report(client: &Client, file: &str, status: u16) -> anyhow::Result<Option<String>> {
    let is_workbook = content_type(file) == exchange::workbook::XLSX;
    if status != UNPROCESSABLE || !is_workbook {
        return Ok(None);
    }
    let bytes = input::read(file)?;
    let answer = client.report(&bytes, content_type(file))?;
    if answer.status != 200 {
        return Ok(None);
    }
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let path = format!("{name}.问题.xlsx");
    std::fs::write(&path, &answer.body)
        .map_err(|error| input::unwritable(path.as_ref(), &error))?;
    Ok(Some(path))
}

/// Waits as long as the platform asks: the same bytes again are never declared twice.
fn pause(answer: &ApiAnswer) {
    let wait = Duration::from_secs(answer.retry_after_s.unwrap_or(1).min(PAUSE_S_MAX));
    let sleep = SystemClock.sleep(wait);
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(sleep));
}

fn with_file(file: &str, status: u16, body: &Value) -> Value {
    let mut line = json!({ "file": file, "status": status });
    if let (Some(line), Some(body)) = (line.as_object_mut(), body.as_object()) {
        for (key, value) in body {
            line.insert(key.clone(), value.clone());
        }
    }
    line
}

/// The content type for a file's name.
pub(super) fn content_type(file: &str) -> &'static str {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "xlsx" | "xls" | "csv" => exchange::workbook::XLSX,
        _ => "application/xml",
    }
}

/// A line for each message that was accepted, or for each finding.
fn lines(file: &str, status: u16, body: &Value) -> Vec<[String; 4]> {
    let list = |name: &str| body.get(name).and_then(Value::as_array);
    if let Some(items) = list("items").filter(|_| status == 202) {
        return items.iter().map(|item| row(file, status, item)).collect();
    }
    let mut lines = vec![row(file, status, body)];
    for finding in list("findings").into_iter().flatten() {
        lines.push(finding_row(finding));
    }
    lines
}

fn finding_row(finding: &Value) -> [String; 4] {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
    let line = finding
        .get("line")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    let place = match text("cell") {
        "" => format!("第 {line} 行"),
        cell => cell.to_owned(),
    };
    [
        String::new(),
        place,
        text("code").to_owned(),
        format!("{}。{}", text("text"), text("advice")),
    ]
}

fn row(file: &str, status: u16, body: &Value) -> [String; 4] {
    let text = |key: &str| {
        body.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if status == 202 {
        let is_duplicate = body
            .get("duplicate")
            .and_then(Value::as_bool)
            .unwrap_or_default();
        let note = if is_duplicate {
            "此前已受理过相同内容"
        } else {
            ""
        };
        return [
            file.to_owned(),
            "已受理".to_owned(),
            text("acceptanceNo"),
            note.to_owned(),
        ];
    }
    let line = body
        .get("line")
        .map(|line| format!("（第 {line} 行）"))
        .unwrap_or_default();
    let note = format!(
        "{}{line} {} {}",
        text("title"),
        text("detail"),
        text("advice")
    );
    [
        file.to_owned(),
        format!("未受理 {status}"),
        text("code"),
        note,
    ]
}
