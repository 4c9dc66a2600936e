//! Live (实时推送): what happens now, as server-sent events, so that a screen need not ask again.
//!
//! One reader in each process ([`LiveHub`]) follows the log of events, and the feeds of the companies whose people or programs
//! listen; what it finds it hands to all connections, which tell what their sight shows. So two thousand connections ask the
//! database no more than one. Events are read in the order of their places ([`store::event::EventPlace`]): none is left out and none
//! comes twice. A connection that cannot keep up skips: what it tells is a hint to look,
//! the truth is in the lists. The gate is asked again now and then, so that a session that has ended hears no more.

pub mod http;
mod hub;
#[cfg(test)]
mod tests;

use crate::downlink;
use crate::message::{MessageId, State};
use crate::outcome::{self, state_chinese};
use ceb::Outcome;
use registry::access::Sight;
use registry::company::{CompanyId, Directory};
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use store::event::Event;
use store::id::first_at_ms;

pub use hub::LiveHub;

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
    /// What happened up to this id it has not asked for.
    from: i64,
    /// The company whose receipts are sent, and the place in its feed.
    feed: Option<(CompanyId, i64)>,
    waiting: VecDeque<News>,
}

/// What the reader of a process found in one look that nobody was handed before. What is told of it is written once,
/// however many hear it.
pub(crate) struct LiveLook {
    /// Facts, and what is told of them.
    events: Vec<(Event, Option<News>)>,
    /// New receipts of the companies for which somebody listens, by their numbers.
    receipts: BTreeMap<CompanyId, Vec<(i64, News)>>,
    /// Up to which numbers their feeds were read.
    read_to: BTreeMap<CompanyId, i64>,
}

impl Follower {
    /// Begins now; `feed` is a company and the newest number of its feed.
    pub(crate) fn new(sight: Sight, now_ms: i64, feed: Option<(CompanyId, i64)>) -> Self {
        Self {
            sight,
            from: first_at_ms(now_ms) - 1,
            feed,
            waiting: VecDeque::new(),
        }
    }

    /// The next thing to tell that was found already.
    pub(crate) fn next(&mut self) -> Option<News> {
        self.waiting.pop_front()
    }

    /// Takes over what was found; answers whether something of it is for this connection, be it told or not.
    pub(crate) fn hear(&mut self, look: &LiveLook, directory: &Directory) -> bool {
        let mut has_news = false;
        for (event, news) in &look.events {
            if event.id > self.from && self.sees(event, directory) {
                has_news = true;
                self.waiting.extend(news.clone());
            }
        }
        if let Some((company, last)) = &mut self.feed {
            let new = look.receipts.get(company).into_iter().flatten();
            for (number, news) in new {
                if number > last {
                    has_news = true;
                    *last = *number;
                    self.waiting.push_back(news.clone());
                }
            }
        }
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
