//! `GET /api/v1/events`.

use super::hub::Listening;
use super::{Follower, LiveHub, News};
use crate::api::{ApiState, READERS};
use crate::outcome::{self, OutcomeCounts};
use crate::overview::day;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{Stream, unfold};
use registry::access::{Actor, By, Gate, Permission, Routes};
use serde::Serialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::clock::beijing_day;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use web::Problem;
use web::shares::{HeldShare, Shares};

/// How often a connection looks whether counts are due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often a comment keeps the connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Looks after which the counts of the day are told again when something has happened.
const COUNT_EVERY: u32 = 5;

/// Looks after which they are told in any case: a day ends, and another node may have counted.
const COUNT_ANYWAY: u32 = 60;

/// How long counts are as good as new, in milliseconds.
const COUNT_MS: i64 = 4000;

/// Looks after which the gate is asked again.
const GATE_EVERY: u32 = 15;

registry::operations! {
    ReadEvents = reads("events", "接收实时推送", READERS);
}

/// The routes of this module.
pub fn routes() -> Routes<Live> {
    registry::routes!(events)
}

/// What the route needs.
#[derive(Clone)]
pub struct Live {
    /// Who calls, and what the steps share.
    pub api: ApiState,
    /// Room for connections.
    pub places: Shares,
    /// Says when the process stops: then every connection ends, and its other end asks again.
    pub stop: watch::Receiver<bool>,
    /// The counts that were told last.
    pub counts: LiveCounts,
    /// What happens, for all connections.
    pub hub: LiveHub,
}

impl registry::access::HasGate for Live {
    fn gate(&self) -> &Gate {
        &self.api.gate
    }
}

/// Counts by who sees what, with the moment at which they were read: all staff who see the same are given
/// what one of them has asked. Cheap to clone.
#[derive(Clone, Default)]
pub struct LiveCounts(Arc<Mutex<HashMap<String, (i64, String)>>>);

impl LiveCounts {
    /// What was told at most [`COUNT_MS`] ago.
    fn fresh(&self, sight: &str, now_ms: i64) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at_ms, data) = known.get(sight)?;
        (0..COUNT_MS)
            .contains(&(now_ms - at_ms))
            .then(|| data.clone())
    }

    fn keep(&self, sight: String, now_ms: i64, data: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (at_ms, _)| (0..COUNT_MS).contains(&(now_ms - *at_ms)));
        known.insert(sight, (now_ms, data.to_owned()));
    }
}

/// Counts of today.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TodayCount {
    day: String,
    checked: i64,
    refused: i64,
    sent: i64,
    settled: i64,
    receipts: i64,
    /// Today's messages by what has become of them.
    outcomes: OutcomeCounts,
    /// All messages on which the company must act.
    needs_action: i64,
}

/// A connection.
struct Connection {
    live: Live,
    headers: HeaderMap,
    actor: Actor,
    follower: Follower,
    listening: Listening,
    n_looks: u32,
    /// Whether something has happened since the counts were sent.
    has_news: bool,
    _place: HeldShare,
}

/// What happens now (实时推送): `message`, `receipt`, `case` and `count` events with JSON data.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "overview", security(("key" = [])),
    responses(
        (status = 200, content_type = "text/event-stream", body = String,
         description = "message：报文状态变化；receipt：新回执；case：办件状态变化；count：今日计数"),
        (status = 429, body = Problem, description = "本企业的连接过多"),
        (status = 503, body = Problem, description = "连接过多")
    )
)]
async fn events(
    By { actor, .. }: By<ReadEvents>,
    State(live): State<Live>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let places = live.places.try_take(&actor.holder(), 1)?;
    let company = actor.sight.only();
    let shared = &live.api.shared;
    let last = match company {
        None => None,
        Some(company) => {
            let last = shared.db.read(move |tx| crate::downlink::last(tx, company));
            let last = last.await?;
            Some((company, last))
        }
    };
    let listening = live.hub.listen(last);
    let follower = Follower::new(actor.sight.clone(), shared.clock.now_ms(), last);
    let connection = Connection {
        live,
        headers,
        actor,
        follower,
        listening,
        n_looks: 0,
        has_news: true,
        _place: places,
    };
    let stream = unfold(Some(connection), |connection| async move {
        let mut connection = connection?;
        let news = connection.wait().await?;
        let event = Event::default().event(news.name).data(news.data);
        Some((Ok(event), Some(connection)))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(stream).keep_alive(keep_alive))
}

impl Connection {
    /// The next thing to tell; nothing when the caller may not hear any more.
    async fn wait(&mut self) -> Option<News> {
        loop {
            if let Some(news) = self.follower.next() {
                return Some(news);
            }
            if self.is_count_due() {
                self.n_looks += 1;
                if let Some(count) = self.count().await {
                    self.has_news = false;
                    return Some(count);
                }
            }
            let shared = Arc::clone(&self.live.api.shared);
            tokio::select! {
                look = self.listening.looks.recv() => {
                    match look {
                        Ok(look) => self.has_news |= self.follower.hear(&look, &shared.directory),
                        // What was skipped may have been for this connection.
                        Err(RecvError::Lagged(_)) => self.has_news = true,
                        Err(RecvError::Closed) => return None,
                    }
                }
                () = shared.clock.sleep(LOOK_EVERY) => {}
                _ = self.live.stop.wait_for(|stop| *stop) => return None,
            }
            self.n_looks = self.n_looks.wrapping_add(1);
            if self.n_looks.is_multiple_of(GATE_EVERY) {
                let gate = &self.live.api.gate;
                let actor = gate.actor(&self.headers, ReadEvents::OPERATION).await;
                // The stream ends; the browser asks again and is told why.
                self.actor = actor.inspect_err(Problem::log).ok()?;
            }
        }
    }

    fn is_count_due(&self) -> bool {
        let is_due = self.n_looks.is_multiple_of(COUNT_EVERY);
        is_due && (self.has_news || self.n_looks.is_multiple_of(COUNT_ANYWAY))
    }

    async fn count(&self) -> Option<News> {
        let now_ms = self.live.api.shared.clock.now_ms();
        let seen = format!("{:?}", self.actor.sight);
        if let Some(data) = self.live.counts.fresh(&seen, now_ms) {
            return Some(News {
                name: "count",
                data,
            });
        }
        let (today, number) = (beijing_day(now_ms), outcome::day_no(now_ms));
        let (sight, asked) = (self.actor.sight.clone(), today.clone());
        let db = &self.live.api.shared.db;
        let read = db.read(move |tx| -> Result<_, Problem> {
            Ok((
                day(tx, &sight, &asked)?,
                outcome::by_day(tx, &sight, (number, number))?,
                outcome::n_open(tx, &sight)?,
            ))
        });
        let (kinds, by_outcome, open) = read.await.ok()?;
        let mut outcomes = OutcomeCounts::default();
        for (_, _, of, n) in by_outcome {
            outcomes.add(of, n);
        }
        let sum = |part: fn(&crate::overview::KindDay) -> i64| kinds.iter().map(part).sum();
        let count = TodayCount {
            day: today,
            checked: sum(|kind| kind.n_checked),
            refused: sum(|kind| kind.n_refused),
            sent: sum(|kind| kind.n_sent),
            settled: sum(|kind| kind.n_settled),
            receipts: sum(|kind| kind.n_receipts),
            outcomes,
            needs_action: open.bad(),
        };
        let data = serde_json::to_string(&count).ok()?;
        self.live.counts.keep(seen, now_ms, &data);
        Some(News {
            name: "count",
            data,
        })
    }
}
