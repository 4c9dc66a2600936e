//! `GET /api/v1/messages`, `GET /api/v1/messages/{id}`, `GET /api/v1/messages/{id}/xml`,
//! `GET /api/v1/search`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::doing::doings;
use super::search::{self, SearchHit};
use super::unsure::unsure;
use super::{MessageDetail, MessageSummary, view};
use crate::api::{ApiState, READERS, bad};
use crate::archived;
use crate::correction;
use crate::finder::{Filter, body, find, list, total};
use crate::message::guid::SoughtGuid;
use crate::message::{MessageId, State, StoredMessage};
use crate::unmask;
use axum::Json;
use axum::extract::State as Held;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ceb::Outcome;
use registry::access::{Actor, By, Routes};
use registry::company::{CompanyId, Directory};
use serde::Deserialize;
use store::clock::parse_time;
use utoipa::IntoParams;
use web::{Age, Begin, Page, PageQuery, Path, Problem, QueryOf, codes};

registry::operations! {
    ReadMessages = reads("messages", "查询报文", READERS);
    ReadMessage = reads("message", "查看报文全程", READERS);
    ReadXml = reads("xml", "查看报文原文", READERS);
    Search = reads("search", "按编号查找", READERS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(messages, message, xml, search)
}

impl ApiState {
    /// A summary with the name of its company, for those who see several.
    pub(crate) fn summary(&self, actor: &Actor, message: &StoredMessage) -> MessageSummary {
        let mut summary = MessageSummary::from(message);
        if actor.sight.only().is_none() {
            summary.company = self
                .shared
                .directory
                .by_id(message.company_id)
                .map(|company| view::CompanyNameView {
                    id: company.id.0.to_string(),
                    name: company.name.clone(),
                });
        }
        summary
    }
}

/// What a list of messages is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct ListQuery {
    /// Kind: `CEB311` (or `311`).
    pub kind: Option<String>,
    /// State: `received`, `waiting`, `checked`, `refused`, `sent`, `answered`, `settled`, `held`.
    pub state: Option<String>,
    /// Outcome (办理结果): `waiting`, `accepted`, `released`, `rejected`, `faulty`, `refused`.
    pub outcome: Option<String>,
    /// `true`: only those on which the company must act.
    pub needs_action: Option<bool>,
    /// `import` or `export`.
    pub direction: Option<String>,
    /// Guid of the message's root.
    pub guid: Option<String>,
    /// A company by its customs code, credit code, DXP ID or id, for those who see several.
    pub company: Option<String>,
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
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// What a query asks for, on the page after a place. Companies are looked up in a directory that was refreshed; one that is not
/// there has no messages, so that nobody learns who is registered.
pub(crate) fn filter(
    query: ListQuery,
    after: Option<&str>,
    directory: &Directory,
) -> Result<Filter, Problem> {
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
    let outcome = match query.outcome {
        None => None,
        Some(text) => Some(Outcome::from_name(&text).ok_or_else(|| {
            let names = Outcome::ALL
                .iter()
                .map(|outcome| outcome.name())
                .collect::<Vec<_>>()
                .join("、");
            bad(format!(
                "没有这种办理结果：{}（应为 {names}）",
                ceb::finding::clip(&text)
            ))
        })?),
    };
    let direction = match query.direction.as_deref() {
        None => None,
        Some("import") => Some("import"),
        Some("export") => Some("export"),
        Some(_) => return Err(bad("direction 应为 import 或 export")),
    };
    let company = query
        .company
        .map(|text| directory.named(&text).unwrap_or(CompanyId(0)));
    Ok(Filter {
        kind,
        state,
        outcome,
        needs_action: query.needs_action,
        direction,
        guid: query.guid.map(|guid| SoughtGuid::of(&guid)),
        company,
        order_no: query.order_no,
        logistics_no: query.logistics_no,
        invt_no: query.invt_no,
        cop_no: query.cop_no,
        from_ms: time("from", query.from)?,
        to_ms: time("to", query.to)?,
        begin: Begin::of(query.sort.as_deref(), after)?,
    })
}

/// Lists messages (查询报文): a company's own, or those that staff see.
#[utoipa::path(
    get, path = "/api/v1/messages", tag = "messages", params(ListQuery, PageQuery), security(("key" = [])),
    responses(
        (status = 200, body = Page<MessageSummary>, description = "报文，默认由新到旧"),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
pub(crate) async fn messages(
    By { actor, .. }: By<ReadMessages>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<ListQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<MessageSummary>>, Problem> {
    let size = asked.size();
    api.refresh().await?;
    let filter = filter(query, asked.after.as_deref(), &api.shared.directory)?;
    let sight = actor.sight.clone();
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let found = list(tx, &sight, &filter, size.rows())?;
            let place = |message: &StoredMessage| filter.begin.next(message.id.0);
            let total = asked.total(|| total(tx, &sight, &filter))?;
            let page = Page::cut(found, size, place).counted(total);
            let ids = page.items.iter().map(|message| message.id).collect();
            let links = correction::links(tx, &ids)?;
            let unsure = unsure(tx, page.items.iter().map(|message| message.id))?;
            let doings = doings(tx, &page.items)?;
            Ok((page, links, unsure, doings))
        })
        .await?;
    let (page, links, unsure, doings) = found;
    Ok(Json(page.map(|message| {
        let mut summary = api.summary(&actor, &message);
        summary.link(&links);
        summary.unsure(&unsure);
        summary.set_doing(doings.get(&message.id.0).copied());
        summary
    })))
}

/// Tells the whole life of a message (报文全程): documents, findings, receipts, timeline.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, body = MessageDetail),
        (status = 404, body = Problem, description = "不存在，或不可见")
    )
)]
pub(crate) async fn message(
    By { actor, .. }: By<ReadMessage>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
) -> Result<Json<MessageDetail>, Problem> {
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let (asking, now_ms) = (actor.clone(), api.shared.clock.now_ms());
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let message = find(tx, &asking.sight, id)?;
            let message = message.ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
            let mut detail = view::detail(tx, &message)?;
            detail.masked = unmask::is_masked(tx, &asking, id, now_ms)?;
            Ok((message, detail))
        })
        .await?;
    let (message, mut detail) = found;
    api.refresh().await?;
    detail.summary.company = api.summary(&actor, &message).company;
    if detail.masked {
        view::mask(&mut detail);
    }
    Ok(Json(detail))
}

