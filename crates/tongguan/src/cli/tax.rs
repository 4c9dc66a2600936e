//! `tax`: the tax of import lists with the way to the result, on this machine.

use super::{Ended, input, say, wrong_use};
use anyhow::bail;
use ceb::matching::Facts;
use ceb::tax::{Estimate, Rate, Scope, Way};
use ceb::{Kind, Profile};
use clap::Args;
use serde_json::json;

/// Arguments of `tax`.
#[derive(Debug, Args)]
pub(super) struct TaxArgs {
    /// 进口清单报文文件（CEB621Message）
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// 税率：商品编码（或开头几位）=增值税/消费税/关税，单位为百分之一，例如 3304=13/15/5；可重复
    #[arg(long, value_name = "RATE")]
    rate: Vec<String>,
    /// 订购人本年度已用的限额（元）
    #[arg(long, value_name = "YUAN", default_value = "0")]
    used: String,
    /// 每份清单输出一行 JSON
    #[arg(long)]
    json: bool,
}

/// Reckons the tax of every list in the files.
pub(super) fn tax(args: &TaxArgs) -> anyhow::Result<Ended> {
    let rates = rates(&args.rate)?;
    let used = ceb::message::decimal(&args.used).ok_or_else(|| wrong_use("--used 应为数字"))?;
    let find = |code: &str| {
        let fitting = rates.iter().filter(|(front, _)| code.starts_with(front));
        let longest = fitting.max_by_key(|(front, _)| front.len());
        longest.map(|(_, rate)| *rate)
    };
    for file in &args.files {
        let bytes = input::read(file)?;
        let sniffed = input::message(file, &bytes)?;
        let parsed = ceb::parse(&sniffed.inner, Profile::Down).message;
        let Some(message) = parsed.filter(|message| message.kind == Kind::Ceb621) else {
            bail!("{file} 不是可读的进口清单（CEB621Message）；用 tongguan check 查看问题");
        };
        for (document, number) in message.documents.iter().zip(1..) {
            // Nothing about the buyer is needed here.
            let facts = Facts::of(message.kind, document, &|_| String::new());
            let scope = Scope::of(&facts, used);
            let estimate = ceb::tax::estimate(&facts, scope, &find, Way::default());
            let Some(estimate) = estimate else {
                bail!("{file} 第 {number} 份清单的金额不是数字，或过大");
            };
            print(args.json, file, number, &estimate);
        }
    }
    Ok(Ended::Done)
}

fn print(is_json: bool, file: &str, number: i32, estimate: &Estimate) {
    if is_json {
        let line = json!({
            "file": file,
            "number": number,
            "scope": estimate.scope.name(),
            "taxable": estimate.taxable.normalize().to_string(),
            "duty": estimate.duty.normalize().to_string(),
            "consumption": estimate.consumption.normalize().to_string(),
            "vat": estimate.vat.normalize().to_string(),
            "total": estimate.total.normalize().to_string(),
            "explanation": estimate.explanation,
        });
        say(&line.to_string());
        return;
    }
    say(&format!("{file} 第 {number} 份清单"));
    for sentence in &estimate.explanation {
        say(&format!("  {sentence}"));
    }
}

fn rates(given: &[String]) -> anyhow::Result<Vec<(String, Rate)>> {
    let wrong = |text: &str| wrong_use(format!("“{text}”不是税率，应如 3304=13/15/5"));
    given
        .iter()
        .map(|text| {
            let (code, percents) = text.split_once('=').ok_or_else(|| wrong(text))?;
            let rate = exchange::tax::rate(percents).ok_or_else(|| wrong(text))?;
            Ok((code.to_owned(), rate))
        })
        .collect()
}
