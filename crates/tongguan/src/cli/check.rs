//! `check`: files against all rules, on this machine, without a platform.

use super::table::table;
use super::{Ended, say};
use anyhow::Context;
use ceb::form::Origin;
use ceb::sample::Spec;
use ceb::{Finding, Kind, Profile, Severity};
use clap::Args;
use exchange::workbook::{Body, read};
use serde_json::{Value, json};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// 报文（.xml）、JSON（.json）或工作簿（.xlsx）文件
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// 宽松档：对实际报文中已知的偏差只警告
    #[arg(long)]
    lenient: bool,
    /// 每个问题输出一行 JSON
    #[arg(long)]
    json: bool,
}

/// A finding of a file, with its place for people.
struct Told {
    place: String,
    finding: Finding,
}

/// Checks files; refused when any of them would be.
pub(super) fn check(args: &CheckArgs) -> anyhow::Result<Ended> {
    let profile = if args.lenient {
        Profile::Lenient
    } else {
        Profile::Strict
    };
    let mut rows = table(&["文件", "位置", "代码", "程度", "问题与处理办法"]);
    let mut is_good = true;
    for file in &args.files {
        let bytes = std::fs::read(file).with_context(|| format!("无法读取 {file}"))?;
        let told = findings(file, &bytes, profile)?;
        is_good &= told
            .iter()
            .all(|told| told.finding.severity != Severity::Refuse);
        if told.is_empty() && !args.json {
            rows.add_row([file, "", "", "", "没有发现问题"]);
        }
        for told in told {
            if args.json {
                say(&line(file, &told).to_string());
            } else {
                let finding = &told.finding;
                let text = format!("{}。{}", finding.text, finding.advice);
                rows.add_row([
                    file,
                    &told.place,
                    finding.code,
                    finding.severity.chinese(),
                    &text,
                ]);
            }
        }
    }
    if !args.json {
        say(&rows.to_string());
    }
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

fn line(file: &str, told: &Told) -> Value {
    let finding = &told.finding;
    json!({
        "file": file,
        "place": told.place,
        "line": finding.line,
        "path": finding.path,
        "code": finding.code,
        "severity": finding.severity.name(),
        "value": finding.value,
        "text": finding.text,
        "advice": finding.advice,
    })
}

fn findings(file: &str, bytes: &[u8], profile: Profile) -> anyhow::Result<Vec<Told>> {
    let kind = Body::of(Some(super::submit::content_type(file)), bytes);
    if kind == Body::Xml {
        return Ok(xml(bytes, profile));
    }
    let refused = |problem: web::Problem| {
        let detail = problem.detail.unwrap_or_default();
        anyhow::anyhow!(
            "{file}：[{}] {} {detail} {}",
            problem.code,
            problem.title,
            problem.advice
        )
    };
    let mut form = read(kind, bytes).map_err(refused)?;
    form.prepare(&origin(), profile).map_err(refused)?;
    let told = form.findings.iter().map(|finding| Told {
        place: finding
            .cell()
            .unwrap_or_else(|| at_line(&finding.placed.finding)),
        finding: finding.placed.finding.clone(),
    });
    Ok(told.collect())
}

fn xml(bytes: &[u8], profile: Profile) -> Vec<Told> {
    let inner = match ceb::sniff(bytes) {
        Ok(sniffed) => sniffed.inner,
        // What cannot be recognised is told by the parser as well, with its line.
        Err(_) => bytes.into(),
    };
    let parsed = ceb::parse(&inner, profile);
    let told = parsed.findings.into_iter().map(|finding| Told {
        place: at_line(&finding),
        finding,
    });
    told.collect()
}

fn at_line(finding: &Finding) -> String {
    format!("第 {} 行", finding.line)
}

/// Nobody in particular: who sends is the platform's business, and so is the signature.
fn origin() -> Origin {
    let spec = Spec::new(Kind::Ceb311, 1);
    Origin {
        code: spec.sender.code,
        name: spec.sender.name,
        dxp_id: spec.sender.dxp_id,
        time14: spec.now.time14(),
        signature_frame: true,
    }
}
