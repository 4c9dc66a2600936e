//! Live (实时推送): what happens now, as server-sent events, so that a screen need not ask again.
//!
//! Every connection follows the log of events by itself, from the moment it opened, and tells what
//! its sight shows; a company's also tells new receipts. Ids of events are made before their
//! transaction commits, so it looks back [`OVERLAP_MS`] each time and leaves out what it has told.
//! A connection that cannot keep up skips: what it tells is a hint to look, the truth is in the
//! lists. The gate is asked again now and then, so that a session that has ended hears no more.

pub mod http;
#[cfg(test)]
mod tests;

use crate::downlink;
use crate::message::{MessageId, State};
use crate::outcome::{self, state_chinese};
use ceb::Outcome;
use registry::access::Sight;
use registry::company::{CompanyId, Directory};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use store::event::Event;
use store::id::first_at_ms;
use store::{Result, Tx};

/// How far back a reader looks, in milliseconds.
pub const OVERLAP_MS: i64 = 3000;

/// Events that a reader takes at once.
const EVENTS_MAX: i64 = 500;

/// A reader that is further behind than this skips to now, in milliseconds.
const BEHIND_MS: i64 = 30_000;

/// Receipts that a reader takes at once.
const RECEIPTS_MAX: i64 = 100;

/// Something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// `message`, `receipt`, `case` or `count`.
    pub name: &'static str,
    /// JSON.
    pub data: String,
}

/// A message came into a state.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageNews<'a> {
    id: String,
    acceptance_no: String,
    state: &'a str,
    state_name: &'a str,
    outcome: &'a str,
    outcome_name: &'a str,
    needs_action: bool,
    at: String,
}

/// How events of cases begin; the state follows.
const CASE: &str = "case.";

/// A case (办件) came into a state.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CaseNews<'a> {
    id: String,
    state: &'a str,
    at: String,
}

/// A receipt came home.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReceiptNews<'a> {
    cursor: String,
    message_id: String,
    kind: &'a str,
    document_key: &'a str,
    return_status: Option<i64>,
    return_status_name: String,
    outcome: Option<&'a str>,
    needs_action: bool,
    return_info: &'a str,
}

/// Where a connection stands.
pub(crate) struct Follower {
    sight: Sight,
    /// Events up to this id are not asked for.
    from: i64,
    /// Events that were taken and may come again.
    taken: BTreeSet<i64>,
    /// The company whose receipts are sent, and the place in its feed.
    feed: Option<(CompanyId, i64)>,
    waiting: VecDeque<News>,
}

/// What one look at the database found.
pub(crate) struct LiveLook {
    events: Vec<Event>,
    receipts: Vec<downlink::Item>,
    /// Messages of the events as they are now.
    outcomes: BTreeMap<i64, (State, Outcome, bool)>,
}

impl Follower {
    /// Begins now; `last` is the newest number of the company's feed.
    pub(crate) fn new(sight: Sight, now_ms: i64, feed: Option<(CompanyId, i64)>) -> Self {
        Self {
            sight,
            from: first_at_ms(now_ms) - 1,
            taken: BTreeSet::new(),
            feed,
            waiting: VecDeque::new(),
        }
    }

    /// The next thing to tell that was found already.
    pub(crate) fn next(&mut self) -> Option<News> {
        self.waiting.pop_front()
    }

