//! `POST /api/v1/exports/list`: any list of the console as a workbook, with the columns that the
//! caller sees.

use super::{address, cell};
use crate::api::bad;
use crate::export::EXPORT_ROWS_MAX;
use crate::export::http::{ExportPages, Exports, send, writer};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, header};
use axum::response::Response;
use registry::access::{By, Gate, Routes};
use registry::context::Ruling;
use registry::role::Role;
use serde::Deserialize;
use serde_json::Value as Tree;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::clock::beijing_compact;
use tower::ServiceExt;
use utoipa::ToSchema;
use web::sheet::SheetColumn;
use web::{JsonBody, Problem, codes};

/// Columns of one workbook at most.
const COLUMNS_MAX: usize = 60;

/// Characters of a title, and of a word for a code.
const TITLE_CHARS_MAX: usize = 60;

/// Words for the codes of one column at most.
const WORDS_MAX: usize = 200;

/// Filters at most.
const FILTERS_MAX: usize = 30;

/// Bytes of a page at most.
const PAGE_BYTES_MAX: usize = 16 << 20;

registry::operations! {
    ExportList = changes(
        "export_list",
        "导出列表",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin, Role::Operator, Role::BureauClerk, Role::BureauApprover, Role::CustomsOfficer]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Lists> {
    registry::routes!(export_list)
}

/// What the route needs.
#[derive(Clone)]
pub struct Lists {
    /// Turns, and the audit.
    pub exports: Exports,
    /// Routes of the lists that may be exported, by the name of their operation.
    pub paths: Arc<BTreeMap<String, String>>,
    /// Every route, to be asked as the caller.
    pub routes: Router,
}

impl registry::access::HasGate for Lists {
    fn gate(&self) -> &Gate {
        &self.exports.api.gate
    }
}

/// How the value of a column is written.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportForm {
    /// As it is.
    #[default]
    Text,
    /// A time, in Beijing.
    Time,
    /// A number.
    Number,
}

/// A column of the workbook.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExportColumn {
    /// Its heading.
    #[schema(max_length = 60)]
    pub title: String,
    /// Where the value stands in an item: names separated by dots; `*` is every element of a list.
    #[schema(max_length = 100, example = "roles.*.name")]
    pub from: String,
    /// How it is written.
    #[serde(default)]
    pub form: ExportForm,
    /// Words for its codes.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

/// Which list, and what of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ListExport {
    /// Name of the list's operation.
    #[schema(example = "companies")]
    pub list: String,
    /// Name of the sheet.
    #[schema(max_length = 60)]
    pub title: String,
    /// The filters, as in the address of the list.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// The columns, in order.
    pub columns: Vec<ExportColumn>,
}

/// A list as a workbook (导出列表): same filters and same masks, all pages.
#[utoipa::path(
    post, path = "/api/v1/exports/list", tag = "exports", request_body = ListExport,
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 400, body = Problem, description = "没有这个列表，或列有误"),
        (status = 429, body = Problem, description = "本企业（或本人）已有导出在生成，请稍后重试"),
        (status = 503, body = Problem, description = "导出排队中，请稍后重试")
    )
)]
async fn export_list(
    By { actor, .. }: By<ExportList>,
    State(lists): State<Lists>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<ListExport>,
) -> Result<Response, Problem> {
    let exports = &lists.exports;
    let asked = body;
    let path = lists.path(&asked)?;
    check(&asked)?;
    let turn = exports.turn(&actor).await?;
    // The first page decides whether the caller may see the list at all.
    let mut page = match lists.page(&headers, path, &asked.query, None).await? {
        Ruling::Granted(page) => page,
        Ruling::Refused(refusal) => return Ok(refusal),
    };
    let narrowed = conditions(&asked);
    let detail = format!("{}；{}", asked.title, web::conditions_text(&narrowed));
    exports.record(&actor, asked.list.clone(), detail).await?;
    let (pages, writer) = writer(&asked.title, columns(&asked), turn)?;
    let rows_max = exports.api.gate.context.number(&EXPORT_ROWS_MAX);
    let mut n_rows = 0;
    loop {
        n_rows += i64::try_from(page.items.len()).unwrap_or(i64::MAX);
        let next = page.next.take();
        let is_taken = hand_over(&pages, &asked, page.items).await;
        let Some(next) = next.filter(|_| is_taken && n_rows < rows_max) else {
            break;
        };
        page = match lists
            .page(&headers, path, &asked.query, Some(&next))
            .await?
        {
            Ruling::Granted(page) => page,
            Ruling::Refused(refusal) => return Ok(refusal),
        };
    }
    drop(pages);
    let now_ms = exports.api.shared.clock.now_ms();
    let name = web::file_name(&asked.title, &narrowed, &beijing_compact(now_ms), "xlsx");
    send(&name, writer).await
}

