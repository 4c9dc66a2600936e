//! `/api/v1/login-log`, `/api/v1/operation-log`, and both as workbooks.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::EXPORT;
use super::audit::{acts_of, name_of};
use crate::administration::AdministrationApi;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use registry::access::{Actor, By, Permission, Routes};
use registry::account::{self, AccountId};
use registry::audit::{AuditFilter, AuditRow, done, list, total};
use registry::request::{field, time_opt};
use registry::role::{AUDIT, Operation, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::clock::{beijing_compact, beijing_rfc3339};
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::sheet::SheetValue;
use web::{
    Age, Begin, Page, PageQuery, Problem, QueryOf, Total, conditions, conditions_text, file_name,
};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Rows of one workbook; the whole audit is exported as CSV.
const EXPORT_ROWS_MAX: usize = 50_000;

/// Rows read at once for a workbook.
const EXPORT_ROWS: i64 = 1000;

/// Who reads the audit.
const READERS: &[Role] = &[Role::SecurityAdmin, Role::AuditAdmin];

registry::operations! {
    ReadLoginLog = reads("login_log", "查看登录日志", READERS);
    ReadOperationLog = reads("operation_log", "查看操作日志", READERS);
    ExportLoginLog = reads("export_login_log", "导出登录日志", AUDIT);
    ExportOperationLog = reads("export_operation_log", "导出操作日志", AUDIT);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        login_log,
        operation_log,
        export_login_log,
        export_operation_log
    )
}

/// What a log is narrowed to.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Beginning of a login name, or the whole name of a person.
    pub person: Option<String>,
    /// An act (`account.create`), or the first word of several.
    pub act: Option<String>,
    /// `done` or `refused`.
    pub result: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// At or after: a day or RFC 3339.
    pub from: Option<String>,
    /// Until: a day, which counts, or RFC 3339.
    pub to: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// A row of a log (日志).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogView {
    /// Its number in the audit.
    pub number: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Name of the person; nothing when nobody knows.
    pub person: String,
    /// Login name.
    pub login: String,
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
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    Logins,
    Operations,
}

/// A filter, and the person who is still to be looked for.
type LogFilter = (AuditFilter, Option<String>);

fn filter(
    api: &AdministrationApi,
    log: Log,
    asked: &LogQuery,
    after: Option<&str>,
) -> Result<LogFilter, Problem> {
    let given = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let word = match (log, given(&asked.act)) {
        (Log::Logins, None) => Some("login".to_owned()),
        (_, word) => word,
    };
    let acts = match &word {
        Some(word) => acts_of(api, word)?,
        None => Vec::new(),
    };
    if log == Log::Logins && acts.iter().any(|act| !act.starts_with("login.")) {
        return Err(field("登录日志只含登录事件"));
    }
    let is_done = match asked.result.as_deref().unwrap_or_default() {
        "" => None,
        "done" => Some(true),
        "refused" => Some(false),
        _ => return Err(field("结果应为 done 或 refused")),
    };
    let is_day = asked.to.as_deref().is_some_and(|text| text.len() == 10);
    let to = time_opt("to", asked.to.as_deref())?;
    let filter = AuditFilter {
        acts,
        of_people: log == Log::Operations,
        is_done,
        address: given(&asked.address),
        from_ms: time_opt("from", asked.from.as_deref())?,
        to_ms: to.map(|at| if is_day { at + DAY_MS } else { at }),
        begin: Begin::of(asked.sort.as_deref(), after)?,
        ..AuditFilter::default()
    };
    Ok((filter, given(&asked.person)))
}

/// The filter with the accounts of its person; nothing when there is none.
fn of_person(tx: &mut Tx<'_>, (filter, person): &LogFilter) -> StoreResult<Option<AuditFilter>> {
    let mut filter = filter.clone();
    if let Some(person) = person {
        filter.accounts = super::people(tx, person)?;
        if filter.accounts.is_empty() {
            return Ok(None);
        }
    }
    Ok(Some(filter))
}

/// The rows with the login name of each.
fn rows(tx: &mut Tx<'_>, asked: &LogFilter, limit: i64) -> StoreResult<Vec<(AuditRow, String)>> {
    let Some(filter) = of_person(tx, asked)? else {
        return Ok(Vec::new());
    };
    let mut logins: BTreeMap<i64, String> = BTreeMap::new();
    let mut found = Vec::new();
    for row in list(tx, &filter, limit)? {
        let id = row.actor_id.filter(|_| row.actor_kind == "account");
        let login = match id {
            Some(id) if logins.contains_key(&id) => logins.get(&id).cloned(),
            Some(id) => account::by_id(tx, AccountId(id))?.map(|account| account.login),
            None => None,
        };
        if let (Some(id), Some(login)) = (id, &login) {
            logins.insert(id, login.clone());
        }
        found.push((row, login.unwrap_or_default()));
    }
    Ok(found)
}

/// How many rows there are.
fn total_of(tx: &mut Tx<'_>, asked: &LogFilter) -> StoreResult<Total> {
    match of_person(tx, asked)? {
        Some(filter) => total(tx, &filter),
        None => Ok(Total::of(0)),
    }
}

