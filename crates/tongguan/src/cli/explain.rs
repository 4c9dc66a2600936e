//! `explain`: what a code, a text or a file of receipts means, from the dictionary in the program.

use super::{Ended, say, wrong_use};
use anyhow::Context;
use ceb::explain::{Explanation, entries, locate_in, look_up};
use ceb::{Kind, ReturnStatus};
use clap::Args;
use exchange::explanation::ExplanationView;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// 代码（100、-621005、Code:1332、0001）、回执原文，或回执报文文件（- 表示标准输入）
    #[arg(allow_hyphen_values = true)]
    what: String,
    /// 所申报的报文类型：同一代码有两个含义时据此区分
    #[arg(long)]
    kind: Option<String>,
    /// 回执状态：解释一段原文时用，缺省 100（海关退单）
    #[arg(long, default_value_t = 100, allow_hyphen_values = true)]
    status: i32,
    /// 自己申报的报文文件：指出有关数据项的值与行号
    #[arg(long, value_name = "FILE")]
    message: Option<PathBuf>,
    /// 输出 JSON
    #[arg(long)]
    json: bool,
}

/// One explanation with the document that it is about.
struct Told {
    title: String,
    explanation: Explanation,
}

/// Explains.
pub(super) fn explain(args: &ExplainArgs) -> anyhow::Result<Ended> {
    let kind = match &args.kind {
        None => None,
        Some(text) => Some(
            Kind::from_code(text).ok_or_else(|| wrong_use(format!("没有这种报文类型：{text}")))?,
        ),
    };
    let declared = args.message.as_deref().map(declared).transpose()?;
    let told = if args.what == "-" || Path::new(&args.what).is_file() {
        of_file(&args.what, declared.as_ref())?
    } else {
        of_text(args, kind)
    };
    if args.json {
        let views = told
            .iter()
            .map(|one| ExplanationView::from(one.explanation.clone()));
        say(&serde_json::to_string_pretty(&views.collect::<Vec<_>>())?);
    } else {
        for one in &told {
            say(&words(one));
        }
    }
    let is_known = told.iter().any(|one| one.explanation.is_known);
    Ok(if is_known {
        Ended::Done
    } else {
        Ended::Refused
    })
}

/// Every meaning of a code, or the one of a text.
fn of_text(args: &ExplainArgs, kind: Option<Kind>) -> Vec<Told> {
    let found: Vec<_> = look_up(&args.what)
        .into_iter()
        .filter(|entry| {
            kind.is_none()
                || entry.kinds.is_empty()
                || kind.is_some_and(|kind| entry.kinds.contains(&kind))
        })
        .collect();
    if found.is_empty() {
        let status: Result<i32, _> = args.what.trim().parse();
        let (status, info) = match status {
            Ok(number) => (number, ""),
            Err(_) => (args.status, args.what.as_str()),
        };
        let explanation = ceb::explain::explain(kind, ReturnStatus(status), info);
        let title = format!("回执 {}", explanation.code);
        return vec![Told { title, explanation }];
    }
    found
        .into_iter()
        .map(|entry| Told {
            title: entry.heading(),
            explanation: entry.explanation(),
        })
        .collect()
}

/// The declared message, read.
fn declared(path: &Path) -> anyhow::Result<ceb::Message> {
    let bytes = std::fs::read(path).with_context(|| format!("无法读取 {}", path.display()))?;
    let sniffed = ceb::sniff(&bytes).map_err(|error| wrong_use(error.text()))?;
    let message = ceb::parse(&sniffed.inner, ceb::Profile::Down).message;
    message.ok_or_else(|| wrong_use(format!("{} 不是可读的报文", path.display())))
}

fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != "-" {
        return std::fs::read(file).with_context(|| format!("无法读取 {file}"));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .context("无法读取标准输入")?;
    Ok(bytes)
}

/// The entries of a file of receipts.
fn of_file(file: &str, declared: Option<&ceb::Message>) -> anyhow::Result<Vec<Told>> {
    let bytes = read(file)?;
    let inner = match ceb::envelope::open(&bytes) {
        Ok(envelope) => envelope.data,
        Err(_) => bytes,
    };
    let receipts = ceb::receipt::split(&inner)
        .map_err(|error| wrong_use(format!("{file}：{}", error.text())))?;
    let told = receipts.entries.iter().map(|entry| {
        let refused = entry.ori_message_type.as_deref().and_then(Kind::from_root);
        let kind = entry.kind.declares().or(refused);
        let mut explanation = ceb::explain::explain(kind, entry.return_status, &entry.return_info);
        if let Some(message) = declared {
            for (at, document) in message.documents.iter().enumerate() {
                let key = ceb::key::of_document(message.kind, document);
                if key.is_some_and(|key| entry.keys.contains(&key)) {
                    locate_in(&mut explanation, (message.kind, at + 1), document);
                }
            }
        }
        let key = entry.keys.first().map(|key| key.text.clone());
        Told {
            title: format!(
                "{} {} 状态 {}",
                entry.kind,
                key.unwrap_or_default(),
                entry.return_status
            ),
            explanation,
        }
    });
    Ok(told.collect())
}

/// An explanation for people.
fn words(told: &Told) -> String {
    let one = &told.explanation;
    let mut lines = vec![format!("{}\n  含义：{}", told.title, one.meaning)];
    if !one.said.is_empty() {
        lines.push(format!("  原文：{}", one.said));
    }
    for place in &one.places {
        let kind = place.kind.map_or("", |kind| kind.chinese());
        let mut line = format!(
            "  数据项：{kind} {}/{} {}",
            place.record, place.element, place.chinese
        );
        if let Some(said) = &place.said {
            line.push_str(&format!("，回执给出 {said}"));
        }
        if let Some(value) = &place.value {
            line.push_str(&format!("，所报为 {value}"));
        }
        if let Some(number) = place.line {
            line.push_str(&format!("（第 {number} 行）"));
        }
        lines.push(line);
    }
    lines.push(format!("  怎么办：{}", one.advice));
    lines.push(format!("  是否重报：{}", one.resubmit.chinese()));
    if one.is_temporary {
        lines.push("  这是对方的暂时故障，内容没有问题。".to_owned());
    }
    if let Some(rule) = one.rule {
        lines.push(format!("  平台的校验：{rule}"));
    }
    let source = match one.source.as_str() {
        "" => "字典中没有此代码",
        "seen" => "实际见到，规范未列",
        source => source,
    };
    lines.push(format!("  来源：{source}（字典共 {} 条）", entries().len()));
    lines.join("\n")
}
