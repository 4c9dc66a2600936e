//! `GET /api/v1/messages`, `GET /api/v1/messages/{id}`, `GET /api/v1/messages/{id}/xml`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{Filter, MessageDetail, MessageSummary, find, list, sql, view};
use crate::message::{MessageId, State};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State as Held};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use registry::api_key::Authenticator;
use serde::Deserialize;
use std::sync::Arc;
use store::Db;
use store::clock::parse_time;
use utoipa::IntoParams;
use web::{Page, PageQuery, Problem, codes, service_error};

/// What the routes of the query need.
#[derive(Clone)]
pub struct Desk {
    /// Knows the callers.
    pub authenticator: Arc<Authenticator>,
    /// Holds the messages.
    pub db: Db,
}

/// What a list of messages is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct ListQuery {
    /// Kind: `CEB311` (or `311`).
    pub kind: Option<String>,
    /// State: `received`, `checked`, `refused`, `sent`, `answered`, `settled`, `held`.
    pub state: Option<String>,
    /// Order number (订单编号).
    pub order_no: Option<String>,
    /// Waybill number (运单编号).
    pub logistics_no: Option<String>,
    /// List number given by customs (清单编号).
    pub invt_no: Option<String>,
    /// The company's own number (企业内部编号).
    pub cop_no: Option<String>,
    /// Accepted at or after: RFC 3339 or a Beijing day (`2026-11-23`).
    pub from: Option<String>,
    /// Accepted before: RFC 3339 or a Beijing day.
    pub to: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Messages on the page, 1 to 1000; 50 when absent.
    pub limit: Option<u32>,
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(codes::BAD_REQUEST).detail(why)
}

fn filter(query: ListQuery) -> Result<Filter, Problem> {
    let time = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => parse_time(&text)
            .map(Some)
            .ok_or_else(|| bad(format!("{name} 不是时间（RFC 3339 或 2026-11-23）"))),
    };
    let kind = match query.kind {
        None => None,
        Some(text) => Some(
            ceb::Kind::from_code(&text)
                .ok_or_else(|| bad(format!("没有这种报文类型：{}", ceb::finding::clip(&text))))?
                .code()
                .to_owned(),
        ),
    };
    let state = match query.state {
        None => None,
        Some(text) => Some(
            State::from_name(&text)
                .ok_or_else(|| bad(format!("没有这种状态：{}", ceb::finding::clip(&text))))?,
        ),
    };
    let before = match query.after {
        None => None,
        Some(text) => Some(MessageId::parse(&text).ok_or_else(|| bad("after 不是有效的游标"))?),
    };
    Ok(Filter {
        kind,
        state,
        order_no: query.order_no,
        logistics_no: query.logistics_no,
        invt_no: query.invt_no,
        cop_no: query.cop_no,
        from_ms: time("from", query.from)?,
        to_ms: time("to", query.to)?,
        before,
    })
}

/// Lists the company's messages (查询报文), newest first.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "messages", params(ListQuery), security(("key" = [])),
    responses(
        (status = 200, body = Page<MessageSummary>, description = "报文，由新到旧"),
        (status = 400, body = Problem, description = "参数有误"),
        (status = 401, body = Problem, description = "密钥缺失、无效、吊销或过期")
    )
)]
pub async fn messages(
    Held(desk): Held<Desk>,
    headers: HeaderMap,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Page<MessageSummary>>, Problem> {
    let company = desk.authenticator.caller(&headers).await?.company.id;
    let Query(query) = query.map_err(|error| bad(error.body_text()))?;
    let limit = PageQuery {
        after: None,
        limit: query.limit,
    }
    .limit();
    let filter = filter(query)?;
    let found = desk
        .db
        .read(move |tx| list(tx, company, &filter, i64::from(limit)))
        .await
        .map_err(|error| service_error(&error))?;
    let is_full = found.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
    let next = found
        .last()
        .filter(|_| is_full)
        .map(|message| message.id.to_string());
    Ok(Json(Page {
        items: found.iter().map(MessageSummary::from).collect(),
        next,
    }))
}

/// Tells the whole life of a message (报文全程): documents, findings, receipts, timeline.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, body = MessageDetail),
        (status = 401, body = Problem, description = "密钥缺失、无效、吊销或过期"),
        (status = 404, body = Problem, description = "不存在，或属于其他企业")
    )
)]
pub async fn message(
    Held(desk): Held<Desk>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<MessageDetail>, Problem> {
    let company = desk.authenticator.caller(&headers).await?.company.id;
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let found = desk
        .db
        .read(move |tx| match find(tx, company, id)? {
            Some(message) => view::detail(tx, &message).map(Some),
            None => Ok(None),
        })
        .await
        .map_err(|error| service_error(&error))?;
    found
        .map(Json)
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))
}

/// The stored bytes of a message (报文原文), identical to what was sent.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/xml", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, content_type = "application/xml", body = String),
        (status = 401, body = Problem, description = "密钥缺失、无效、吊销或过期"),
        (status = 404, body = Problem, description = "不存在，或属于其他企业")
    )
)]
pub async fn xml(
    Held(desk): Held<Desk>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let company = desk.authenticator.caller(&headers).await?.company.id;
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let body = desk
        .db
        .read(move |tx| sql::body(tx, company, id))
        .await
        .map_err(|error| service_error(&error))?
        .ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        // What a company sent is never rendered by a browser as ours.
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body).into_response())
}
