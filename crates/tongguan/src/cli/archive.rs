//! `archive` and `retention`: what is archived, proven and removed, for an operator on the machine.
//!
//! What writes runs here as the job of the same name does, under its lease: never beside one of the running platform.

mod here;

use super::table::table;
use super::{Base, Ended, existing, say};
use crate::roles::Process;
use ::archive::job::{ARCHIVE, PURGE, VERIFY};
use ::archive::part::PartState;
use ::archive::plan::PlanLine;
use ::archive::verify::ProofTally;
use ::archive::{Archive, ArchiveClass, ArchiveMonth, ArchivePart, ArchiveTurn};
use anyhow::anyhow;
use clap::{Args, Subcommand};
use here::do_job;
use jobs::{JobFailure, JobWords};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::sync::Arc;
use store::clock::{beijing_day, beijing_rfc3339};

/// Verbs on the archive.
#[derive(Debug, Subcommand)]
pub(super) enum ArchiveVerb {
    /// 立即归档：写入已结束而未归档的月份并还原校验，记入审计
    Run(ActArgs),
    /// 列出归档分卷：类别、月份、行数、大小、状态
    List(PartArgs),
    /// 还原校验归档分卷：读回、核对摘要、还原到临时数据库并逐行比对；有误时退出码为 1
    Verify(VerifyPartArgs),
    /// 把一个月的一类归档还原成 SQLite 文件（内容不加密）
    Restore(RestoreArgs),
}

/// Verbs on the periods.
#[derive(Debug, Subcommand)]
pub(super) enum RetentionVerb {
    /// 显示保存计划：每类每月有多少、何时到期、保留了什么，不改动任何数据
    Plan(PartArgs),
    /// 立即清理已到期且归档已校验的数据，记入审计
    Run(ActArgs),
}

/// Arguments of what is done.
#[derive(Debug, Args)]
pub(super) struct ActArgs {
    #[command(flatten)]
    base: Base,
    /// 原因，写入审计
    #[arg(long, default_value = "运维人员在服务器上操作")]
    reason: String,
}

/// Arguments of what is listed.
#[derive(Debug, Args)]
pub(super) struct PartArgs {
    #[command(flatten)]
    base: Base,
    /// 数据类别：payload、trade、log、evidence；不写则全部
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// 月份，例如 2026-08；不写则全部
    #[arg(long, value_name = "MONTH")]
    month: Option<String>,
}

/// Arguments of `archive verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyPartArgs {
    #[command(flatten)]
    which: PartArgs,
    /// 原因，写入审计
    #[arg(long, default_value = "运维人员在服务器上操作")]
    reason: String,
}

/// Arguments of `archive restore`.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    #[command(flatten)]
    base: Base,
    /// 数据类别：payload、trade、log、evidence
    #[arg(long, value_name = "CLASS")]
    class: String,
    /// 月份，例如 2026-08
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// 还原到的文件，不能已存在
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Which parts are meant.
#[derive(Debug, Clone, Copy)]
struct PartChoice {
    class: Option<ArchiveClass>,
    month: Option<ArchiveMonth>,
}

fn class_of(text: &str) -> anyhow::Result<ArchiveClass> {
    let known = ArchiveClass::from_name(text);
    known.ok_or_else(|| super::wrong_use("--class 应为 payload、trade、log 或 evidence"))
}

fn month_of(text: &str) -> anyhow::Result<ArchiveMonth> {
    let known = ArchiveMonth::parse(text);
    known.ok_or_else(|| super::wrong_use("--month 应为 2026-08 这样的月份"))
}

impl PartArgs {
    fn which(&self) -> anyhow::Result<PartChoice> {
        Ok(PartChoice {
            class: self.class.as_deref().map(class_of).transpose()?,
            month: self.month.as_deref().map(month_of).transpose()?,
        })
    }
}

impl PartChoice {
    fn has(self, class: ArchiveClass, month: ArchiveMonth) -> bool {
        self.class.is_none_or(|own| own == class) && self.month.is_none_or(|own| own == month)
    }
}

