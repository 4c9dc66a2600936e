//! `preflight`: a set of files judged by the platform as a whole, nothing submitted.

use super::client::{Client, Remote};
use super::table::table;
use super::{Ended, input, say};
use clap::Args;
use serde_json::Value;

/// What stands between the files of the form; no file of ours holds it.
const EDGE: &str = "tongguan-preflight-edge-5f1d8c2b";

/// Arguments of `preflight`.
#[derive(Debug, Args)]
pub(super) struct PreflightArgs {
    #[command(flatten)]
    remote: Remote,
    /// 报文（.xml）、JSON（.json）、工作簿（.xlsx、.csv）或压缩包（.zip）文件
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// 输出平台的完整应答（JSON）
    #[arg(long)]
    json: bool,
}

/// Asks the platform; refused when something stands in the way.
pub(super) fn preflight(args: &PreflightArgs) -> anyhow::Result<Ended> {
    let client = Client::new(&args.remote)?;
    let body = form(&args.files)?;
    let kind = format!("multipart/form-data; boundary={EDGE}");
    let answer = client.post("/api/v1/preflight", &body, &kind)?;
    let value = answer.json()?;
    if args.json {
        say(&value.to_string());
    } else if answer.status == 200 {
        print(&value);
    } else {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        say(&format!(
            "{} {} {}",
            text("code"),
            text("title"),
            text("detail")
        ));
    }
    Ok(if answer.status == 200 && value["ok"] == true {
        Ended::Done
    } else {
        Ended::Refused
    })
}

fn form(files: &[String]) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    for file in files {
        let bytes = input::read(file)?;
        // A quote or a line break in a name would end the header.
        let name = file.replace(['"', '\r', '\n'], "_");
        let head = format!(
            "--{EDGE}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
    Ok(body)
}

fn print(answer: &Value) {
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let findings = list("findings");
    if !findings.is_empty() {
        let mut rows = table(&["文件", "行", "结果", "代码", "问题与处理"]);
        for finding in &findings {
            rows.add_row([
                text(finding, "file"),
                finding["line"].to_string(),
                severity(&text(finding, "severity")).to_owned(),
                text(finding, "code"),
                format!("{}。{}", text(finding, "text"), text(finding, "advice")),
            ]);
        }
        say(&rows.to_string());
    }
    let mut rows = table(&["文件", "单证", "结果", "业务主键", "配套单证", "税款（元）"]);
    for document in list("documents") {
        let partners = document["partners"].as_array().cloned().unwrap_or_default();
        let partners: Vec<String> = partners.iter().map(partner).collect();
        rows.add_row([
            text(&document, "file"),
            text(&document, "kindName"),
            verdict(&document).to_owned(),
            text(&document, "key"),
            partners.join(" "),
            text(&document["tax"], "total"),
        ]);
    }
    say(&rows.to_string());
    let counts = &answer["counts"];
    say(&format!(
        "共 {} 个文件、{} 份单证：拒收 {}，警告 {}，提示 {}",
        counts["nFiles"], counts["nDocuments"], counts["nRefuse"], counts["nWarn"], counts["nNote"]
    ));
}

fn severity(name: &str) -> &'static str {
    match name {
        "refuse" => "拒收",
        "warn" => "警告",
        _ => "提示",
    }
}

/// Whether the file of a document would be accepted.
fn verdict(document: &Value) -> &'static str {
    if document["ok"] == true {
        "可以提交"
    } else {
        "拒收"
    }
}

/// `订单✓`, `运单?`: agrees, differs, missing.
fn partner(partner: &Value) -> String {
    let mark = match partner["agrees"].as_bool() {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "?",
    };
    format!("{}{mark}", partner["partName"].as_str().unwrap_or_default())
}