    /// Reads what has happened; may run twice, changes nothing.
    pub(crate) fn question(&self) -> impl FnMut(&mut Tx<'_>) -> Result<LiveLook> + Send + 'static {
        let (from, feed) = (self.from, self.feed);
        move |tx| {
            let events = store::event::after(tx, from, EVENTS_MAX)?;
            let receipts = match feed {
                Some((company, last)) => downlink::after(tx, company, last, RECEIPTS_MAX)?,
                None => Vec::new(),
            };
            let subjects = events
                .iter()
                .filter(|event| event.kind.starts_with("message."))
                .map(|event| event.subject_id)
                .collect();
            let outcomes = outcome::sql::of_messages(tx, &subjects)?;
            Ok(LiveLook {
                events,
                receipts,
                outcomes,
            })
        }
    }

    /// Takes over what was found; answers whether something was new to it, be it told or not.
    pub(crate) fn take(&mut self, look: &LiveLook, directory: &Directory, now_ms: i64) -> bool {
        let mut has_news = !look.receipts.is_empty();
        let is_full = i64::try_from(look.events.len()).unwrap_or(i64::MAX) >= EVENTS_MAX;
        for event in &look.events {
            if self.taken.insert(event.id) && self.sees(event, directory) {
                has_news = true;
                self.waiting.extend(message_news(event, &look.outcomes));
                self.waiting.extend(case_news(event));
            }
        }
        for item in &look.receipts {
            self.waiting.push_back(receipt_news(item));
            if let Some((_, last)) = &mut self.feed {
                *last = item.feed_no;
            }
        }
        let back = first_at_ms(now_ms - OVERLAP_MS) - 1;
        self.from = match look.events.last() {
            // Who is far behind begins anew: what is long ago is no news.
            Some(last) if is_full && now_ms - last.at_ms > BEHIND_MS => first_at_ms(now_ms) - 1,
            // Who is behind goes on where he stopped.
            Some(last) if is_full => last.id,
            Some(_) | None => self.from.max(back),
        };
        self.taken = self.taken.split_off(&self.from);
        has_news
    }

    fn sees(&self, event: &Event, directory: &Directory) -> bool {
        let Some(id) = event.company_id.map(CompanyId) else {
            // An application for registration has no company yet: the bureau hears of it.
            return self.sight == Sight::All && event.kind.starts_with(CASE);
        };
        match &self.sight {
            Sight::Nothing => false,
            Sight::All => true,
            Sight::Company(own) => *own == id,
            Sight::Subtree(_) | Sight::District(_) => directory
                .by_id(id)
                .is_some_and(|company| self.sight.sees(&company)),
        }
    }
}

fn message_news(event: &Event, outcomes: &BTreeMap<i64, (State, Outcome, bool)>) -> Option<News> {
    let now = outcomes.get(&event.subject_id);
    let state = match outcome::of_event(event) {
        Some(_) => now?.0,
        None if [outcome::DISMISSED_EVENT, outcome::RESUMED_EVENT].contains(&&*event.kind) => {
            now?.0
        }
        None => event
            .kind
            .strip_prefix("message.")
            .and_then(State::from_name)?,
    };
    let (of, needs_action) = now.map_or((Outcome::Waiting, false), |now| (now.1, now.2));
    let id = MessageId(event.subject_id);
    let news = MessageNews {
        id: id.to_string(),
        acceptance_no: id.acceptance_no(),
        state: state.name(),
        state_name: state_chinese(state, of),
        outcome: of.name(),
        outcome_name: of.chinese(),
        needs_action,
        at: store::clock::beijing_rfc3339(event.at_ms),
    };
    Some(News {
        name: "message",
        data: serde_json::to_string(&news).ok()?,
    })
}

fn case_news(event: &Event) -> Option<News> {
    let news = CaseNews {
        id: event.subject_id.to_string(),
        state: event.kind.strip_prefix(CASE)?,
        at: store::clock::beijing_rfc3339(event.at_ms),
    };
    Some(News {
        name: "case",
        data: serde_json::to_string(&news).ok()?,
    })
}

fn receipt_news(item: &downlink::Item) -> News {
    let says = crate::receipt::outcome_of(&item.kind, &item.guid, item.return_status);
    let news = ReceiptNews {
        cursor: item.feed_no.to_string(),
        message_id: item.message_id.to_string(),
        kind: &item.kind,
        document_key: &item.document_key,
        return_status: crate::receipt::shown_status(item.return_status),
        return_status_name: crate::receipt::status_name(item),
        outcome: says.map(Outcome::name),
        needs_action: says.is_some_and(Outcome::is_bad),
        return_info: &item.return_info,
    };
    News {
        name: "receipt",
        data: serde_json::to_string(&news).unwrap_or_default(),
    }
}