/// Archives, lists, proves or restores.
pub(super) async fn archive(verb: ArchiveVerb) -> anyhow::Result<Ended> {
    match verb {
        ArchiveVerb::Run(args) => run(args, ARCHIVE).await,
        ArchiveVerb::List(args) => list(&args).await,
        ArchiveVerb::Verify(args) => verify(args).await,
        ArchiveVerb::Restore(args) => restore(args).await,
    }
}

/// Shows the plan, or purges.
pub(super) async fn retention(verb: RetentionVerb) -> anyhow::Result<Ended> {
    match verb {
        RetentionVerb::Plan(args) => plan(&args).await,
        RetentionVerb::Run(args) => run(args, PURGE).await,
    }
}

/// Runs one of the two jobs here and waits for its end.
async fn run(args: ActArgs, words: JobWords) -> anyhow::Result<Ended> {
    let process = Process::open_to_write(existing(&args.base)?).await?;
    let job = process.jobs().into_iter().find(|job| job.words == words);
    let job = job.ok_or_else(|| anyhow!("没有任务 {}", words.name))?;
    let ended = match process.shared.archive.is_set() {
        true => do_job(&process, job, &args.reason, false).await,
        false => Err(anyhow!("没有设置归档存储（archive.url），不归档，也不清理")),
    };
    process.close().await;
    let (is_good, text) = ended?;
    tell(args.base.json, words.name, is_good, &text)
}

fn tell(is_json: bool, name: &str, is_good: bool, text: &str) -> anyhow::Result<Ended> {
    let text = if text.is_empty() {
        "没有要做的"
    } else {
        text
    };
    match is_json {
        true => say(&json!({ "job": name, "done": is_good, "text": text }).to_string()),
        false => say(text),
    }
    Ok(if is_good { Ended::Done } else { Ended::Refused })
}

async fn verify(args: VerifyPartArgs) -> anyhow::Result<Ended> {
    let which = args.which.which()?;
    let is_json = args.which.base.json;
    let process = Process::open_to_write(existing(&args.which.base)?).await?;
    let archive = Arc::clone(&process.shared.archive);
    let ended = match missing(&archive, which).await {
        Ok(None) => verify_here(&process, archive, &args.reason, which).await,
        Ok(Some(why)) => Ok((false, why.to_owned())),
        Err(error) => Err(error),
    };
    process.close().await;
    let (is_good, text) = ended?;
    tell(is_json, VERIFY.name, is_good, &text)
}

/// What is missing for a proof: one of nothing is no proof.
async fn missing(archive: &Archive, which: PartChoice) -> anyhow::Result<Option<&'static str>> {
    if !archive.is_set() {
        return Ok(Some("没有设置归档存储（archive.url），未校验"));
    }
    let mut parts = archive.parts().await?;
    parts.retain(|part| part.written_at.is_some());
    let is_none = parts.is_empty();
    parts.retain(|part| which.has(part.class, part.month));
    Ok(match (is_none, parts.is_empty(), which.month) {
        (true, ..) => Some("还没有归档分卷，未校验"),
        (false, true, Some(_)) => Some("该月没有归档分卷，未校验"),
        (false, true, None) => Some("该类别没有归档分卷，未校验"),
        (false, false, _) => None,
    })
}

/// Proves parts as the job of that name, here.
async fn verify_here(
    process: &Process,
    archive: Arc<Archive>,
    why: &str,
    which: PartChoice,
) -> anyhow::Result<(bool, String)> {
    let job = process.jobs().into_iter().find(|job| job.words == VERIFY);
    let mut job = job.ok_or_else(|| anyhow!("没有任务 {}", VERIFY.name))?;
    // A running platform knows nothing of these parts.
    job.limits.retries = 0;
    job.run = Arc::new(move |turn| {
        let archive = Arc::clone(&archive);
        Box::pin(async move {
            let turn = ArchiveTurn::from(turn);
            let done = verify_all(&archive, &turn, which).await;
            // What somebody asked for meanwhile is left to nobody else.
            archive.verify_asked(&turn, true).await?;
            done
        })
    });
    do_job(process, job, why, true).await
}

