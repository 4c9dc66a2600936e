//! `GET /api/v1/receipts`: pull and long poll on the feed.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{Feed, Item, after, before};
use crate::explanation::{self, ExplanationView};
use crate::receipt;
use axum::Json;
use axum::extract::{Query, State};
use ceb::Outcome;
use ceb::explain::Explanation;
use registry::access::{Actor, By, Gate, Routes};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::clock::SharedClock;
use store::{Db, Tx};
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};
use web::shares::Shares;
use web::{PageSize, Problem};

/// Longest wait of a long poll, in seconds.
const WAIT_SECONDS_MAX: u64 = 60;

/// How often a waiter looks by itself, because the writer may be another process.
const LOOK_EVERY: Duration = Duration::from_secs(1);

registry::operations! {
    ReadReceipts = reads(
        "receipts",
        "领取回执",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<Tap> {
    registry::routes!(receipts)
}

/// What the routes of the feed need.
#[derive(Clone)]
pub struct Tap {
    /// Knows the callers.
    pub gate: Arc<Gate>,
    /// Holds the receipts.
    pub db: Db,
    /// Wakes the waiters.
    pub feed: Arc<Feed>,
    /// Tells the time.
    pub clock: SharedClock,
    /// Room for those who wait.
    pub polls: Shares,
    /// Says when the process stops: then nobody waits any more.
    pub stop: watch::Receiver<bool>,
}

impl registry::access::HasGate for Tap {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// Where to read and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// `next` or any `cursor` of before; nothing or 0 to begin with the oldest receipt.
    pub after: Option<String>,
    /// Reads backwards, the newest receipt first: `end` begins with the newest, `next` of such an answer goes
    /// on. Not together with `after` or `wait`.
    pub before: Option<String>,
    /// Receipts in one answer, 1 to 1000; 50 when absent.
    pub limit: Option<u32>,
    /// Seconds to wait when there is nothing new, 0 to 60.
    pub wait: Option<u64>,
}

/// What a notice of customs tells (税单、汇总结果单).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CustomsNoticeView {
    /// Number of the tax bill (电子税单编号) or of the summary (汇总申请编号).
    pub number: String,
    /// Its state as customs writes it; of a tax bill `1`, `2` or `3`.
    #[schema(example = "1")]
    pub state: String,
    /// The state's Chinese name.
    #[schema(example = "已生成")]
    pub state_name: String,
    /// All of it in one sentence, amounts in yuan.
    pub summary: String,
    /// The elements of its head that are filled.
    pub fields: Vec<CustomsNoticeField>,
}

/// An element of a notice.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CustomsNoticeField {
    /// Element name.
    #[schema(example = "valueAddedTax")]
    pub element: String,
    /// Chinese name.
    #[schema(example = "应征增值税")]
    pub chinese: String,
    /// Value as customs wrote it.
    #[schema(example = "45.50000")]
    pub value: String,
}

impl From<ceb::notice::Notice> for CustomsNoticeView {
    fn from(notice: ceb::notice::Notice) -> Self {
        let field = |field: ceb::notice::NoticeField| CustomsNoticeField {
            element: field.element,
            chinese: field.chinese,
            value: field.value,
        };
        Self {
            number: notice.number,
            state: notice.state,
            state_name: notice.state_name,
            summary: notice.summary,
            fields: notice.fields.into_iter().map(field).collect(),
        }
    }
}

/// A receipt (回执) in the feed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptItem {
    /// Place in the feed; read on with `after` set to it.
    pub cursor: String,
    /// The message that it answers.
    pub message_id: String,
    /// Kind of the receipt (回执类型); `CEB900` also for the platform's own refusals.
    #[schema(example = "CEB312")]
    pub kind: String,
    /// Number of the document in its message that it answers, from 1; absent when it answers the message as
    /// a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_number: Option<i64>,
    /// Business key (业务主键) of the document that it answers, values joined with `|`.
    pub document_key: String,
    /// Return status (回执状态), an open set: below zero is a fault, 100 a rejection; absent when the
    /// receipt has none, as a tax bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120)]
    pub return_status: Option<i64>,
    /// Its name (状态名称): the standard's, that of the kind for a receipt without status (税单).
    #[schema(example = "海关入库")]
    pub return_status_name: String,
    /// What the receipt says became of the document (办理结果): `waiting`, `accepted`, `released`,
    /// `rejected`, `faulty`, `refused`; absent when it does not say, as in a tax bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What a tax bill, its state or a summary result tells (816、818、792).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<CustomsNoticeView>,
    /// Whether what it says asks the company to act; whether that was done stands in the message.
    pub needs_action: bool,
    /// Return time (回执时间) as customs wrote it, Beijing time.
    #[schema(example = "20261123204512123")]
    pub return_time: String,
    /// Return text (回执信息).
    pub return_info: String,
    /// The receipt as XML, with this one answer in it.
    pub xml: String,
    /// `true` when what the platform has stored of this receipt is damaged: `returnInfo` or `xml` is not what
    /// customs said then. Absent otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub unreadable: bool,
    /// What it means and what to do (回执解释).
    #[serde(default)]
    #[schema(required = true)]
    pub explanation: ExplanationView,
}

impl ReceiptItem {
    /// A receipt with its explanation.
    pub(crate) fn told((item, explanation): (Item, Explanation)) -> Self {
        let outcome = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
        Self {
            return_status_name: receipt::status_name(&item),
            notice: receipt::notice(&item.kind, &item.xml).map(Into::into),
            outcome: outcome.map(|outcome| outcome.name().to_owned()),
            needs_action: outcome.is_some_and(Outcome::is_bad),
            explanation: explanation.into(),
            cursor: item.feed_no.to_string(),
            message_id: item.message_id.to_string(),
            kind: item.kind,
            document_number: Some(item.document_id - item.message_id).filter(|number| *number > 0),
            document_key: item.document_key,
            return_status: receipt::shown_status(item.return_status),
            return_time: item.return_time,
            return_info: item.return_info,
            xml: item.xml,
            unreadable: item.is_unreadable,
        }
    }

