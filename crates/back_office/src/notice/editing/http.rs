//! `/api/v1/notice-desk`, and what authors do with `/api/v1/notices`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use crate::administration::{AdministrationApi, Asked};
use crate::department::http::Made;
use crate::notice::http::{BlockView, view};
use crate::notice::{self, Level, Notice, NoticeDetails, NoticeState, PUBLISH, PublishWish};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::approval::{self, Request, http::Reason, reason};
use registry::request::{field, time_opt};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use strum::VariantArray;
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, JsonBody, Page, PageQuery, PathId, Problem, QueryOf, one_of};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Requests that are looked at to mark the drafts that wait.
const PENDING: i64 = 200;

/// Who writes notices.
const AUTHORS: &[Role] = &[Role::SystemAdmin, Role::BureauClerk, Role::Operator];

/// Who sees drafts: authors, those who decide, and the auditor.
pub const READERS: &[Role] = &[
    Role::SystemAdmin,
    Role::BureauClerk,
    Role::Operator,
    Role::SecurityAdmin,
    Role::BureauApprover,
    Role::AuditAdmin,
];

/// Who withdraws: whoever sees an error first, but for the auditor.
const WITHDRAWERS: &[Role] = &[
    Role::SystemAdmin,
    Role::BureauClerk,
    Role::Operator,
    Role::SecurityAdmin,
    Role::BureauApprover,
];

registry::operations! {
    ReadNoticeDrafts = reads("notice_desk", "查看公告管理", READERS);
    CreateNotice = changes("create_notice", "起草公告", AUTHORS);
    ChangeNotice = changes("change_notice", "修改公告草稿", AUTHORS);
    RemoveNotice = changes("remove_notice", "删除公告草稿", AUTHORS);
    AskNotice = changes("ask_notice", "申请发布公告", AUTHORS);
    WithdrawNotice = changes("withdraw_notice", "撤回公告", WITHDRAWERS);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        notice_desk,
        create_notice,
        change_notice,
        remove_notice,
        ask_notice,
        withdraw_notice
    )
}

/// What the list for editors is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DraftQuery {
    /// `draft`, `published` or `withdrawn`.
    pub state: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// A notice as its editors see it (公告).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text as it was typed.
    pub text: String,
    /// Its text as it is shown.
    pub blocks: Vec<BlockView>,
    /// Code of what it is about, in the dictionary `notice_category`.
    pub category: String,
    /// `info`, `important` or `urgent`.
    pub level: String,
    /// `public`, `all`, `staff`, `companies`, `customs`, `bureau`, `operator` or `admin`.
    pub audience: String,
    /// Since when, RFC 3339.
    pub from: String,
    /// Until when, RFC 3339.
    pub until: String,
    /// Whether it stands before all others.
    pub is_pinned: bool,
    /// `draft`, `published` or `withdrawn`.
    pub state: String,
    /// Whether its publication waits for approval.
    pub is_pending: bool,
    /// Whether the reader wrote it.
    pub is_own: bool,
    /// Who wrote it.
    pub author: String,
    /// When it was last changed, RFC 3339.
    pub changed_at: String,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// When, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// Who withdrew it, when and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// How many people have read it.
    pub readers: i64,
}

fn draft_view(found: Notice, own: Option<i64>, is_pending: bool, readers: i64) -> DraftView {
    let shown = view(&found, false);
    let withdrawn = found.withdrawn_by.map(|by| {
        let at = found.withdrawn_at.map(beijing_rfc3339).unwrap_or_default();
        let why = found.withdrawn_why.unwrap_or_default();
        format!("{by} {}：{why}", at.get(..16).unwrap_or_default())
    });
    DraftView {
        id: shown.id,
        title: shown.title,
        text: found.text,
        blocks: shown.blocks,
        category: shown.category,
        level: shown.level,
        audience: found.audience,
        from: shown.from,
        until: shown.until,
        is_pinned: shown.is_pinned,
        state: found.state.name().to_owned(),
        is_pending,
        is_own: own == Some(found.author.0),
        author: found.author_name,
        changed_at: beijing_rfc3339(found.changed_at),
        publisher: found.publisher_name,
        published_at: shown.published_at,
        withdrawn,
        readers,
    }
}

/// Ids of the notices whose publication waits.
fn pending(tx: &mut Tx<'_>) -> StoreResult<BTreeSet<i64>> {
    let filter = approval::ApprovalFilter {
        state: Some("pending".to_owned()),
        kinds: vec![PUBLISH.name.to_owned()],
        asked_by: 0,
        begin: Begin::default(),
    };
    let found = approval::list(tx, &filter, PENDING)?.into_iter();
    Ok(found
        .filter_map(|one| serde_json::from_str::<PublishWish>(&one.payload).ok())
        .map(|wish| wish.notice)
        .collect())
}

