//! What documents hear (告知单证): new receipts in the order of their times, and all once more where that is
//! not the order in which they came.

use super::document::moment;
use super::{DocumentStatus, NewReceipt, Taken, contested};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use store::id::PART_MAX;
use store::{Result, Tx};

/// The ids of the documents that a receipt tells of: its own, or all of its message.
pub(super) fn documents_of(receipt: &NewReceipt) -> RangeInclusive<i64> {
    let (own, message) = (receipt.document_id, receipt.message_id.0);
    if own == message {
        message + 1..=message + PART_MAX
    } else {
        own..=own
    }
}

/// The documents of which receipts came in another order than that of their times.
fn out_of_order(
    documents: &BTreeMap<i64, DocumentStatus>,
    recorded: &[NewReceipt],
) -> BTreeSet<i64> {
    let mut latest: BTreeMap<i64, Option<(String, u8)>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for receipt in recorded {
        let moment = Some(moment(receipt));
        for (id, document) in documents.range(documents_of(receipt)) {
            let latest = latest.entry(*id).or_insert_with(|| document.heard_at());
            if moment < *latest {
                found.insert(*id);
            } else {
                latest.clone_from(&moment);
            }
        }
    }
    found
}

/// Tells the documents what is new, in the order of its times; those of which something is late, moved,
/// explained since or of an unknown status all that there is.
pub(super) fn hear(
    tx: &mut Tx<'_>,
    documents: &mut BTreeMap<i64, DocumentStatus>,
    taken: &Taken,
) -> Result<()> {
    let Taken {
        recorded, moved, ..
    } = taken;
    let unknown = documents.values().filter(|one| one.is_unknown());
    let again: BTreeSet<i64> = unknown
        .map(|one| one.id)
        .chain(out_of_order(documents, recorded))
        .chain(moved.iter().chain(&taken.reviewed).copied())
        .collect();
    contested::apply_again(tx, documents, &again, taken)?;
    let heard = contested::in_time(recorded.iter().collect());
    for receipt in heard {
        let is_of_message = receipt.document_id == receipt.message_id.0;
        for (id, document) in documents.range_mut(documents_of(receipt)) {
            match is_of_message {
                _ if again.contains(id) => {}
                true => document.hear_of_message(receipt, &taken.explained),
                false => document.hear(receipt, &taken.explained),
            }
        }
    }
    Ok(())
}
