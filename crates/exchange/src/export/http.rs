//! `GET /api/v1/exports/messages` and `GET /api/v1/exports/receipts`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{EXPORT, EXPORT_ROWS_MAX};
use crate::api::ApiState;
use crate::downlink;
use crate::explanation;
use crate::finder::list;
use crate::message::{MessageId, StoredMessage};
use crate::outcome::{holder, state_chinese};
use crate::query::http::{ListQuery, filter};
use crate::query::{OPERATORS, unsure, words};
use crate::receipt;
use crate::workbook::XLSX;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use ceb::explain::Explanation;
use futures_util::stream::unfold;
use registry::access::{Actor, By, Gate, Routes};
use registry::audit;
use registry::role::Role;
use rust_xlsxwriter::XlsxError;
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::time::Duration;
use store::clock::beijing_compact;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use web::shares::{HeldShare, Shares};
use web::sheet::{Book, SheetColumn, SheetValue, named};
use web::{Problem, QueryOf, attachment, codes, conditions_text, file_name};

/// How long a caller waits for his turn.
const WAIT: Duration = Duration::from_secs(10);

/// Rows read at once.
const PAGE: i64 = 1000;

/// Pages that wait to be written.
const PAGES_WAITING: usize = 4;

/// Bytes sent at once.
const PIECE_BYTES: usize = 64 << 10;

/// Who exports lists: no program, it has the lists themselves.
const EXPORTERS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];

registry::operations! {
    ExportMessages = reads("export_messages", "导出报文列表", EXPORTERS);
    ExportReceipts = reads(
        "export_receipts",
        "导出回执列表",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Exports> {
    registry::routes!(export_messages, export_receipts)
}

/// What the routes need.
#[derive(Clone)]
pub struct Exports {
    /// Who calls, and what the steps share.
    pub api: ApiState,
    /// Turns.
    pub turns: Shares,
}

impl registry::access::HasGate for Exports {
    fn gate(&self) -> &Gate {
        &self.api.gate
    }
}

const MESSAGE_COLUMNS: &[(&str, u16)] = &[
    ("受理号", 18),
    ("报文类型", 10),
    ("名称", 16),
    ("企业", 28),
    ("方向", 6),
    ("状态", 10),
    ("办理结果", 10),
    ("待企业处理", 10),
    ("当前处理方", 30),
    ("单证数", 8),
    ("受理时间", 20),
    ("状态时间", 20),
    ("报文 guid", 40),
    ("字节", 10),
];

const RECEIPT_COLUMNS: &[(&str, u16)] = &[
    ("序号", 10),
    ("受理号", 18),
    ("回执类型", 10),
    ("业务主键", 40),
    ("状态", 8),
    ("状态名称", 16),
    ("办理结果", 10),
    ("回执时间", 20),
    ("回执信息", 60),
    ("到达时间", 20),
    ("含义", 50),
    ("怎么办", 60),
    ("是否重报", 30),
];

impl Exports {
    /// Waits for a turn.
    pub(super) async fn turn(&self, actor: &Actor) -> Result<HeldShare, Problem> {
        // Who waits for a turn has a place there, and none among those who read.
        web::reads::aside();
        Ok(self.turns.take(&actor.holder(), 1, WAIT).await?)
    }

    /// Puts the export on record before anything is read.
    pub(super) async fn record(
        &self,
        actor: &Actor,
        object: String,
        detail: String,
    ) -> Result<(), Problem> {
        let (actor, now_ms) = (actor.clone(), self.api.shared.clock.now_ms());
        Ok(self
            .api
            .shared
            .db
            .write(move |tx| audit::done(tx, now_ms, &actor, EXPORT, &object, &detail))
            .await?)
    }
}

/// The messages of a list as a workbook (导出报文列表): same filters, all pages.
#[utoipa::path(
    get, path = "/api/v1/exports/messages", tag = "exports", params(ListQuery),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 400, body = Problem, description = "参数有误"),
        (status = 429, body = Problem, description = "本企业已有导出在生成，请稍后重试"),
        (status = 503, body = Problem, description = "导出排队中，请稍后重试")
    )
)]
async fn export_messages(
    By { actor, .. }: By<ExportMessages>,
    State(exports): State<Exports>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    exports.api.refresh().await?;
    let mut filter = filter(query, None, &exports.api.shared.directory)?;
    let narrowed = words(&filter, &exports.api.shared.directory);
    let turn = exports.turn(&actor).await?;
    exports
        .record(&actor, "messages".to_owned(), conditions_text(&narrowed))
        .await?;
    let (pages, writer) = writer("报文", named(MESSAGE_COLUMNS), turn)?;
    let shared = &exports.api.shared;
    let rows_max = exports.api.gate.context.number(&EXPORT_ROWS_MAX);
    let mut n_rows = 0;
    while n_rows < rows_max {
        let (sight, asked) = (actor.sight.clone(), filter.clone());
        let page = shared
            .db
            .read_recent(move |tx| {
                let page = list(tx, &sight, &asked, PAGE)?;
                let unsure = unsure(tx, page.iter().map(|message| message.id))?;
                Ok::<_, store::Error>((page, unsure))
            })
            .await?;
        let (page, unsure) = page;
        let Some(last) = page.last() else { break };
        filter.begin.after = Some(last.id.0.into());
        n_rows += i64::try_from(page.len()).unwrap_or(i64::MAX);
        let rows = page
            .iter()
            .map(|message| message_row(&exports, message, unsure.get(&message.id)))
            .collect();
        if pages.send(rows).await.is_err() {
            break;
        }
    }
    drop(pages);
    let now_ms = shared.clock.now_ms();
    let name = file_name("报文", &narrowed, &beijing_compact(now_ms), "xlsx");
    send(&name, writer).await
}