/// Notices in every state (公告管理).
#[utoipa::path(
    get, path = "/api/v1/notice-desk", tag = "administration", params(DraftQuery, PageQuery),
    responses(
        (status = 200, body = Page<DraftView>)
    )
)]
async fn notice_desk(
    By { actor, .. }: By<ReadNoticeDrafts>,
    State(api): State<AdministrationApi>,
    QueryOf(query): QueryOf<DraftQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<DraftView>>, Problem> {
    let begin: Begin<Age> = asked.begin(query.sort.as_deref())?;
    let size = asked.size();
    let states: Vec<&str> = NoticeState::VARIANTS
        .iter()
        .map(|state| state.name())
        .collect();
    let (state, own) = (one_of("state", query.state, &states)?, actor.who.id());
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<DraftView>> {
        let waiting = pending(tx)?;
        let found = notice::list(tx, state.as_deref(), &begin, size.rows())?;
        let total = asked.total(|| notice::total(tx, state.as_deref()))?;
        let page = Page::cut(found, size, |one| begin.next(one.id)).counted(total);
        page.try_map(|found| {
            let (id, readers) = (found.id, notice::n_readers(tx, found.id)?);
            Ok(draft_view(found, own, waiting.contains(&id), readers))
        })
    };
    api.context().read(read).await.map(Json)
}

/// A notice as it should be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticeData {
    /// Title, 1 to 80 characters.
    pub title: String,
    /// Text, 1 to 10000 characters: plain, with `# ` for headings, `- ` for items, `**strong**` and
    /// `[links](https://…)`. HTML stays text.
    pub text: String,
    /// An active entry of the dictionary `notice_category`.
    pub category: String,
    /// `info`, `important` or `urgent`.
    pub level: String,
    /// `public`, `all`, `staff`, `companies`, `customs`, `bureau`, `operator` or `admin`.
    pub audience: String,
    /// Since when: a day or RFC 3339; now when absent.
    pub from: Option<String>,
    /// Until when: a day, which counts, or RFC 3339; thirty days when absent.
    pub until: Option<String>,
    /// Whether it stands before all others.
    #[serde(default)]
    pub is_pinned: bool,
}

fn details(data: NoticeData, now_ms: i64) -> Result<NoticeDetails, Problem> {
    let level = Level::from_name(&data.level);
    let from_at = time_opt("from", data.from.as_deref())?.unwrap_or(now_ms);
    let is_day = data.until.as_deref().is_some_and(|text| text.len() == 10);
    let last = time_opt("until", data.until.as_deref())?;
    let until_at = match last {
        Some(at) if is_day => at + DAY_MS,
        Some(at) => at,
        None => from_at + notice::VALID_DAYS * DAY_MS,
    };
    Ok(NoticeDetails {
        title: data.title,
        text: data.text,
        category: data.category,
        level: level.ok_or_else(|| field("级别应为 info、important 或 urgent"))?,
        audience: data.audience,
        from_at,
        until_at,
        is_pinned: data.is_pinned,
    })
}

/// Writes a draft (起草公告).
#[utoipa::path(
    post, path = "/api/v1/notices", tag = "administration", request_body = NoticeData,
    responses(
        (status = 201, body = Made),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn create_notice(
    By { actor, .. }: By<CreateNotice>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<NoticeData>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let context = api.context().clone();
    let given = details(given, context.now_ms())?;
    let write = move |tx: &mut Tx<'_>| notice::put(tx, &context, &actor, None, &given);
    let id = api.context().act(write).await?.to_string();
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes one's own draft (修改公告草稿).
#[utoipa::path(
    put, path = "/api/v1/notices/{id}", tag = "administration", request_body = NoticeData,
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这条公告"),
        (status = 409, body = Problem, description = "不是草稿，或不是自己起草的"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn change_notice(
    By { actor, .. }: By<ChangeNotice>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<NoticeData>,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let given = details(given, context.now_ms())?;
    let write = move |tx: &mut Tx<'_>| notice::put(tx, &context, &actor, Some(asked), &given);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes one's own draft (删除公告草稿).
#[utoipa::path(
    delete, path = "/api/v1/notices/{id}", tag = "administration",
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 204, description = "已删除"),
        (status = 404, body = Problem, description = "没有这条公告"),
        (status = 409, body = Problem, description = "不是草稿，或不是自己起草的")
    )
)]
async fn remove_notice(
    By { actor, .. }: By<RemoveNotice>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| notice::remove(tx, &context, &actor, asked);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for the publication of one's own draft; another person decides (申请发布公告).
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/publish", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 202, body = Asked, description = "等待另一人复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这条公告"),
        (status = 409, body = Problem, description = "不是自己的草稿，或已在等待复核")
    )
)]
async fn ask_notice(
    By { actor, .. }: By<AskNotice>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<(StatusCode, Json<Asked>), Problem> {
    let why = reason(&given.reason)?;
    let (author, context) = (actor.require_account()?, api.context().clone());
    let write = move |tx: &mut Tx<'_>| -> Result<i64, Problem> {
        let found = notice::own_draft(tx, author, asked)?;
        if pending(tx)?.contains(&asked) {
            return Err(notice::wrong_state("该公告已在等待复核"));
        }
        let wish = PublishWish {
            notice: asked,
            hash: found.hash(),
        };
        let request = Request {
            kind: PUBLISH.name,
            title: format!(
                "{}（对象：{}）",
                found.title,
                notice::audience_name(&found.audience)
            ),
            payload: serde_json::to_string(&wish).unwrap_or_default(),
            company: None,
            why: why.clone(),
        };
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let approval_id = api.context().act(write).await?.to_string();
    Ok((StatusCode::ACCEPTED, Json(Asked { approval_id })))
}

/// Withdraws a notice at once, with a reason (撤回公告).
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/withdraw", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "公告编号")),
    responses(
        (status = 204, description = "已撤回"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这条公告"),
        (status = 409, body = Problem, description = "没有发布")
    )
)]
async fn withdraw_notice(
    By { actor, .. }: By<WithdrawNotice>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    let why = reason(&given.reason)?;
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| notice::withdraw(tx, &context, &actor, asked, &why);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
