//! What documents hear (告知单证): new receipts in the order of their times, and all once more where that is
//! not the order in which they came.

use super::document::moment;
use super::{DocumentStatus, NewReceipt, contested};
use std::collections::{BTreeMap, BTreeSet};
use store::id::PART_MAX;
use store::{Result, Tx};

/// The documents of which receipts came in another order than that of their times.
fn out_of_order(
    documents: &BTreeMap<i64, DocumentStatus>,
    recorded: &[NewReceipt],
) -> BTreeSet<i64> {
    let mut latest: BTreeMap<i64, Option<(String, u8)>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for receipt in recorded {
        let id = receipt.document_id;
        let Some(document) = documents.get(&id) else {
            continue;
        };
        let latest = latest.entry(id).or_insert_with(|| document.heard_at());
        let moment = Some(moment(receipt));
        if moment < *latest {
            found.insert(id);
        } else {
            *latest = moment;
        }
    }
    found
}

/// Tells the documents what is new, in the order of its times; those of which something is late, moved, or
/// of an unknown status all that there is.
pub(super) fn hear(
    tx: &mut Tx<'_>,
    documents: &mut BTreeMap<i64, DocumentStatus>,
    recorded: &[NewReceipt],
    moved: &BTreeSet<i64>,
) -> Result<()> {
    let unknown = documents.values().filter(|one| one.is_unknown());
    let again: BTreeSet<i64> = unknown
        .map(|one| one.id)
        .chain(out_of_order(documents, recorded))
        .chain(moved.iter().copied())
        .collect();
    contested::tell_again(tx, documents, &again, moved)?;
    let heard = contested::in_time(recorded.iter().collect());
    for receipt in heard {
        if receipt.document_id == receipt.message_id.0 {
            // An answer to the whole message settles every document in it that is still open.
            let of_message = receipt.message_id.0 + 1..=receipt.message_id.0 + PART_MAX;
            for (id, document) in documents.range_mut(of_message) {
                if !document.is_final && !again.contains(id) {
                    document.hear(receipt);
                }
            }
        } else if let Some(document) = documents.get_mut(&receipt.document_id)
            && !again.contains(&receipt.document_id)
        {
            document.hear(receipt);
        }
    }
    Ok(())
}