fn message_row(
    exports: &Exports,
    message: &StoredMessage,
    unknown_status: Option<&i64>,
) -> Vec<SheetValue> {
    let holder = match unknown_status {
        Some(_) => OPERATORS,
        None => holder(message.state, message.outcome, message.needs_action),
    };
    let company = exports.api.shared.directory.by_id(message.company_id);
    let kind = ceb::Kind::from_code(&message.kind).map_or("", ceb::Kind::chinese);
    let direction = if message.direction == "import" {
        "进口"
    } else {
        "出口"
    };
    vec![
        message.id.acceptance_no().into(),
        message.kind.as_str().into(),
        kind.into(),
        company
            .map_or_else(String::new, |company| company.name.clone())
            .into(),
        direction.into(),
        state_chinese(message.state, message.outcome).into(),
        message.outcome.chinese().into(),
        if message.needs_action { "是" } else { "否" }.into(),
        holder.into(),
        message.n_documents.into(),
        SheetValue::Time(message.received_at),
        SheetValue::Time(message.changed_at),
        message.guid.as_str().into(),
        message.n_bytes.into(),
    ]
}

/// Which receipts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReceiptsQuery {
    /// Begin after this cursor; with the oldest receipt when absent.
    pub after: Option<i64>,
}

/// The receipts of a company as a workbook (导出回执列表).
#[utoipa::path(
    get, path = "/api/v1/exports/receipts", tag = "exports", params(ReceiptsQuery),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 400, body = Problem, description = "参数有误"),
        (status = 429, body = Problem, description = "本企业已有导出在生成，请稍后重试"),
        (status = 503, body = Problem, description = "导出排队中，请稍后重试")
    )
)]
async fn export_receipts(
    By { actor, .. }: By<ExportReceipts>,
    State(exports): State<Exports>,
    QueryOf(query): QueryOf<ReceiptsQuery>,
) -> Result<Response, Problem> {
    let company = actor.require_company()?.id;
    let mut from = query.after.unwrap_or(0);
    let turn = exports.turn(&actor).await?;
    let narrowed = match from {
        0 => String::new(),
        from => format!("序号 {from} 之后"),
    };
    exports
        .record(&actor, "receipts".to_owned(), conditions_text(&narrowed))
        .await?;
    let (pages, writer) = writer("回执", named(RECEIPT_COLUMNS), turn)?;
    let shared = &exports.api.shared;
    let rows_max = exports.api.gate.context.number(&EXPORT_ROWS_MAX);
    let mut n_rows = 0;
    while n_rows < rows_max {
        let page = shared
            .db
            .read_recent(move |tx| -> Result<Vec<_>, Problem> {
                let items = downlink::after(tx, company, from, PAGE)?;
                let explained = explanation::of(tx, &items)?;
                Ok(items.into_iter().zip(explained).collect())
            })
            .await?;
        let Some(last) = page.last() else { break };
        from = last.0.feed_no;
        n_rows += i64::try_from(page.len()).unwrap_or(i64::MAX);
        if pages
            .send(page.iter().map(receipt_row).collect())
            .await
            .is_err()
        {
            break;
        }
    }
    drop(pages);
    let now_ms = shared.clock.now_ms();
    let name = file_name("回执", &narrowed, &beijing_compact(now_ms), "xlsx");
    send(&name, writer).await
}