fn view(api: &AdministrationApi, (row, login): (AuditRow, String)) -> LogView {
    LogView {
        number: row.number,
        at: beijing_rfc3339(row.at_ms),
        person: row.actor_name,
        login,
        act_name: name_of(api, &row.act),
        act: row.act,
        object: row.object,
        result: row.result,
        address: row.address,
        request_id: row.request_id,
        detail: row.detail,
    }
}

async fn answer(
    api: &AdministrationApi,
    log: Log,
    query: LogQuery,
    asked: PageQuery,
) -> Result<Json<Page<LogView>>, Problem> {
    let filter = filter(api, log, &query, asked.after.as_deref())?;
    let size = asked.size();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<(AuditRow, String)>> {
        let found = rows(tx, &filter, size.rows())?;
        let total = asked.total(|| total_of(tx, &filter))?;
        let begin = &filter.0.begin;
        let place = |(row, _): &(AuditRow, String)| begin.next(row.number);
        Ok(Page::cut(found, size, place).counted(total))
    };
    let page = api.context().read(read).await?;
    Ok(Json(page.map(|found| view(api, found))))
}

/// Who logged in, tried to, was locked or logged out (登录日志).
#[utoipa::path(
    get, path = "/api/v1/login-log", tag = "audit", params(LogQuery, PageQuery),
    responses(
        (status = 200, body = Page<LogView>)
    )
)]
async fn login_log(
    _: By<ReadLoginLog>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<LogQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<LogView>>, Problem> {
    answer(&api, Log::Logins, query, asked).await
}

/// What people did; programs and jobs are left out (操作日志).
#[utoipa::path(
    get, path = "/api/v1/operation-log", tag = "audit", params(LogQuery, PageQuery),
    responses(
        (status = 200, body = Page<LogView>)
    )
)]
async fn operation_log(
    _: By<ReadOperationLog>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<LogQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<LogView>>, Problem> {
    answer(&api, Log::Operations, query, asked).await
}

const COLUMNS: &[(&str, u16)] = &[
    ("序号", 10),
    ("时间", 28),
    ("姓名", 14),
    ("登录名", 18),
    ("事件", 20),
    ("事件名称", 18),
    ("对象", 26),
    ("结果", 8),
    ("来源地址", 18),
    ("请求编号", 26),
    ("说明", 60),
];

async fn workbook(
    api: &AdministrationApi,
    log: Log,
    operation: &'static Operation,
    actor: Actor,
    asked: LogQuery,
) -> Result<Response, Problem> {
    let (mut filter, person) = filter(api, log, &asked, None)?;
    let result = asked.result.as_deref().map(|result| match result {
        "done" => "成功",
        _ => "拒绝",
    });
    let conditions = conditions(&[
        ("人员", asked.person.as_deref()),
        ("事件", asked.act.as_deref()),
        ("结果", result),
        ("来源地址", asked.address.as_deref()),
        ("开始", asked.from.as_deref()),
        ("结束", asked.to.as_deref()),
    ]);
    let now_ms = api.context().now_ms();
    let detail = format!("{}；{}", operation.chinese, conditions_text(&conditions));
    let note = move |tx: &mut Tx<'_>| done(tx, now_ms, &actor, EXPORT, "audit:", &detail);
    api.context().db.write(note).await?;
    let mut cells = Vec::new();
    while cells.len() < EXPORT_ROWS_MAX {
        let part = (filter.clone(), person.clone());
        let read = move |tx: &mut Tx<'_>| rows(tx, &part, EXPORT_ROWS);
        let found = api.context().read(read).await?;
        let Some((last, _)) = found.last() else { break };
        filter.begin.after = Some(last.number.into());
        cells.extend(found.into_iter().map(|found| {
            let row = view(api, found);
            vec![
                row.number.into(),
                SheetValue::time(&row.at),
                row.person.into(),
                row.login.into(),
                row.act.into(),
                row.act_name.into(),
                row.object.into(),
                (if row.result == "done" {
                    "成功"
                } else {
                    "拒绝"
                })
                .into(),
                row.address.into(),
                row.request_id.into(),
                row.detail.into(),
            ]
        }));
    }
    let title = match log {
        Log::Logins => "登录日志",
        Log::Operations => "操作日志",
    };
    let file = file_name(title, &conditions, &beijing_compact(now_ms), "xlsx");
    web::sheet::answer(&file, title, COLUMNS, cells).await
}

/// The login log as a workbook, up to 50000 rows (导出登录日志).
#[utoipa::path(
    get, path = "/api/v1/exports/login-log", tag = "audit", params(LogQuery),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>)
    )
)]
async fn export_login_log(
    By { actor, .. }: By<ExportLoginLog>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<LogQuery>,
) -> Result<Response, Problem> {
    workbook(&api, Log::Logins, ExportLoginLog::OPERATION, actor, asked).await
}

/// The operation log as a workbook, up to 50000 rows (导出操作日志).
#[utoipa::path(
    get, path = "/api/v1/exports/operation-log", tag = "audit", params(LogQuery),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>)
    )
)]
async fn export_operation_log(
    By { actor, .. }: By<ExportOperationLog>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<LogQuery>,
) -> Result<Response, Problem> {
    workbook(
        &api,
        Log::Operations,
        ExportOperationLog::OPERATION,
        actor,
        asked,
    )
    .await
}
