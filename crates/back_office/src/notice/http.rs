//! `/api/v1/notices`: what is for the reader, what of it is new, and that he has read it.

use super::{Level, Notice, audiences, by_id, is_for, n_unread, total_valid, valid};
use crate::administration::AdministrationApi;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes};
use registry::page::text::{Block, blocks};
use registry::request::not_found;
use registry::role::PEOPLE;
use serde::Serialize;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::{Age, Page, PageQuery, PathId, Problem, QueryOf};

/// Unread ones that are counted; more are "99+".
const UNREAD_MAX: i64 = 100;

/// Notices that the bell looks through.
const BELL_LOOKS: i64 = 100;

/// Notices that the bell shows.
const BELL_SHOWS: usize = 5;

registry::operations! {
    ReadNotices = reads("notices", "查看公告", PEOPLE);
    ReadNoticeBell = reads("notice_bell", "查看未读公告", PEOPLE);
    ReadNotice = reads("notice", "查看公告正文", PEOPLE);
    MarkNoticeRead = changes("read_notice", "确认已读公告", PEOPLE);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(notices, notice_bell, notice, read_notice)
}

/// A piece of a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PieceView {
    /// What is read; never markup.
    pub text: String,
    /// Whether it is strong.
    pub is_strong: bool,
    /// Where it leads: `https://…` or a path of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A block (段落) of the text of a notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BlockView {
    /// `heading`, `paragraph` or `item`.
    pub shape: String,
    /// Its pieces.
    pub runs: Vec<PieceView>,
}

fn block_view(block: Block) -> BlockView {
    let runs = block.runs.into_iter().map(|run| PieceView {
        text: run.text,
        is_strong: run.is_strong,
        to: run.to,
    });
    BlockView {
        shape: block.shape.name().to_owned(),
        runs: runs.collect(),
    }
}

/// A notice (公告) for its reader.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Code of what it is about, in the dictionary `notice_category`.
    pub category: String,
    /// `info`, `important` or `urgent`.
    pub level: String,
    /// Whether it stands before all others.
    pub is_pinned: bool,
    /// Since when, RFC 3339.
    pub from: String,
    /// Until when, RFC 3339.
    pub until: String,
    /// When it was published, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// Whether the reader has read it.
    pub is_read: bool,
    /// Its text.
    pub blocks: Vec<BlockView>,
}

pub(super) fn view(notice: &Notice, is_read: bool) -> NoticeView {
    NoticeView {
        id: notice.id.to_string(),
        title: notice.title.clone(),
        category: notice.category.clone(),
        level: notice.level.name().to_owned(),
        is_pinned: notice.is_pinned,
        from: beijing_rfc3339(notice.from_at),
        until: beijing_rfc3339(notice.until_at),
        published_at: notice.published_at.map(beijing_rfc3339),
        is_read,
        blocks: blocks(&notice.text).into_iter().map(block_view).collect(),
    }
}

/// The notices that are for the reader now, pinned ones first, then the newest (公告列表).
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "administration", params(PageQuery),
    responses(
        (status = 200, body = Page<NoticeView>)
    )
)]
async fn notices(
    By { actor, .. }: By<ReadNotices>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<NoticeView>>, Problem> {
    let account = actor.require_account()?;
    // There is one order: what is pinned stands first.
    let begin = asked.begin::<Age>(None)?;
    let size = asked.size();
    let now_ms = api.context().now_ms();
    let audiences = audiences(&actor.roles);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let who = (audiences.as_slice(), now_ms);
        let found = valid(tx, account, who, (begin.after.as_ref(), size.rows()))?;
        let total = asked.total(|| total_valid(tx, who))?;
        let place = |(notice, _): &(Notice, bool)| begin.next(notice.place);
        Ok(Page::cut(found, size, place).counted(total))
    };
    let page = api.context().read(read).await?;
    Ok(Json(page.map(|(notice, is_read)| view(&notice, is_read))))
}

/// What is new (公告铃铛).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BellView {
    /// How many were not read, 100 at most.
    pub unread: i64,
    /// The newest of those that were not read.
    pub items: Vec<NoticeView>,
    /// The important ones that were not read.
    pub important: Vec<NoticeView>,
}

/// How many notices the reader has not read, the newest and the important ones of them (未读公告).
#[utoipa::path(
    get, path = "/api/v1/notices/bell", tag = "administration",
    responses(
        (status = 200, body = BellView)
    )
)]
async fn notice_bell(
    By { actor, .. }: By<ReadNoticeBell>,
    State(api): State<AdministrationApi>,
) -> Result<Json<BellView>, Problem> {
    let account = actor.require_account()?;
    let now_ms = api.context().now_ms();
    let audiences = audiences(&actor.roles);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let who = (audiences.as_slice(), now_ms);
        let unread = n_unread(tx, account, who, UNREAD_MAX)?;
        if unread == 0 {
            return Ok((0, Vec::new()));
        }
        Ok((unread, valid(tx, account, who, (None, BELL_LOOKS))?))
    };
    let (unread, found) = api.context().read(read).await?;
    let new: Vec<Notice> = found
        .into_iter()
        .filter(|(_, is_read)| !is_read)
        .map(|(notice, _)| notice)
        .collect();
    let shown = |notice: &Notice| view(notice, false);
    let important = new.iter().filter(|notice| notice.level != Level::Info);
    Ok(Json(BellView {
        unread,
        important: important.take(BELL_SHOWS).map(shown).collect(),
        items: new.iter().take(BELL_SHOWS).map(shown).collect(),
    }))
}

fn may_see(actor: &Actor, notice: &Notice, now_ms: i64) -> bool {
    let may_edit = super::editing::http::READERS
        .iter()
        .any(|role| actor.roles.contains(role.name()));
    may_edit || is_for(notice, actor, now_ms)
}

/// One notice (公告正文).
#[utoipa::path(
    get, path = "/api/v1/notices/{id}", tag = "administration",
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 200, body = NoticeView),
        (status = 404, body = Problem, description = "没有这条公告，或不在可见范围内")
    )
)]
async fn notice(
    By { actor, .. }: By<ReadNotice>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<Json<NoticeView>, Problem> {
    let now_ms = api.context().now_ms();
    let found = api.context().read(move |tx| by_id(tx, asked)).await?;
    let found = found.filter(|notice| may_see(&actor, notice, now_ms));
    Ok(Json(view(&found.ok_or_else(not_found)?, false)))
}

/// Says that the reader has read a notice; a second time changes nothing (确认已读).
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/read", tag = "administration",
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 204, description = "已记录"),
        (status = 404, body = Problem, description = "没有这条公告，或不在可见范围内")
    )
)]
async fn read_notice(
    By { actor, .. }: By<MarkNoticeRead>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::read(tx, &context, &actor, asked);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
