//! `GET /api/v1/audit`, `/api/v1/audit/verify`, `/api/v1/audit/export`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{EXPORT, VERIFY};
use crate::administration::AdministrationApi;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use registry::access::{By, Routes};
use registry::audit::{AuditFilter, AuditRow, ChainVerdict, done, list, total, verify};
use registry::request::{field, id_opt, time_opt};
use registry::role::{AUDIT, Role};
use serde::{Deserialize, Serialize};
use store::clock::{beijing_compact, beijing_rfc3339};
use store::{Result as StoreResult, Tx};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use web::{
    Age, Begin, Page, PageQuery, Problem, QueryOf, attachment, conditions, conditions_text,
    file_name,
};

/// Rows read at once for an export.
const EXPORT_ROWS: i64 = 500;

registry::operations! {
    ReadAuditRows = reads("audit_rows", "查看审计记录", &[Role::AuditAdmin, Role::SecurityAdmin]);
    AuditVerify = reads("audit_verify", "校验审计链", AUDIT);
    AuditExport = reads("audit_export", "导出审计记录", AUDIT);
    ReadAuditActs = reads("audit_acts", "查看审计事件目录", &[Role::AuditAdmin, Role::SecurityAdmin]);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(audit_rows, audit_verify, audit_acts, audit_export)
}

/// What the audit is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// An act (`account.create`), or the first word of several (`login` for the login log).
    pub act: Option<String>,
    /// Id of the account, key or client that acted.
    pub actor: Option<String>,
    /// Id of the company acted for.
    pub company: Option<String>,
    /// What was acted on: `account:123`.
    pub object: Option<String>,
    /// At or after: a day or RFC 3339.
    pub from: Option<String>,
    /// Before: a day or RFC 3339.
    pub to: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// A row of the audit (审计记录) for people.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    /// Its number, without gaps.
    pub number: i64,
    /// When, RFC 3339.
    pub at: String,
    /// `account`, `key`, `client` or `nobody`.
    pub actor_kind: String,
    /// Id of the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// Name of the actor.
    pub actor: String,
    /// The company acted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_id: Option<String>,
    /// The act.
    pub act: String,
    /// The act's name for people.
    pub act_name: String,
    /// On what.
    pub object: String,
    /// `done` or `refused`.
    pub result: String,
    /// From which address.
    pub address: String,
    /// In which request.
    pub request_id: String,
    /// Particulars.
    pub detail: String,
    /// Hash of the row.
    pub hash: String,
}

pub(super) fn name_of(api: &AdministrationApi, act: &str) -> String {
    let mut acts = api.acts.iter().flat_map(|(_, acts)| acts.iter());
    acts.find(|known| known.name == act)
        .map_or(act, |known| known.chinese)
        .to_owned()
}

fn view(api: &AdministrationApi, row: AuditRow) -> AuditView {
    AuditView {
        number: row.number,
        at: beijing_rfc3339(row.at_ms),
        actor_kind: row.actor_kind,
        actor_id: row.actor_id.map(|id| id.to_string()),
        actor: row.actor_name,
        company_id: row.company.map(|id| id.to_string()),
        act_name: name_of(api, &row.act),
        act: row.act,
        object: row.object,
        result: row.result,
        address: row.address,
        request_id: row.request_id,
        detail: row.detail,
        hash: row.hash,
    }
}

/// The acts that a word names: itself, or all that begin with it and a dot.
pub(super) fn acts_of(api: &AdministrationApi, word: &str) -> Result<Vec<String>, Problem> {
    let begin = format!("{word}.");
    let found: Vec<String> = api
        .acts
        .iter()
        .flat_map(|(_, acts)| acts.iter())
        .map(|act| act.name)
        .filter(|name| *name == word || name.starts_with(&begin))
        .map(str::to_owned)
        .collect();
    if found.is_empty() {
        return Err(field(format!("没有这类审计事件：{word}")));
    }
    Ok(found)
}

fn filter(
    api: &AdministrationApi,
    asked: &AuditQuery,
    after: Option<&str>,
) -> Result<AuditFilter, Problem> {
    Ok(AuditFilter {
        acts: match asked.act.as_deref().filter(|word| !word.is_empty()) {
            Some(word) => acts_of(api, word)?,
            None => Vec::new(),
        },
        actor: id_opt("actor", asked.actor.as_deref())?,
        company: id_opt("company", asked.company.as_deref())?,
        object: asked.object.clone().filter(|text| !text.is_empty()),
        from_ms: time_opt("from", asked.from.as_deref())?,
        to_ms: time_opt("to", asked.to.as_deref())?,
        begin: Begin::of(asked.sort.as_deref(), after)?,
        ..AuditFilter::default()
    })
}

/// The audit (审计记录).
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit", params(AuditQuery, PageQuery),
    responses(
        (status = 200, body = Page<AuditView>)
    )
)]
async fn audit_rows(
    _: By<ReadAuditRows>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<AuditQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<AuditView>>, Problem> {
    let filter = filter(&api, &query, asked.after.as_deref())?;
    let size = asked.size();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<AuditRow>> {
        let found = list(tx, &filter, size.rows())?;
        let total = asked.total(|| total(tx, &filter))?;
        let place = |row: &AuditRow| filter.begin.next(row.number);
        Ok(Page::cut(found, size, place).counted(total))
    };
    let page = api.context().read(read).await?;
    Ok(Json(page.map(|row| view(&api, row))))
}

/// What a check of the chain should look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VerifyQuery {
    /// A hash that was kept elsewhere; the answer says whether it still stands in the chain.
    pub head: Option<String>,
}

