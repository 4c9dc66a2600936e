//! `message show|trace|list` and `receipts`: over HTTP with `--url` and `--key`, or straight from
//! the database of this machine (`--data`, `--config`) for those who run the platform.

use super::client::{ApiAnswer, Client, Remote};
use super::table::table;
use super::{Base, Ended, existing, say};
use crate::databases::open_db;
use anyhow::bail;
use clap::Args;
use exchange::finder::{find_any, latest};
use exchange::message::MessageId;
use exchange::query::{MessageDetail, MessageSummary, detail, unsure};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands as it is in the value of a query.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Seconds that `receipts --follow` waits in one call.
const FOLLOW_S: u32 = 30;

/// Arguments of `message show` and `message trace`.
#[derive(Debug, Args)]
pub(super) struct OneArgs {
    #[command(flatten)]
    base: Base,
    #[command(flatten)]
    remote: Remote,
    /// 报文 id 或受理号
    id: String,
}

/// Arguments of `message list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    base: Base,
    #[command(flatten)]
    remote: Remote,
    /// 报文类型
    #[arg(long)]
    kind: Option<String>,
    /// 报文状态
    #[arg(long)]
    state: Option<String>,
    /// 办理结果：waiting、accepted、released、rejected、faulty、refused
    #[arg(long)]
    outcome: Option<String>,
    /// 只列出待企业处理的报文
    #[arg(long)]
    needs_action: bool,
    /// 订单编号
    #[arg(long)]
    order_no: Option<String>,
    /// 最多列出多少份
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

/// Arguments of `receipts`.
#[derive(Debug, Args)]
pub(super) struct ReceiptsArgs {
    #[command(flatten)]
    remote: Remote,
    /// 从这个游标之后读起（缺省从头）
    #[arg(long, default_value = "0")]
    after: String,
    /// 持续等待新的回执
    #[arg(long)]
    follow: bool,
    /// 每条回执一行 JSON
    #[arg(long)]
    json: bool,
}

async fn fetch(args: &OneArgs) -> anyhow::Result<Option<MessageDetail>> {
    let id = MessageId::parse(&args.id).ok_or_else(|| super::wrong_use("不是报文 id 或受理号"))?;
    if args.remote.url.is_some() {
        let answer = Client::new(&args.remote)?.get(&format!("/api/v1/messages/{id}"))?;
        return match answer.status {
            200 => Ok(Some(serde_json::from_slice(&answer.body)?)),
            404 => Ok(None),
            _ => bail!(refusal(&answer)),
        };
    }
    let db = open_db(existing(&args.base)?.store).await?;
    Ok(db
        .read(move |tx| match find_any(tx, id)? {
            Some(message) => detail(tx, &message).map(Some),
            None => Ok(None),
        })
        .await?)
}

