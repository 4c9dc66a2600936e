//! Who must act (待处理) after receipts: the company, when a document of its own was turned down.

use super::document::{Before, asks_to_act};
use super::hearing::documents_of;
use super::{DocumentStatus, NewReceipt, Taken, contested, sql};
use ceb::Kind;
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// Documents that were turned down just now need an action, unless they were declared anew already. One that
/// was turned down before is so once more when another bad word came, however it is dated, or was moved here:
/// what was dismissed was the first one.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    documents: &mut BTreeMap<i64, DocumentStatus>,
    before: &BTreeMap<i64, Before>,
    Taken {
        recorded,
        moved,
        explained,
        ..
    }: &Taken,
) -> Result<()> {
    let is_bad = |receipt: &&NewReceipt| {
        let declared = Kind::from_code(&receipt.kind).and_then(Kind::declares);
        let kind = declared.map_or("", Kind::code);
        receipt.says_bad() || asks_to_act(kind, receipt.return_status, explained)
    };
    let bad = recorded.iter().filter(is_bad);
    let badly_answered: BTreeSet<i64> = bad
        .flat_map(|receipt| documents.range(documents_of(receipt)).map(|(id, _)| *id))
        .collect();
    let is_new = |one: &DocumentStatus| {
        let Some(was) = before.get(&one.id).filter(|was| was.outcome.is_bad()) else {
            return true;
        };
        let is_other = (was.status, &was.status_time) != (one.status, &one.status_time);
        badly_answered.contains(&one.id) || moved.contains(&one.id) && is_other
    };
    let turned: BTreeSet<i64> = documents
        .values()
        .filter(|one| one.outcome.is_bad() && is_new(one))
        .map(|one| one.id)
        .collect();
    let replaced = contested::sql::replaced(tx, &turned)?;
    for document in documents.values_mut() {
        if turned.contains(&document.id) {
            document.needs_action = !replaced.contains(&document.id);
            document.is_dismissed = false;
        } else if !document.outcome.is_bad() {
            document.needs_action = false;
            // Of what went well nothing is left that could be taken up again.
            document.is_dismissed = false;
        }
    }
    Ok(())
}

/// Documents that were turned down and asked for nothing because the same was declared anew, when that was
/// turned down just now as their duplicate: it takes nothing off the company's hands.
pub(super) fn left_open(
    tx: &mut Tx<'_>,
    documents: &BTreeMap<i64, DocumentStatus>,
) -> Result<Vec<DocumentStatus>> {
    let duplicates: BTreeSet<i64> = documents
        .values()
        .filter(|document| document.is_duplicate && document.is_changed)
        .map(|document| document.id)
        .collect();
    if duplicates.is_empty() {
        return Ok(Vec::new());
    }
    let left = contested::sql::left_open(tx, &duplicates)?;
    let mut left: Vec<DocumentStatus> = sql::documents(tx, &left)?.into_values().collect();
    for document in &mut left {
        document.needs_action = true;
    }
    Ok(left)
}