async fn verify_all(
    archive: &Archive,
    turn: &ArchiveTurn,
    which: PartChoice,
) -> Result<String, JobFailure> {
    let mut parts = archive.parts().await?;
    parts.retain(|part| which.has(part.class, part.month) && part.written_at.is_some());
    let n_all = parts.len();
    parts.retain(|part| part.state != PartState::Superseded);
    let turn = &turn.proving(parts.iter().map(|part| part.n_rows).sum());
    let ids: Vec<i64> = parts.iter().map(|part| part.id).collect();
    let ProofTally {
        n_good,
        broken,
        unproven,
    } = archive.verify_parts(turn, &ids).await?;
    let (n_broken, n_unproven) = (broken.len(), unproven.len());
    if n_broken + n_unproven > 0 {
        let why = [broken, unproven].concat().join("；");
        let text =
            format!("有误 {n_broken} 卷，未能校验 {n_unproven} 卷，校验通过 {n_good} 卷：{why}");
        return Err(JobFailure::Failed(text));
    }
    Ok(match n_all - ids.len() {
        0 => format!("校验通过 {n_good} 卷"),
        n => format!("校验通过 {n_good} 卷；已替代的 {n} 卷不再校验"),
    })
}

fn minute(at_ms: Option<i64>) -> String {
    let text = at_ms.map(beijing_rfc3339).unwrap_or_default();
    text.chars().take(16).collect::<String>().replace('T', " ")
}

