//! `GET /api/v1/receipts`: pull and long poll on the feed.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::ReceiptItem;
use crate::api::bad;
use crate::downlink::{Item, after, before, note_fetched};
use crate::explanation;
use crate::shared::Feed;
use axum::Json;
use axum::extract::State;
use ceb::explain::Explanation;
use registry::access::{Actor, By, Gate, Routes, Who};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::clock::SharedClock;
use store::{Db, Tx};
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};
use web::shares::Shares;
use web::{PageSize, Problem, QueryOf};

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
pub fn routes() -> Routes<FeedState> {
    registry::routes!(receipts)
}

/// What the handler of the feed needs.
#[derive(Clone)]
pub struct FeedState {
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

impl registry::access::HasGate for FeedState {
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
    #[serde(default, deserialize_with = "web::limit::<_, { web::LIMIT_MAX }>")]
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Seconds to wait when there is nothing new, 0 to 60.
    pub wait: Option<u64>,
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
pub(crate) async fn receipts(
    By { actor, .. }: By<ReadReceipts>,
    State(state): State<FeedState>,
    QueryOf(query): QueryOf<FeedQuery>,
) -> Result<Json<ReceiptPage>, Problem> {
    actor.require_company()?;
    let place = place(&query)?;
    let limit = i64::from(PageSize::of(query.limit));
    let items = match place {
        FeedStart::After(from) => {
            note(&state, &actor, from).await;
            let wait = Duration::from_secs(query.wait.unwrap_or(0).min(WAIT_SECONDS_MAX));
            read_or_wait(&state, &actor, from, limit, wait).await?
        }
        FeedStart::Before(to) => read_back(&state, &actor, to, limit).await?,
    };
    let last = items.last().map(|(item, _)| item.feed_no);
    let next = match (last, place) {
        (Some(feed_no), _) | (None, FeedStart::After(feed_no)) => feed_no.to_string(),
        (None, FeedStart::Before(i64::MAX)) => END.to_owned(),
        (None, FeedStart::Before(feed_no)) => feed_no.to_string(),
    };
    let is_masked = actor.is_masked();
    let items = items.into_iter().map(ReceiptItem::explained);
    Ok(Json(ReceiptPage {
        items: items
            .map(|item| if is_masked { item.masked() } else { item })
            .collect(),
        next,
    }))
}

/// Notes that a company's program has what stands before the place that it reads on from: only then may it be removed
/// here. What could not be noted is noted with one of the next questions.
async fn note(state: &FeedState, actor: &Actor, from: i64) {
    let Ok(company) = actor.require_company() else {
        return;
    };
    let Who::Key(key_id) = actor.who else {
        return;
    };
    let (company, now_ms) = (company.id, state.clock.now_ms());
    if from == 0 || !state.feed.should_note(key_id, from, now_ms) {
        return;
    }
    let write = move |tx: &mut Tx<'_>| note_fetched(tx, (company, key_id), from, now_ms);
    if let Err(error) = state.db.write(write).await {
        tracing::warn!(%error, "how far a program has read could not be noted");
    }
}

/// The word for the place behind the newest receipt.
const END: &str = "end";

/// Where to read from, and in which direction.
#[derive(Clone, Copy)]
enum FeedStart {
    After(i64),
    Before(i64),
}

fn place(query: &FeedQuery) -> Result<FeedStart, Problem> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let cursor = |name: &str, text: &str| {
        let number = text.parse::<i64>().ok().filter(|cursor| *cursor >= 0);
        let clipped = ceb::finding::clip(text);
        number.ok_or_else(|| bad(format!("{name} 不是有效的游标：{clipped}")))
    };
    match (given(&query.after), given(&query.before)) {
        (None, None) => Ok(FeedStart::After(0)),
        (Some(after), None) => cursor("after", &after).map(FeedStart::After),
        (None, Some(_)) if query.wait.is_some_and(|wait| wait > 0) => {
            Err(bad("before 与 wait 不能同时使用".to_owned()))
        }
        (None, Some(before)) if before == END => Ok(FeedStart::Before(i64::MAX)),
        (None, Some(before)) => cursor("before", &before).map(FeedStart::Before),
        (Some(_), Some(_)) => Err(bad("after 与 before 不能同时使用".to_owned())),
    }
}

async fn read_back(
    state: &FeedState,
    actor: &Actor,
    to: i64,
    limit: i64,
) -> Result<Vec<(Item, Explanation)>, Problem> {
    let company = actor.require_company()?.id;
    let read = move |tx: &mut Tx<'_>| -> Result<_, Problem> {
        let items = before(tx, company, to, limit)?;
        let explained = explanation::of(tx, &items)?;
        Ok(items.into_iter().zip(explained).collect())
    };
    state.db.read(read).await
}

async fn read_or_wait(
    state: &FeedState,
    actor: &Actor,
    from: i64,
    limit: i64,
    wait: Duration,
) -> Result<Vec<(Item, Explanation)>, Problem> {
    let company = actor.require_company()?.id;
    let until_ms = state.clock.now_ms() + i64::try_from(wait.as_millis()).unwrap_or(0);
    let news = state.feed.news(company);
    let mut stop = state.stop.clone();
    let mut place = None;
    loop {
        // Registered before the read, so that a commit in between wakes us.
        let notified = news.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        let items = state
            .db
            .read(move |tx| -> Result<_, Problem> {
                let items = after(tx, company, from, limit)?;
                let explained = explanation::of(tx, &items)?;
                Ok(items.into_iter().zip(explained).collect::<Vec<_>>())
            })
            .await?;
        let left_ms = until_ms - state.clock.now_ms();
        if !items.is_empty() || left_ms <= 0 || *stop.borrow() {
            return Ok(items);
        }
        if place.is_none() {
            place = Some(state.polls.try_take(&actor.holder(), 1)?);
            // Who waits has this place, and none among those who read.
            web::reads::aside();
        }
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
        tokio::select! {
            () = notified => {}
            () = state.clock.sleep(left.min(LOOK_EVERY)) => {}
            // What came meanwhile is returned; the rest is asked for again.
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}
