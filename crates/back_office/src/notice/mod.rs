//! Notices (通知公告): what everybody, or a part of the people, should know.
//!
//! Somebody writes a draft and asks for its publication; another person, who has read it, approves.
//! That the author is not the publisher is a constraint of the table, and the approval carries a
//! hash of what was to be read, so that nothing is changed between asking and approving. A notice
//! that is published does not change; it is withdrawn, with a reason, and another is written.
//!
//! A notice is for an audience and for a time. Who has read it when is kept: that is what an author
//! wants to know, and what somebody was told cannot be denied later. The text is plain with a few
//! marks ([`registry::page::text`]). Important ones that are for the public stand on the login page.

pub mod editing;
pub mod http;
pub mod readers;
mod audience;
mod sql;
#[cfg(test)]
mod tests;

use crate::dictionary::{self, NOTICE_CATEGORY};
use identity::pages::page::PublicNotice;
use registry::access::Actor;
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::context::AppContext;
use registry::module::Module;
use registry::page::text::blocks;
use registry::request::{codes, field, not_found, words};
use registry::role::{AccountId, Role};
use serde::{Deserialize, Serialize};
use store::{Error, Result as StoreResult, Tx};
use web::Problem;

pub use audience::{AUDIENCES, audience_name, audiences};
pub use sql::{
    by_id, list, n_readers, n_unread, readers_of, total, total_readers, total_valid, valid,
};

/// Days for which a notice without an end is valid.
pub const VALID_DAYS: i64 = 30;

/// Milliseconds of a day, and from UTC to Beijing.
const DAY_MS: i64 = 86_400_000;
const BEIJING_MS: i64 = 28_800_000;

/// Longest title, in characters.
const TITLE_MAX: usize = 80;

/// Longest text, in characters.
const TEXT_MAX: usize = 10_000;

/// Longest time for which a notice is valid, in milliseconds: two years.
const VALID_MS_MAX: i64 = 2 * 366 * 24 * 3_600_000;

/// What a pinned notice has before all others in the order of places.
const PINNED: i64 = 1 << 62;