/// Names of filters for people; others are told as they are.
const FILTERS: &[(&str, &str)] = &[
    ("act", "事件"),
    ("address", "来源地址"),
    ("company", "企业"),
    ("day", "日期"),
    ("due", "期限"),
    ("from", "开始"),
    ("kind", "类别"),
    ("level", "级别"),
    ("object", "对象"),
    ("outcome", "结果"),
    ("person", "人员"),
    ("q", "关键字"),
    ("result", "结果"),
    ("role", "角色"),
    ("stage", "阶段"),
    ("state", "状态"),
    ("to", "结束"),
];

/// What the list was narrowed to, in words. A code is told by the word that the caller gave for it.
fn conditions(asked: &ListExport) -> String {
    let word = |name: &str, value: &str| -> String {
        let mut columns = asked.columns.iter();
        let column = columns.find(|column| column.from.split('.').next() == Some(name));
        let word = column.and_then(|column| column.words.get(value));
        word.map_or_else(|| value.to_owned(), Clone::clone)
    };
    let conditions: Vec<(&str, String)> = asked
        .query
        .iter()
        .filter(|(name, _)| !["limit", "after", "count", "sort"].contains(&name.as_str()))
        .map(|(name, value)| {
            let mut known = FILTERS.iter();
            let label = known.find(|(known, _)| known == name);
            (
                label.map_or(name.as_str(), |(_, label)| *label),
                word(name, value),
            )
        })
        .collect();
    let conditions: Vec<(&str, Option<&str>)> = conditions
        .iter()
        .map(|(label, value)| (*label, Some(value.as_str())))
        .collect();
    web::conditions(&conditions)
}

async fn hand_over(pages: &ExportPages, asked: &ListExport, items: Vec<Tree>) -> bool {
    let row = |item: &Tree| {
        asked
            .columns
            .iter()
            .map(|column| cell(item, column))
            .collect()
    };
    pages.send(items.iter().map(row).collect()).await.is_ok()
}

fn columns(asked: &ListExport) -> Vec<SheetColumn> {
    let width = |column: &ExportColumn| match column.form {
        ExportForm::Text => 24,
        ExportForm::Time => 22,
        ExportForm::Number => 12,
    };
    asked
        .columns
        .iter()
        .map(|column| (column.title.clone().into(), width(column)))
        .collect()
}

fn check(asked: &ListExport) -> Result<(), Problem> {
    let is_long = |text: &str| text.chars().count() > TITLE_CHARS_MAX;
    if asked.columns.is_empty() || asked.columns.len() > COLUMNS_MAX {
        return Err(bad(format!("应有 1 至 {COLUMNS_MAX} 列")));
    }
    if asked.query.len() > FILTERS_MAX {
        return Err(bad(format!("筛选条件至多 {FILTERS_MAX} 个")));
    }
    for column in &asked.columns {
        let words = &column.words;
        if column.title.is_empty()
            || is_long(&column.title)
            || column.from.len() > 100
            || words.len() > WORDS_MAX
            || words.values().any(|word| is_long(word))
        {
            return Err(bad(format!("列“{}”有误", column.title)));
        }
    }
    Ok(())
}

/// A page of a list, as its route answers it.
#[derive(Debug, Deserialize)]
struct Got {
    items: Vec<Tree>,
    next: Option<String>,
}

impl Lists {
    fn path(&self, asked: &ListExport) -> Result<&str, Problem> {
        let found = self.paths.get(&asked.list).map(String::as_str);
        found.ok_or_else(|| bad(format!("没有可以导出的列表 {}", asked.list)))
    }

    /// Asks the route of a list as the caller, or answers as the list does.
    async fn page(
        &self,
        headers: &HeaderMap,
        path: &str,
        query: &BTreeMap<String, String>,
        after: Option<&str>,
    ) -> Result<Ruling<Got, Response>, Problem> {
        let fault = |what: &str| {
            tracing::error!(path, what, "a list could not be exported");
            Problem::new(codes::FAULT)
        };
        let request =
            request(headers, &address(path, query, after)).ok_or_else(|| fault("address"))?;
        let answer = self
            .routes
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        if !answer.status().is_success() {
            return Ok(Ruling::Refused(answer));
        }
        let bytes = axum::body::to_bytes(answer.into_body(), PAGE_BYTES_MAX)
            .await
            .map_err(|_| fault("too many bytes"))?;
        let page = serde_json::from_slice(&bytes).map_err(|_| fault("no page"))?;
        Ok(Ruling::Granted(page))
    }
}

/// A request of the caller's, as far as his headers say who he is.
fn request(headers: &HeaderMap, address: &str) -> Option<Request<Body>> {
    let mut request = Request::get(address).body(Body::empty()).ok()?;
    for (name, value) in headers {
        if ![header::CONTENT_LENGTH, header::CONTENT_TYPE].contains(name) {
            request.headers_mut().append(name, value.clone());
        }
    }
    Some(request)
}
