//! Story (单证全景): the order, payment, waybill and list of one trade side by side, with everything
//! that happened to them.
//!
//! The documents of a trade are declared by different companies and know each other by the order
//! number and the waybill number. A reader sees those that his sight shows; the others are absent,
//! and the marks that need them are open. [`marks`] compares what must agree. Personal data are
//! compared as they are and shown masked, unless the reader has opened that message.

pub mod http;
pub mod marks;
#[cfg(test)]
mod tests;
mod view;

use crate::correction::{self, Links};
use crate::explanation;
use crate::finder::Found;
use crate::finder::{body, document, documents_by};
use crate::message::{MessageId, State};
use crate::query::{status_name, unsure};
use crate::receipt;
use crate::unknown_code;
use crate::unmask;
use ceb::Kind;
use ceb::explain::Explanation;
use ceb::matching::Part;
use registry::access::Actor;
use std::collections::{BTreeMap, BTreeSet};
use store::event::Event;
use store::unreadable::damage;
use store::{Result, Tx};

pub use view::{Story, StoryDocument, StoryField, StoryReceipt, StoryStep};

/// Documents of one trade that are shown.
const DOCUMENTS_MAX: usize = 40;

/// Documents found by one number.
const FOUND_MAX: i64 = 20;

/// Receipts told with one document.
const RECEIPTS_MAX: i64 = 200;

/// Events told with one message.
const EVENTS_MAX: i64 = 100;

/// The part of a kind in the story: the proceeds of an export (收款单) stand where an import has its
/// payment, though nothing is compared with them.
fn part_of(kind: &str) -> Part {
    match Kind::from_code(kind) {
        Some(Kind::Ceb403) => Part::Payment,
        known => known.map_or(Part::Other, Part::of),
    }
}

/// A document of the trade as it was read from the database.
pub(crate) struct Chapter {
    pub(crate) found: Found,
    pub(crate) body: Vec<u8>,
    pub(crate) receipts: Vec<crate::downlink::Item>,
    /// What each receipt means.
    pub(crate) explanations: Vec<Explanation>,
    pub(crate) is_masked: bool,
    /// The latest status of its message, where nobody can read it yet.
    pub(crate) unknown_status: Option<i64>,
    /// What its own latest status is called.
    pub(crate) status_name: Option<String>,
}

/// What the database knows about the trade of a document.
pub(crate) struct Trade {
    /// The document that was asked for.
    pub(crate) asked: i64,
    pub(crate) chapters: Vec<Chapter>,
    /// Events by message.
    pub(crate) events: BTreeMap<MessageId, Vec<Event>>,
    /// Which of its messages correct which.
    pub(crate) links: Links,
}

/// Reads the trade of a document, if it is seen.
pub(crate) fn trade(tx: &mut Tx<'_>, actor: &Actor, id: i64, now_ms: i64) -> Result<Option<Trade>> {
    let Some(asked) = document(tx, &actor.sight, id)? else {
        return Ok(None);
    };
    let explained = unknown_code::explained(tx)?;
    let mut chapters = Vec::new();
    let mut events = BTreeMap::new();
    for found in related(tx, actor, asked)? {
        let message = MessageId::of_document(found.document_id);
        // Of a damaged one the rest of the trade is told all the same.
        let read = damage(body(tx, &actor.sight, message))?;
        let Some(body) = read.unwrap_or_else(|_| Some(Vec::new())) else {
            continue;
        };
        let mut receipts = receipt::of_message(tx, found.company_id, message, RECEIPTS_MAX)?;
        let of_document = [found.document_id, message.0];
        receipts.retain(|receipt| of_document.contains(&receipt.document_id));
        if let std::collections::btree_map::Entry::Vacant(entry) = events.entry(message) {
            entry.insert(store::event::of_subject(tx, message.0, EVENTS_MAX)?);
        }
        chapters.push(Chapter {
            is_masked: unmask::is_masked(tx, actor, message, now_ms)?,
            explanations: explanation::of(tx, &receipts)?,
            status_name: status_name(found.status, &found.kind, &explained),
            unknown_status: unsure(tx, [message].into_iter())?.remove(&message),
            found,
            body,
            receipts,
        });
    }
    let messages: BTreeSet<MessageId> = events.keys().copied().collect();
    Ok(Some(Trade {
        asked: id,
        chapters,
        events,
        links: correction::links(tx, &messages)?,
    }))
}

/// The documents that know each other by order or waybill number, newest first.
fn related(tx: &mut Tx<'_>, actor: &Actor, asked: Found) -> Result<Vec<Found>> {
    let mut all: BTreeMap<i64, Found> = BTreeMap::new();
    let mut numbers: Vec<(&'static str, String)> = Vec::new();
    let mut new = vec![asked];
    while !new.is_empty() && all.len() < DOCUMENTS_MAX {
        let mut ask = Vec::new();
        for found in new.drain(..) {
            let columns = [
                ("order_no", found.order_no.clone()),
                ("logistics_no", found.logistics_no.clone()),
                ("invt_no", found.invt_no.clone()),
            ];
            for (column, number) in columns {
                let number = number.map(|number| (column, number));
                if let Some(number) = number.filter(|number| !numbers.contains(number)) {
                    ask.push(number.clone());
                    numbers.push(number);
                }
            }
            all.insert(found.document_id, found);
        }
        for (column, number) in ask {
            let found = documents_by(tx, &actor.sight, column, &number, FOUND_MAX)?;
            new.extend(
                found
                    .into_iter()
                    .filter(|found| !all.contains_key(&found.document_id)),
            );
        }
    }
    Ok(all.into_values().rev().take(DOCUMENTS_MAX).collect())
}

/// Who has the trade now: the one who has its list, else its newest document that is not refused.
pub(crate) fn holder(chapters: &[Chapter]) -> &'static str {
    let live = || {
        chapters
            .iter()
            .filter(|chapter| chapter.found.state != State::Refused)
    };
    let list = live().find(|chapter| part_of(&chapter.found.kind) == Part::Inventory);
    let chapter = list.or_else(|| live().next()).or(chapters.first());
    chapter.map_or("", |chapter| chapter.found.holder(chapter.unknown_status))
}