fn refusal(answer: &ApiAnswer) -> String {
    let body = answer.json().unwrap_or_default();
    let text = |key: &str| {
        body.get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    format!(
        "{} {} {} {}",
        answer.status,
        text("code"),
        text("title"),
        text("advice")
    )
}

fn not_found() -> anyhow::Result<Ended> {
    say("没有这份报文");
    Ok(Ended::Refused)
}

/// Shows a message with everything about it.
pub(super) async fn show(args: &OneArgs) -> anyhow::Result<Ended> {
    let Some(detail) = fetch(args).await? else {
        return not_found();
    };
    if args.base.json {
        say(&serde_json::to_string(&detail)?);
        return Ok(Ended::Done);
    }
    let summary = &detail.summary;
    say(&format!(
        "{} {} {}\n状态 {}，自 {}\n办理结果 {}\n当前处理方 {}\nguid {}\n受理时间 {}，{} 字节，{} 份单证\n",
        summary.acceptance_no,
        summary.kind,
        summary.kind_name,
        summary.state_name,
        summary.since,
        summary.outcome_name,
        summary.holder,
        summary.guid,
        summary.received_at,
        summary.n_bytes,
        summary.n_documents
    ));
    say_findings(&detail);
    say_documents(&detail);
    say_receipts(&detail);
    say_timeline(&detail);
    Ok(Ended::Done)
}

fn say_findings(detail: &MessageDetail) {
    if detail.findings.is_empty() {
        return;
    }
    let mut rows = table(&["代码", "位置", "行", "问题", "怎么办"]);
    for finding in &detail.findings {
        let line = finding.line.to_string();
        rows.add_row([
            &finding.code,
            &finding.path,
            &line,
            &finding.text,
            &finding.advice,
        ]);
    }
    say(&rows.to_string());
}

/// What customs answered, and what the platform did: why it was refused, too.
fn say_receipts(detail: &MessageDetail) {
    if detail.receipts.is_empty() {
        return;
    }
    let mut rows = table(&["回执时间", "回执", "返回信息", "怎么办"]);
    for receipt in &detail.receipts {
        let status = receipt.return_status.map(|status| status.to_string());
        let name = format!(
            "{} {}",
            status.unwrap_or_default(),
            receipt.return_status_name
        );
        let text = match &receipt.notice {
            Some(notice) => &notice.summary,
            None => &receipt.return_info,
        };
        rows.add_row([
            &receipt.return_time,
            &name,
            text,
            &receipt.explanation.advice,
        ]);
    }
    say(&rows.to_string());
}

fn say_documents(detail: &MessageDetail) {
    let mut rows = table(&["序号", "业务主键", "清单编号", "最新回执", "办理结果"]);
    for document in &detail.documents {
        let status = document
            .return_status
            .map(|status| status.to_string())
            .unwrap_or_default();
        let name = document.return_status_name.clone().unwrap_or_default();
        rows.add_row([
            document.number.to_string(),
            document.document_key.clone().unwrap_or_default(),
            document.invt_no.clone().unwrap_or_default(),
            format!("{status} {name}"),
            match document.needs_action {
                true => format!("{}，待企业处理", document.outcome_name),
                false => document.outcome_name.clone(),
            },
        ]);
    }
    say(&rows.to_string());
}

/// Shows the steps of a message.
pub(super) async fn trace(args: &OneArgs) -> anyhow::Result<Ended> {
    let Some(detail) = fetch(args).await? else {
        return not_found();
    };
    if args.base.json {
        say(&serde_json::to_string(&detail.timeline)?);
    } else {
        say_timeline(&detail);
    }
    Ok(Ended::Done)
}

fn say_timeline(detail: &MessageDetail) {
    let mut rows = table(&["时间", "步骤", "由谁处理", "说明"]);
    for entry in &detail.timeline {
        rows.add_row([&entry.at, &entry.step_name, &entry.holder, &entry.detail]);
    }
    say(&rows.to_string());
}

/// Lists messages.
pub(super) async fn list(args: &ListArgs) -> anyhow::Result<Ended> {
    let messages = if args.remote.url.is_some() {
        list_remote(args)?
    } else {
        let is_narrowed = [&args.kind, &args.state, &args.outcome, &args.order_no]
            .iter()
            .any(|part| part.is_some());
        if is_narrowed || args.needs_action {
            return Err(super::wrong_use("按条件列出需要 --url 和 --key"));
        }
        let db = open_db(existing(&args.base)?.store).await?;
        let limit = i64::from(args.limit);
        let found = db.read(move |tx| {
            let found = latest(tx, limit)?;
            let unsure = unsure(tx, found.iter().map(|message| message.id))?;
            Ok::<_, store::Error>((found, unsure))
        });
        let (found, unsure) = found.await?;
        let mut found: Vec<_> = found.iter().map(MessageSummary::from).collect();
        found.iter_mut().for_each(|summary| summary.unsure(&unsure));
        found
    };
    if args.base.json {
        say(&serde_json::to_string(&messages)?);
        return Ok(Ended::Done);
    }
    if messages.is_empty() {
        say("没有报文");
        return Ok(Ended::Done);
    }
    let mut rows = table(&[
        "受理时间",
        "受理号",
        "报文",
        "单证",
        "状态",
        "办理结果",
        "当前处理方",
    ]);
    for message in &messages {
        rows.add_row([
            message.received_at.get(..19).unwrap_or_default().to_owned(),
            message.acceptance_no.clone(),
            format!("{} {}", message.kind, message.kind_name),
            message.n_documents.to_string(),
            message.state_name.clone(),
            message.outcome_name.clone(),
            message.holder.clone(),
        ]);
    }
    say(&rows.to_string());
    Ok(Ended::Done)
}

fn list_remote(args: &ListArgs) -> anyhow::Result<Vec<MessageSummary>> {
    let mut query = format!("?limit={}", args.limit);
    if args.needs_action {
        query.push_str("&needsAction=true");
    }
    let parts = [
        ("kind", &args.kind),
        ("state", &args.state),
        ("outcome", &args.outcome),
        ("orderNo", &args.order_no),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={}", utf8_percent_encode(value, KEPT)));
        }
    }
    let answer = Client::new(&args.remote)?.get(&format!("/api/v1/messages{query}"))?;
    if answer.status != 200 {
        bail!(refusal(&answer));
    }
    Ok(serde_json::from_value(
        answer.json()?.get("items").cloned().unwrap_or_default(),
    )?)
}

/// Reads receipts, once or for as long as they come.
pub(super) async fn receipts(args: &ReceiptsArgs) -> anyhow::Result<Ended> {
    let client = Client::new(&args.remote)?;
    let mut after = args.after.clone();
    loop {
        let wait = if args.follow { FOLLOW_S } else { 0 };
        let path = format!(
            "/api/v1/receipts?after={}&limit=500&wait={wait}",
            utf8_percent_encode(&after, KEPT)
        );
        let answer = tokio::task::block_in_place(|| client.get(&path))?;
        if answer.status != 200 {
            bail!(refusal(&answer));
        }
        let page: exchange::receipt_feed::http::ReceiptPage = serde_json::from_slice(&answer.body)?;
        for item in &page.items {
            if args.json {
                say(&serde_json::to_string(item)?);
            } else {
                say(&format!(
                    "{:>8}  {}  {}  {:>6}  {}  {}  {}",
                    item.cursor,
                    item.return_time,
                    item.kind,
                    // A tax bill has no status.
                    item.return_status
                        .map_or_else(String::new, |status| status.to_string()),
                    item.return_status_name,
                    item.document_key,
                    item.notice
                        .as_ref()
                        .map_or(&item.return_info, |notice| &notice.summary)
                ));
            }
        }
        let is_end = page.items.is_empty();
        after = page.next;
        if is_end && !args.follow {
            return Ok(Ended::Done);
        }
    }
}
