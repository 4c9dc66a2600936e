//! Writing receipts: the feed number, the status of the document, the progress of the message.

use super::document::is_same_moment;
use super::{NewReceipt, OWN_GUID, sql};
use crate::downlink;
use registry::company::CompanyId;
use std::collections::BTreeMap;
use store::{Result, Tx};

/// Records receipts in their companies' feeds; answers those that were new. A receipt that is there
/// already takes a feed number that nobody will see: numbers grow, they are not dense.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    mut receipts: Vec<NewReceipt>,
    now_ms: i64,
) -> Result<Vec<NewReceipt>> {
    drop_undated_twice(tx, &mut receipts)?;
    drop_spelt_twice(tx, &mut receipts)?;
    if receipts.is_empty() {
        return Ok(Vec::new());
    }
    let mut per_company: BTreeMap<CompanyId, i64> = BTreeMap::new();
    for receipt in &receipts {
        *per_company.entry(receipt.company_id).or_default() += 1;
    }
    let mut next = downlink::reserve(tx, &per_company)?;
    let rows: Vec<sql::ReceiptRow<'_>> = receipts
        .iter()
        .map(|receipt| {
            let number = next.entry(receipt.company_id).or_default();
            let row = sql::ReceiptRow {
                feed_no: *number,
                received_at: receipt.received_ms.unwrap_or(now_ms),
                receipt,
            };
            *number += 1;
            row
        })
        .collect();
    let written = sql::insert_receipts(tx, &rows)?;
    let is_new: Vec<bool> = rows
        .iter()
        .map(|row| written.contains(&(row.receipt.company_id.0, row.feed_no)))
        .collect();
    drop(rows);
    let new: Vec<NewReceipt> = receipts
        .into_iter()
        .zip(is_new)
        .filter_map(|(receipt, is_new)| is_new.then_some(receipt))
        .collect();
    metrics::counter!("tongguan_receipts_total").increment(u64::try_from(new.len()).unwrap_or(0));
    Ok(new)
}

/// Leaves out receipts without a time that came before: their times of arrival differ, they do not.
fn drop_undated_twice(tx: &mut Tx<'_>, receipts: &mut Vec<NewReceipt>) -> Result<()> {
    let mut kept = Vec::with_capacity(receipts.len());
    for receipt in receipts.drain(..) {
        if receipt.is_dated || !sql::is_recorded(tx, &receipt)? {
            kept.push(receipt);
        }
    }
    *receipts = kept;
    Ok(())
}

/// Leaves out receipts that came before with another spelling of the same time, without milliseconds or with
/// noughts for them: they say nothing new. What the platform itself writes has its own clock's times.
fn drop_spelt_twice(tx: &mut Tx<'_>, receipts: &mut Vec<NewReceipt>) -> Result<()> {
    let is_theirs = |one: &NewReceipt| one.is_dated && !one.guid.starts_with(OWN_GUID);
    let dated: Vec<&NewReceipt> = receipts.iter().filter(|one| is_theirs(one)).collect();
    let mut known = sql::times(tx, &dated)?;
    receipts.retain(|one| {
        if !is_theirs(one) {
            return true;
        }
        let times = known.entry(sql::words_of(one)).or_default();
        let time = one.return_time.as_str();
        let is_spelt_twice = times
            .iter()
            .any(|other| other != time && is_same_moment(other, time));
        if !is_spelt_twice {
            times.push(time.to_owned());
        }
        !is_spelt_twice
    });
    Ok(())
}