/// What a check of the chain found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerdictView {
    /// Whether the chain is whole, and holds the hash that was asked for.
    pub ok: bool,
    /// Rows that were read.
    pub rows: i64,
    /// Number of the first row that is missing, changed or out of place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<i64>,
    /// Hash of the last row: keep it outside of the platform.
    pub head: String,
    /// Whether the hash that was asked for stands in the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_head: Option<bool>,
}

/// A verdict as the API tells it.
pub fn verdict_view(verdict: ChainVerdict) -> VerdictView {
    VerdictView {
        ok: verdict.holds(),
        rows: verdict.n_rows,
        broken_at: verdict.broken_at,
        head: verdict.head,
        has_head: verdict.has_known,
    }
}

/// Checks the whole chain (校验审计链).
#[utoipa::path(
    get, path = "/api/v1/audit/verify", tag = "audit", params(VerifyQuery),
    responses(
        (status = 200, body = VerdictView)
    )
)]
async fn audit_verify(
    By { actor, .. }: By<AuditVerify>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<VerifyQuery>,
) -> Result<Json<VerdictView>, Problem> {
    let known = asked.head.filter(|hash| !hash.is_empty());
    let found = verify(&api.context().db, known).await?;
    let (now_ms, view) = (api.context().now_ms(), verdict_view(found));
    let detail = match view.broken_at {
        Some(number) => format!("{} 条，自第 {number} 条起断链", view.rows),
        None => format!("{} 条，完整", view.rows),
    };
    let note = move |tx: &mut Tx<'_>| done(tx, now_ms, &actor, VERIFY, "audit:", &detail);
    api.context().db.write(note).await?;
    Ok(Json(view))
}

/// A module of acts (审计事件目录).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditAct {
    /// The act.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// The room that it belongs to.
    pub module: String,
}

/// What leaves a row in the audit (审计事件目录).
#[utoipa::path(
    get, path = "/api/v1/audit/acts", tag = "audit",
    responses(
        (status = 200, body = Page<AuditAct>)
    )
)]
async fn audit_acts(
    _: By<ReadAuditActs>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<AuditAct>>, Problem> {
    let items = api
        .acts
        .iter()
        .flat_map(|(module, acts)| acts.iter().map(move |act| (module, act)))
        .map(|(module, act)| AuditAct {
            id: act.name.to_owned(),
            name: act.chinese.to_owned(),
            module: (*module).to_owned(),
        })
        .collect();
    Ok(Json(Page::whole(items)))
}

/// A cell of a CSV file: quoted, and never a formula to a spreadsheet.
pub(super) fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn line(view: &AuditView) -> String {
    let cells = [
        view.number.to_string(),
        view.at.clone(),
        view.actor_kind.clone(),
        view.actor_id.clone().unwrap_or_default(),
        view.actor.clone(),
        view.company_id.clone().unwrap_or_default(),
        view.act.clone(),
        view.act_name.clone(),
        view.object.clone(),
        view.result.clone(),
        view.address.clone(),
        view.request_id.clone(),
        view.detail.clone(),
        view.hash.clone(),
    ];
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// First line of the file, after the mark by which spreadsheets know UTF-8.
const HEAD: &str = "\u{feff}序号,时间,操作者类型,操作者编号,操作者,企业编号,事件,事件名称,对象,结果,地址,请求编号,说明,哈希值\r\n";

/// Sends the rows in their order, as fast as the caller reads; an error cuts the file off, so that
/// nobody takes a part for the whole.
async fn pour(
    api: AdministrationApi,
    mut filter: AuditFilter,
    to: mpsc::Sender<Result<Bytes, std::io::Error>>,
) {
    let mut piece = HEAD.to_owned();
    loop {
        let asked = filter.clone();
        let read =
            move |tx: &mut Tx<'_>| -> StoreResult<Vec<AuditRow>> { list(tx, &asked, EXPORT_ROWS) };
        let rows = match api.context().db.read(read).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                let broken = std::io::Error::other("the export broke off");
                // The caller may have gone away already.
                let _ = to.send(Err(broken)).await;
                return;
            }
        };
        filter.begin.after = rows.last().map(|row| row.number.into());
        for row in rows {
            piece += &line(&view(&api, row));
        }
        let is_gone = to
            .send(Ok(Bytes::from(std::mem::take(&mut piece))))
            .await
            .is_err();
        if is_gone || filter.begin.after.is_none() {
            return;
        }
    }
}

/// The audit as a CSV file that spreadsheets open (导出审计记录).
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "audit", params(AuditQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv", description = "CSV 文件")
    )
)]
async fn audit_export(
    By { actor, .. }: By<AuditExport>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<AuditQuery>,
) -> Result<Response, Problem> {
    let filter = filter(&api, &asked, None)?;
    let now_ms = api.context().now_ms();
    let conditions = conditions(&[
        ("事件", asked.act.as_deref()),
        ("操作人", asked.actor.as_deref()),
        ("企业编号", asked.company.as_deref()),
        ("对象", asked.object.as_deref()),
        ("开始", asked.from.as_deref()),
        ("结束", asked.to.as_deref()),
    ]);
    let detail = conditions_text(&conditions);
    let name = file_name("审计记录", &conditions, &beijing_compact(now_ms), "csv");
    let note = move |tx: &mut Tx<'_>| done(tx, now_ms, &actor, EXPORT, "audit:", &detail);
    api.context().db.write(note).await?;
    let (to, from) = mpsc::channel(2);
    tokio::spawn(pour(api, filter, to));
    let pieces = unfold(from, async |mut from| {
        from.recv().await.map(|piece| (piece, from))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
