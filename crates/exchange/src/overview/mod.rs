//! Overview (概览): what the day is like, for the first page of every workspace, and the statistics
//! by day and kind.
//!
//! Counts come from `message_day`, which the steps keep, so that no page counts rows; what waits is
//! counted up to a limit over an index.

pub mod http;
mod sql;
#[cfg(test)]
mod tests;

use crate::message::Message;
use crate::{explanation, receipt};
use ceb::Outcome;
use ceb::explain::Resubmit;
use std::collections::BTreeMap;
use store::{Result, Tx};

pub use sql::{DayRow, KindDay, by_day, day, lag, unsettled};

/// Messages over which the lag is told: the newest.
pub const LAG_MESSAGES: i64 = 200;

/// Counting what waits stops here.
pub const UNSETTLED_MAX: i64 = 10_000;

/// Longest span of statistics, in days.
pub const DAYS_MAX: i64 = 366;

/// Receipts of a message that are read to tell what is to be done about it: more than it may have documents.
const RECEIPTS_MAX: i64 = 200;

/// What is to be done about a message that came back (如何处理): `correct` when any of its documents that need an
/// action may be declared again, else `call` (ask first) or `follow` (do as the receipt says).
pub(crate) fn doing(tx: &mut Tx<'_>, message: &Message) -> Result<&'static str> {
    if message.outcome == Outcome::Refused {
        return Ok("correct");
    }
    let documents = receipt::status_of_message(tx, message.id)?;
    let mut receipts = receipt::of_open(tx, message.company_id, message.id, RECEIPTS_MAX)?;
    receipts.retain(|item| {
        let of = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
        of.is_some_and(Outcome::is_bad)
    });
    receipts.sort_by_cached_key(|item| (receipt::order_of(&item.return_time), item.feed_no));
    let ways = explanation::of(tx, &receipts)?;
    // The last word on each document; one on the whole message is about all of them.
    let last: BTreeMap<i64, Resubmit> = receipts
        .iter()
        .zip(&ways)
        .map(|(item, told)| (item.document_id, told.resubmit))
        .collect();
    let open = documents.iter().filter(|document| document.needs_action);
    let of_documents: Vec<Resubmit> = open
        .filter_map(|document| last.get(&document.id).or_else(|| last.get(&message.id.0)))
        .copied()
        .collect();
    let is_careful =
        |way: &Resubmit| matches!(way, Resubmit::Nothing | Resubmit::Wait | Resubmit::Ask);
    let may_correct = of_documents.is_empty() || !of_documents.iter().all(is_careful);
    Ok(if may_correct {
        "correct"
    } else if of_documents.contains(&Resubmit::Ask) {
        "call"
    } else {
        "follow"
    })
}

/// The value below which `percent` of the values lie (nearest rank); nothing for no values.
#[must_use]
pub fn percentile(values: &mut [i64], percent: usize) -> Option<i64> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied()
}