/// The stored bytes of a message (报文原文), identical to what was sent; for people with personal
/// data masked unless they were unmasked.
#[utoipa::path(
    get, path = "/api/v1/messages/{id}/xml", tag = "messages", security(("key" = [])),
    params(("id" = String, Path, description = "报文 id 或受理号")),
    responses(
        (status = 200, content_type = "application/xml", body = String),
        (status = 404, body = Problem, description = "不存在，或不可见"),
        (status = 409, body = Problem, description = "报文无法脱敏显示"),
        (status = 503, body = Problem, description = "原文在归档存储中，而归档存储暂时无法使用")
    )
)]
pub(crate) async fn xml(
    By { actor, .. }: By<ReadXml>,
    Held(api): Held<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = MessageId::parse(&id).ok_or_else(|| Problem::new(codes::NOT_FOUND))?;
    let now_ms = api.shared.clock.now_ms();
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let is_masked = unmask::is_masked(tx, &actor, id, now_ms)?;
            let archived = match find(tx, &actor.sight, id)? {
                Some(_) => archived::month_of(tx, id)?,
                None => None,
            };
            let here = match archived {
                Some(_) => None,
                None => body(tx, &actor.sight, id)?,
            };
            Ok((here, archived, is_masked))
        })
        .await?;
    let (mut body, is_masked) = match found {
        (Some(body), _, is_masked) => (body, is_masked),
        (None, Some(month), is_masked) => {
            (archived::body(&api.shared, id, month).await?, is_masked)
        }
        (None, None, _) => return Err(Problem::new(codes::NOT_FOUND)),
    };
    if is_masked {
        body = masked(&body).ok_or_else(|| Problem::new(unmask::codes::CANNOT_MASK))?;
    }
    let headers = [
        (header::CONTENT_TYPE, "application/xml"),
        // What a company sent is never rendered by a browser as ours.
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body).into_response())
}

/// The business message with its personal data masked; an envelope around it is taken off, because
/// the message inside is Base64.
fn masked(body: &[u8]) -> Option<Vec<u8>> {
    let sniffed = ceb::sniff(body).ok()?;
    ceb::personal::masked_message(&sniffed.inner)
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Order, waybill, list, pre-entry or own number, guid, or acceptance number; in full.
    pub q: String,
}

/// Finds documents by any number that somebody has on paper (按编号查找), newest first.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "messages", params(SearchQuery), security(("key" = [])),
    responses(
        (status = 200, body = Page<SearchHit>, description = "单证，由新到旧，每种编号最多 20 份"),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn search(
    By { actor, .. }: By<Search>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<SearchQuery>,
) -> Result<Json<Page<SearchHit>>, Problem> {
    let q = query.q.trim().to_owned();
    if !search::is_askable(&q) {
        return Err(bad(format!(
            "请输入完整的编号，{} 至 {} 个字符",
            search::CHARS_MIN,
            search::CHARS_MAX
        )));
    }
    let sight = actor.sight.clone();
    let found = api
        .shared
        .db
        .read(move |tx| search::search(tx, &sight, &q))
        .await?;
    api.refresh().await?;
    let items = found.into_iter().map(|hit| {
        let company = api.shared.directory.by_id(hit.found.company_id);
        SearchHit::from_hit(hit, company.as_deref())
    });
    Ok(Json(Page::whole(items.collect())))
}