registry::acts! {
    /// A draft was written or changed.
    pub PUT = "notice.put", "起草或修改公告";
    /// A draft was removed.
    pub REMOVED = "notice.remove", "删除公告草稿";
    /// A notice was published.
    pub PUBLISHED = "notice.publish", "发布公告";
    /// A notice was withdrawn.
    pub WITHDRAWN = "notice.withdraw", "撤回公告";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("公告").acts(ACTS).approvals(KINDS);

/// Publishes a notice that somebody else has written.
pub const PUBLISH: ApprovalKind = ApprovalKind {
    name: "notice.publish",
    chinese: "发布公告",
    deciders: &[Role::SecurityAdmin, Role::BureauApprover],
    run: publish,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[PUBLISH];

/// How important a notice is (公告级别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Level {
    /// For information.
    Info,
    /// Important: shown on the first page.
    Important,
    /// Urgent: shown on the first page, in red.
    Urgent,
}

impl Level {
    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The level with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Where a notice stands (公告状态).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum NoticeState {
    /// Being written.
    Draft,
    /// To be read.
    Published,
    /// Taken back.
    Withdrawn,
}

impl NoticeState {
    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// A notice (公告).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// What it is about: an entry of the dictionary [`NOTICE_CATEGORY`].
    pub category: String,
    /// How important it is.
    pub level: Level,
    /// Whom it is for, one of [`AUDIENCES`].
    pub audience: String,
    /// Since when, milliseconds since 1970-01-01 UTC.
    pub from_at: i64,
    /// Until when.
    pub until_at: i64,
    /// Whether it stands before all others.
    pub is_pinned: bool,
    /// Its place among those that are published.
    pub place: i64,
    /// Where it stands.
    pub state: NoticeState,
    /// Who wrote it.
    pub author: AccountId,
    /// His name.
    pub author_name: String,
    /// When it was last changed.
    pub changed_at: i64,
    /// Name of the person who published it.
    pub publisher_name: Option<String>,
    /// When.
    pub published_at: Option<i64>,
    /// Name of the person who withdrew it.
    pub withdrawn_by: Option<String>,
    /// When.
    pub withdrawn_at: Option<i64>,
    /// Why.
    pub withdrawn_why: Option<String>,
}

impl Notice {
    /// From when until when it is valid when it is published now: where its author named no day, it begins with
    /// being published, however long it waited, and is valid for [`VALID_DAYS`] from then on.
    fn term(&self, now_ms: i64) -> (i64, i64) {
        let is_day = (self.from_at + BEIJING_MS).rem_euclid(DAY_MS) == 0;
        let is_open = !is_day && self.until_at - self.from_at == VALID_DAYS * DAY_MS;
        match is_open && self.from_at < now_ms {
            true => (now_ms, now_ms + VALID_DAYS * DAY_MS),
            false => (self.from_at, self.until_at),
        }
    }

    /// The hash of all that a reader sees.
    fn hash(&self) -> String {
        let rest = format!("{} {} {}", self.from_at, self.until_at, self.is_pinned);
        let parts = [
            self.title.as_str(),
            &self.text,
            &self.category,
            self.level.name(),
            &self.audience,
            &rest,
        ];
        let whole: String = parts
            .iter()
            .map(|part| format!("{}:{part}", part.len()))
            .collect();
        registry::hash_text(&whole)
    }
}

/// Somebody who has read a notice (已读回执).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Place in the list.
    pub id: i64,
    /// Who.
    pub account: AccountId,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
}

/// A notice as it is typed.
#[derive(Debug, Clone)]
pub struct NoticeDetails {
    /// Title, 1 to 80 characters.
    pub title: String,
    /// Text, 1 to 10000 characters.
    pub text: String,
    /// An active entry of the dictionary [`NOTICE_CATEGORY`].
    pub category: String,
    /// How important it is.
    pub level: Level,
    /// Whom it is for.
    pub audience: String,
    /// Since when.
    pub from_at: i64,
    /// Until when.
    pub until_at: i64,
    /// Whether it stands before all others.
    pub is_pinned: bool,
}

fn checked(tx: &mut Tx<'_>, given: &NoticeDetails) -> Result<NoticeDetails, Problem> {
    let entry = dictionary::entry_by_code(tx, NOTICE_CATEGORY, &given.category)?;
    let checked = || -> Result<NoticeDetails, Problem> {
        if !entry.is_some_and(|entry| entry.is_active) {
            return Err(field("没有这个公告类别，或已停用"));
        }
        if !AUDIENCES.contains(&given.audience.as_str()) {
            return Err(field(format!("对象应为 {} 之一", AUDIENCES.join("、"))));
        }
        let valid_ms = given.until_at - given.from_at;
        if !(1..=VALID_MS_MAX).contains(&valid_ms) {
            return Err(field("结束时间应晚于开始时间，且有效期不超过两年"));
        }
        let text = given.text.replace("\r\n", "\n").replace('\t', "    ");
        Ok(NoticeDetails {
            title: words("标题", &given.title, TITLE_MAX)?,
            text: words("正文", &text, TEXT_MAX)?,
            ..given.clone()
        })
    };
    checked()
}

fn object(id: i64) -> String {
    format!("notice:{id}")
}

fn wrong_state(why: &str) -> Problem {
    Problem::new(codes::STATE).detail(why)
}

/// The draft with this id, if it is the actor's own.
fn own_draft(tx: &mut Tx<'_>, author: AccountId, id: i64) -> Result<Notice, Problem> {
    let Some(found) = by_id(tx, id)? else {
        return Err(not_found());
    };
    if found.state != NoticeState::Draft {
        return Err(wrong_state("已发布或已撤回的公告不能修改"));
    }
    if found.author != author {
        return Err(wrong_state("草稿只能由起草人本人修改、提交和删除"));
    }
    Ok(found)
}

/// Writes a draft, or changes one's own.
///
/// # Errors
/// The store's, or what is wrong.
pub fn put(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: Option<i64>,
    given: &NoticeDetails,
) -> Result<i64, Problem> {
    let author = actor.require_account()?;
    if let Some(id) = id {
        own_draft(tx, author, id)?;
    }
    let given = checked(tx, given)?;
    let now_ms = context.now_ms();
    let notice = Notice {
        id: id.unwrap_or_else(|| context.ids.next()),
        title: given.title,
        text: given.text,
        category: given.category,
        level: given.level,
        audience: given.audience,
        from_at: given.from_at,
        until_at: given.until_at,
        is_pinned: given.is_pinned,
        place: 0,
        state: NoticeState::Draft,
        author,
        author_name: actor.name.clone(),
        changed_at: now_ms,
        publisher_name: None,
        published_at: None,
        withdrawn_by: None,
        withdrawn_at: None,
        withdrawn_why: None,
    };
    sql::put(tx, &notice, now_ms)?;
    audit::done(tx, now_ms, actor, PUT, &object(notice.id), &notice.title)?;
    Ok(notice.id)
}

/// Removes one's own draft.
///
/// # Errors
/// The store's, or why it stays.
pub fn remove(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
) -> Result<(), Problem> {
    let author = actor.require_account()?;
    let found = own_draft(tx, author, id)?;
    sql::remove(tx, id)?;
    audit::done(
        tx,
        context.now_ms(),
        actor,
        REMOVED,
        &object(id),
        &found.title,
    )?;
    Ok(())
}

/// Withdraws a notice that is published, with a reason.
///
/// # Errors
/// The store's, or why it stays.
pub fn withdraw(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
    why: &str,
) -> Result<(), Problem> {
    let Some(found) = by_id(tx, id)? else {
        return Err(not_found());
    };
    let now_ms = context.now_ms();
    if !sql::withdraw(tx, id, &actor.name, why, now_ms)? {
        return Err(wrong_state("只有已发布的公告可以撤回"));
    }
    let detail = format!("{}；理由：{why}", found.title);
    audit::done(tx, now_ms, actor, WITHDRAWN, &object(id), &detail)?;
    Ok(())
}

/// Notes that somebody has read a notice that is for him; a second time changes nothing.
///
/// # Errors
/// The store's, or that it is not there.
pub fn read(tx: &mut Tx<'_>, context: &AppContext, actor: &Actor, id: i64) -> Result<(), Problem> {
    let account = actor.require_account()?;
    let is_there = by_id(tx, id)?.is_some_and(|found| is_for(&found, actor, context.now_ms()));
    if !is_there {
        return Err(not_found());
    }
    sql::read(tx, id, account, context.ids.next(), context.now_ms())?;
    Ok(())
}

/// Whether a notice is for somebody now.
pub fn is_for(notice: &Notice, actor: &Actor, now_ms: i64) -> bool {
    notice.state == NoticeState::Published
        && (notice.from_at..notice.until_at).contains(&now_ms)
        && audiences(&actor.roles).contains(&notice.audience.as_str())
}

/// The important notices for the public, for pages that are open to everybody.
pub fn for_public(tx: &mut Tx<'_>, now_ms: i64, limit: usize) -> StoreResult<Vec<Notice>> {
    let found = valid(tx, AccountId(0), (&["public"], now_ms), (None, 100))?;
    Ok(found
        .into_iter()
        .map(|(notice, _)| notice)
        .filter(|notice| notice.level != Level::Info)
        .take(limit)
        .collect())
}

/// The same as the login page shows them.
pub fn on_login_page(tx: &mut Tx<'_>, now_ms: i64, limit: usize) -> StoreResult<Vec<PublicNotice>> {
    let view = |found: Notice| PublicNotice {
        title: found.title,
        is_urgent: found.level == Level::Urgent,
        blocks: blocks(&found.text),
    };
    let found = for_public(tx, now_ms, limit)?;
    Ok(found.into_iter().map(view).collect())
}

/// What an approval of [`PUBLISH`] carries.
#[derive(Debug, Serialize, Deserialize)]
struct PublishWish {
    notice: i64,
    hash: String,
}

/// The function of [`PUBLISH`].
fn publish(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let wish: PublishWish = serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(error.to_string()))?;
    let (Some(found), Ok(publisher)) = (by_id(tx, wish.notice)?, doing.actor.require_account())
    else {
        return Err(Undone::failed("草稿已删除"));
    };
    let now_ms = doing.context.now_ms();
    let (from_at, until_at) = found.term(now_ms);
    if found.author == publisher {
        return Err(Undone::NotYou(
            "不能由本人批准发布自己起草的公告".to_owned(),
        ));
    }
    if found.hash() != wish.hash {
        return Err(Undone::failed("内容在提交之后被修改，请重新提交"));
    }
    if until_at <= now_ms {
        return Err(Undone::failed("公告的有效期已过"));
    }
    let place = doing.context.ids.next() | if found.is_pinned { PINNED } else { 0 };
    let by = (publisher, doing.actor.name.as_str(), now_ms);
    if !sql::publish(tx, (found.id, place), by, (from_at, until_at))? {
        return Err(Undone::failed("公告已发布"));
    }
    let act = PUBLISHED;
    audit::done(
        tx,
        now_ms,
        doing.actor,
        act,
        &object(found.id),
        &found.title,
    )?;
    Ok(String::new())
}
