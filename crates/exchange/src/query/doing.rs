//! What is to be done about a message that came back: not everything may simply be declared again.

use super::MessageSummary;
use crate::downlink::Item;
use crate::message::StoredMessage;
use crate::{explanation, receipt};
use ceb::Outcome;
use ceb::explain::{Explanation, Resubmit};
use std::collections::BTreeMap;
use store::{Result, Tx};

/// Receipts of a message that are read to tell what is to be done about it: more than it may have documents.
const RECEIPTS_MAX: i64 = 200;

/// Rows of a list of which it is told what is to be done about each.
pub(super) const ROWS_MAX: usize = 100;

impl MessageSummary {
    /// Sets what is to be done about the message, while the company must act.
    pub(super) fn set_doing(&mut self, doing: Option<&'static str>) {
        self.doing = doing.map(str::to_owned);
    }
}

/// What is to be done about each of the first messages of a list on which their companies must act.
///
/// # Errors
/// The engine's.
pub(super) fn doings(
    tx: &mut Tx<'_>,
    listed: &[StoredMessage],
) -> Result<BTreeMap<i64, &'static str>> {
    let open = listed.iter().take(ROWS_MAX).filter(|one| one.needs_action);
    open.map(|one| Ok((one.id.0, doing(tx, one)?))).collect()
}

/// What is to be done about a message that came back (如何处理): `correct` when any of its documents that need an
/// action may be declared again, else `call` (ask first) or `follow` (do as the receipt says).
///
/// # Errors
/// The engine's.
pub(crate) fn doing(tx: &mut Tx<'_>, message: &StoredMessage) -> Result<&'static str> {
    if message.outcome == Outcome::Refused {
        return Ok("correct");
    }
    let documents = receipt::shown_of_message(tx, message.id)?;
    // What became of a document that is damaged nobody can say here.
    if documents.iter().any(|document| document.is_damaged) {
        return Ok("call");
    }
    let mut receipts = receipt::of_open(tx, message.company_id, message.id, RECEIPTS_MAX)?;
    receipts.sort_by_cached_key(|item| (receipt::order_of(&item.return_time), item.feed_no));
    let ways = explanation::of(tx, &receipts)?;
    let is_bad = |(item, explanation): &(&Item, &Explanation)| {
        explanation::outcome_of(item, explanation).is_some_and(Outcome::is_bad)
    };
    // The last word on each document; one on the whole message is about all of them.
    let last: BTreeMap<i64, Resubmit> = receipts
        .iter()
        .zip(&ways)
        .filter(is_bad)
        .map(|(item, explanation)| (item.document_id, explanation.resubmit))
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