fn receipt_row((item, explanation): &(downlink::Item, Explanation)) -> Vec<SheetValue> {
    let says = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
    vec![
        item.feed_no.into(),
        MessageId(item.message_id).acceptance_no().into(),
        item.kind.as_str().into(),
        item.document_key.as_str().into(),
        // A tax bill has no status.
        receipt::shown_status(item.return_status).map_or_else(|| SheetValue::from(""), Into::into),
        receipt::status_name(item).into(),
        says.map_or("", ceb::Outcome::chinese).into(),
        SheetValue::time(&item.return_time),
        item.return_info.as_str().into(),
        SheetValue::Time(item.received_at),
        explanation.meaning.as_str().into(),
        explanation.advice.as_str().into(),
        explanation.resubmit.chinese().into(),
    ]
}

pub(super) type ExportPages = mpsc::Sender<Vec<Vec<SheetValue>>>;
pub(super) type Writer = tokio::task::JoinHandle<Result<(File, u64), XlsxError>>;

/// Starts the thread that writes; it ends the workbook when the pages are dropped.
pub(super) fn writer(
    name: &str,
    columns: Vec<SheetColumn>,
    turn: HeldShare,
) -> Result<(ExportPages, Writer), Problem> {
    let (pages, mut waiting) = mpsc::channel::<Vec<Vec<SheetValue>>>(PAGES_WAITING);
    let mut book = Book::new(name, columns).map_err(|error| failed(&error))?;
    let writer = tokio::task::spawn_blocking(move || {
        while let Some(rows) = waiting.blocking_recv() {
            for row in &rows {
                book.row(row)?;
            }
        }
        let file = book.finish();
        drop(turn);
        file
    });
    Ok((pages, writer))
}

fn failed(error: &XlsxError) -> Problem {
    tracing::error!(%error, "an export could not be written");
    Problem::new(codes::FAULT)
}

/// Sends the finished file piece by piece.
pub(super) async fn send(name: &str, writer: Writer) -> Result<Response, Problem> {
    let written = writer.await.map_err(|_| Problem::new(codes::FAULT))?;
    let (file, n_bytes) = written.map_err(|error| failed(&error))?;
    let stream = unfold(Some(file), |file| async move {
        let mut file = file?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE_BYTES];
            let n_read = file.read(&mut piece)?;
            piece.truncate(n_read);
            Ok::<_, std::io::Error>((file, piece))
        });
        match read.await.map_err(std::io::Error::other).flatten() {
            Ok((_, piece)) if piece.is_empty() => None,
            Ok((file, piece)) => Some((Ok(Bytes::from(piece)), Some(file))),
            Err(error) => Some((Err(error), None)),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, XLSX.to_owned()),
        (header::CONTENT_LENGTH, n_bytes.to_string()),
        (header::CONTENT_DISPOSITION, attachment(name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}
