//! Who must act (待处理) after receipts: the company, when a document of its own was turned down.

use super::document::Before;
use super::{DocumentStatus, NewReceipt, attribution, contested, sql};
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// Documents that were turned down just now need an action, unless they were declared anew already. One that
/// was turned down before is so once more when the word is another: what was dismissed was the first one.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    documents: &mut BTreeMap<i64, DocumentStatus>,
    before: &BTreeMap<i64, Before>,
) -> Result<()> {
    let is_told = |one: &DocumentStatus| {
        let was = before.get(&one.id);
        was.is_some_and(|was| {
            was.outcome.is_bad() && (was.status, &was.status_time) == (one.status, &one.status_time)
        })
    };
    let turned: BTreeSet<i64> = documents
        .values()
        .filter(|one| one.outcome.is_bad() && !is_told(one))
        .map(|one| one.id)
        .collect();
    let replaced = contested::sql::replaced(tx, &turned)?;
    for document in documents.values_mut() {
        if turned.contains(&document.id) {
            document.needs_action = !replaced.contains(&document.id);
        } else if !document.outcome.is_bad() {
            document.needs_action = false;
        }
    }
    Ok(())
}

/// Documents that were turned down and asked for nothing because the same was declared anew, when that was
/// turned down just now as their duplicate: it takes nothing off the company's hands.
pub(super) fn left_open(tx: &mut Tx<'_>, recorded: &[NewReceipt]) -> Result<Vec<DocumentStatus>> {
    let duplicates: BTreeSet<i64> = recorded
        .iter()
        .filter(|receipt| attribution::says_duplicate(receipt.return_status, &receipt.return_info))
        .map(|receipt| receipt.document_id)
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