/// A size as people read it: `12.3 MiB`, and `8.1 KiB` below one.
fn size(n_bytes: i64) -> String {
    let (shift, unit) = if n_bytes < 1 << 20 {
        (10, "KiB")
    } else {
        (20, "MiB")
    };
    let tenths = n_bytes.saturating_mul(10) >> shift;
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

async fn list(args: &PartArgs) -> anyhow::Result<Ended> {
    let which = args.which()?;
    let process = Process::open(existing(&args.base)?).await?;
    let parts = process.shared.archive.parts().await;
    process.close().await;
    let mut parts = parts?;
    let is_none = parts.is_empty();
    parts.retain(|part| which.has(part.class, part.month));
    if args.base.json {
        let list: Vec<Json> = parts.iter().map(json_of).collect();
        say(&serde_json::to_string(&list)?);
        return Ok(Ended::Done);
    }
    if parts.is_empty() {
        say(match is_none {
            true => "还没有归档分卷",
            false => "没有符合条件的分卷",
        });
        return Ok(Ended::Done);
    }
    let mut shown = table(&[
        "分卷",
        "类别",
        "行数",
        "大小",
        "状态",
        "写入",
        "校验",
        "已清理",
        "保留",
        "说明",
    ]);
    for part in &parts {
        shown.add_row([
            part.folder(),
            part.class.words().title.0.to_owned(),
            part.n_rows.to_string(),
            size(part.n_bytes),
            part.state.chinese().to_owned(),
            minute(part.written_at),
            minute(part.verified_at),
            part.n_purged.to_string(),
            part.n_kept.to_string(),
            part.fault.clone(),
        ]);
    }
    say(&shown.to_string());
    Ok(Ended::Done)
}

fn json_of(part: &ArchivePart) -> Json {
    json!({
        "part": part.folder(), "class": part.class.name(), "month": part.month.to_string(),
        "number": part.number, "state": part.state.name(), "rows": part.n_rows, "bytes": part.n_bytes,
        "writtenAt": part.written_at.map(beijing_rfc3339), "verifiedAt": part.verified_at.map(beijing_rfc3339),
        "same": part.n_same, "changed": part.n_changed, "gone": part.n_gone,
        "purged": part.n_purged, "kept": part.n_kept, "keptWhy": part.kept_why, "fault": part.fault,
        "manifestSha256": part.manifest_hash, "sealedWith": part.key_id,
    })
}

async fn plan(args: &PartArgs) -> anyhow::Result<Ended> {
    let which = args.which()?;
    let process = Process::open(existing(&args.base)?).await?;
    let lines = process.shared.archive.plan().await;
    let is_set = process.shared.archive.is_set();
    let until = process.shared.archive.purged_until().await;
    let now_ms = process.context.now_ms();
    process.close().await;
    let (mut lines, until) = (lines?, until?);
    let is_none = lines.is_empty();
    lines.retain(|line| which.has(line.class, line.month));
    if args.base.json {
        let list: Vec<Json> = lines.iter().map(json_of_line).collect();
        say(
            &json!({ "archiveSet": is_set, "purgedUntil": until.map(beijing_day), "months": list })
                .to_string(),
        );
        return Ok(Ended::Done);
    }
    if !is_set {
        say(
            "没有设置归档存储（archive.url）：不归档，也不清理任何数据；设置方法见 docs/operating/archive.md",
        );
    }
    if lines.is_empty() {
        say(match is_none {
            true => "还没有已结束的月份",
            false => "没有符合条件的月份",
        });
        return Ok(Ended::Done);
    }
    let mut shown = table(&[
        "月份",
        "类别",
        "在线行数",
        "其中未归档",
        "归档大小",
        "归档",
        "校验",
        "到期清理",
        "保留",
    ]);
    for line in &lines {
        let state = line.state.map_or("未归档", PartState::chinese);
        let due = line.due_at.map_or_else(|| "不清理".to_owned(), beijing_day);
        shown.add_row([
            line.month.to_string(),
            line.class.words().title.0.to_owned(),
            line.n_rows.to_string(),
            line.n_unarchived.to_string(),
            size(line.n_bytes),
            state.to_owned(),
            minute(line.verified_at),
            due,
            kept(line),
        ]);
    }
    say(&shown.to_string());
    if is_set && lines.iter().any(|line| is_waiting(line, now_ms)) {
        say(&match until {
            Some(until) => format!(
                "清理日期目前到 {}：每次清理至多比上一次晚两天，已到期的其余数据由以后各夜的 retention.run 清理",
                beijing_day(until)
            ),
            None => "已到期的数据还没有清理过：由每夜的 retention.run 清理".to_owned(),
        });
    }
    Ok(Ended::Done)
}

/// Whether rows of a month are here although their period has passed, and not because they must stay.
fn is_waiting(line: &PlanLine, now_ms: i64) -> bool {
    let is_due = line.due_at.is_some_and(|due_at| due_at <= now_ms);
    is_due && line.n_rows > line.n_kept
}

/// What had to stay, with its reasons in Chinese.
fn kept(line: &PlanLine) -> String {
    let mut text = line.kept_why.replace(", ", "、");
    for why in ::archive::table::Stay::ALL {
        text = text.replace(why.name(), why.words().0);
    }
    text
}

fn json_of_line(line: &PlanLine) -> Json {
    json!({
        "class": line.class.name(), "month": line.month.to_string(), "rows": line.n_rows,
        "unarchived": line.n_unarchived, "bytes": line.n_bytes, "parts": line.n_parts, "state": line.state.map(|state| state.name()),
        "verifiedAt": line.verified_at.map(beijing_rfc3339), "dueDay": line.due_at.map(beijing_day),
        "purged": line.n_purged, "kept": line.n_kept, "keptWhy": line.kept_why, "overdue": line.is_overdue,
    })
}

async fn restore(args: RestoreArgs) -> anyhow::Result<Ended> {
    let which = (class_of(&args.class)?, month_of(&args.month)?);
    let process = Process::open(existing(&args.base)?).await?;
    let restored = process.shared.archive.restore(which, &args.to).await;
    process.close().await;
    let restored = restored?;
    let file = args.to.display();
    match args.base.json {
        true => say(&json!({ "file": file.to_string(), "parts": restored.n_parts, "rows": restored.n_rows }).to_string()),
        false => say(&format!(
            "已还原 {} 卷、{} 行到 {file}；文件内容不加密，含个人信息，用后请删除",
            restored.n_parts, restored.n_rows
        )),
    }
    Ok(Ended::Done)
}