    /// With the personal data of its XML masked; a receipt that cannot be masked shows none.
    pub(crate) fn masked(mut self) -> Self {
        let masked = ceb::personal::masked_message(self.xml.as_bytes());
        let masked = masked.and_then(|xml| String::from_utf8(xml).ok());
        self.xml = masked.unwrap_or_default();
        self
    }
}

/// Receipts and where to read on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPage {
    /// The receipts, oldest first; with `before` the newest first.
    pub items: Vec<ReceiptItem>,
    /// Value for `after` (or `before`) next time; the same as asked when there was nothing more.
    pub next: String,
}

/// Reads the company's receipts (领取回执) from any place; nothing is used up by reading.
#[utoipa::path(
    get, path = "/api/v1/receipts", tag = "receipts", params(FeedQuery), security(("key" = [])),
    responses(
        (status = 200, body = ReceiptPage, description = "回执，按到达顺序"),
        (status = 400, body = Problem, description = "参数有误"),
        (status = 429, body = Problem, description = "本企业同时等待的请求过多")
    )
)]
async fn receipts(
    By { actor, .. }: By<ReadReceipts>,
    State(tap): State<Tap>,
    query: Result<Query<FeedQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ReceiptPage>, Problem> {
    actor.require_company()?;
    let Query(query) = query.map_err(|error| bad(error.body_text()))?;
    let place = place(&query)?;
    let limit = i64::from(PageSize::of(query.limit));
    let items = match place {
        Place::After(from) => {
            let wait = Duration::from_secs(query.wait.unwrap_or(0).min(WAIT_SECONDS_MAX));
            read_or_wait(&tap, &actor, (from, limit), wait).await?
        }
        Place::Before(to) => read_back(&tap, &actor, (to, limit)).await?,
    };
    let last = items.last().map(|(item, _)| item.feed_no);
    let next = match (last, place) {
        (Some(feed_no), _) | (None, Place::After(feed_no)) => feed_no.to_string(),
        (None, Place::Before(i64::MAX)) => END.to_owned(),
        (None, Place::Before(feed_no)) => feed_no.to_string(),
    };
    let is_masked = actor.is_masked();
    let items = items.into_iter().map(ReceiptItem::told);
    Ok(Json(ReceiptPage {
        items: items
            .map(|item| if is_masked { item.masked() } else { item })
            .collect(),
        next,
    }))
}

/// The word for the place behind the newest receipt.
const END: &str = "end";

/// Where to read from, and in which direction.
#[derive(Clone, Copy)]
enum Place {
    After(i64),
    Before(i64),
}

fn bad(why: String) -> Problem {
    Problem::new(web::codes::BAD_REQUEST).detail(why)
}

fn place(query: &FeedQuery) -> Result<Place, Problem> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let cursor = |name: &str, text: &str| {
        let number = text.parse::<i64>().ok().filter(|cursor| *cursor >= 0);
        let clipped = ceb::finding::clip(text);
        number.ok_or_else(|| bad(format!("{name} 不是有效的游标：{clipped}")))
    };
    match (given(&query.after), given(&query.before)) {
        (None, None) => Ok(Place::After(0)),
        (Some(after), None) => cursor("after", &after).map(Place::After),
        (None, Some(_)) if query.wait.is_some_and(|wait| wait > 0) => {
            Err(bad("before 与 wait 不能同时使用".to_owned()))
        }
        (None, Some(before)) if before == END => Ok(Place::Before(i64::MAX)),
        (None, Some(before)) => cursor("before", &before).map(Place::Before),
        (Some(_), Some(_)) => Err(bad("after 与 before 不能同时使用".to_owned())),
    }
}

async fn read_back(
    tap: &Tap,
    actor: &Actor,
    (to, limit): (i64, i64),
) -> Result<Vec<(Item, Explanation)>, Problem> {
    let company = actor.require_company()?.id;
    let read = move |tx: &mut Tx<'_>| -> Result<_, Problem> {
        let items = before(tx, company, to, limit)?;
        let told = explanation::of(tx, &items)?;
        Ok(items.into_iter().zip(told).collect())
    };
    tap.db.read(read).await
}

async fn read_or_wait(
    tap: &Tap,
    actor: &Actor,
    (from, limit): (i64, i64),
    wait: Duration,
) -> Result<Vec<(Item, Explanation)>, Problem> {
    let company = actor.require_company()?.id;
    let until_ms = tap.clock.now_ms() + i64::try_from(wait.as_millis()).unwrap_or(0);
    let news = tap.feed.news(company);
    let mut stop = tap.stop.clone();
    let mut place = None;
    loop {
        // Registered before the read, so that a commit in between wakes us.
        let notified = news.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        let items = tap
            .db
            .read(move |tx| -> Result<_, Problem> {
                let items = after(tx, company, from, limit)?;
                let told = explanation::of(tx, &items)?;
                Ok(items.into_iter().zip(told).collect::<Vec<_>>())
            })
            .await?;
        let left_ms = until_ms - tap.clock.now_ms();
        if !items.is_empty() || left_ms <= 0 || *stop.borrow() {
            return Ok(items);
        }
        if place.is_none() {
            place = Some(tap.polls.try_take(&actor.holder(), 1)?);
            // Who waits has this place, and none among those who read.
            web::reads::aside();
        }
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
        tokio::select! {
            () = notified => {}
            () = tap.clock.sleep(left.min(LOOK_EVERY)) => {}
            // What came meanwhile is told; the rest is asked for again.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}
