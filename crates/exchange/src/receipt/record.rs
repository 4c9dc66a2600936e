//! Writing receipts: the feed number, the status of the document, the progress of the message.

use super::document::is_same_moment;
use super::{NewReceipt, OWN_GUID, fingerprint, sql};
use crate::downlink;
use ceb::receipt::ReceiptEntry;
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
    let mut per_company: BTreeMap<CompanyId, i64> = BTreeMap::new();
    for receipt in &receipts {
        *per_company.entry(receipt.company_id).or_default() += 1;
    }
    // The lock of the feed comes first: who holds the same answer at the same time looks only when this one is written.
    let mut next = downlink::reserve(tx, &per_company)?;
    drop_undated_twice(tx, &mut receipts)?;
    drop_spelt_twice(tx, &mut receipts)?;
    if receipts.is_empty() {
        return Ok(Vec::new());
    }
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

/// Leaves out receipts without a time that came before: their times of arrival differ, they do not. Nor is one new whose time is
/// in the future for this process, if another process believed it.
fn drop_undated_twice(tx: &mut Tx<'_>, receipts: &mut Vec<NewReceipt>) -> Result<()> {
    let mut kept = Vec::with_capacity(receipts.len());
    for receipt in receipts.drain(..) {
        if receipt.is_dated || !is_recorded(tx, &receipt)? {
            kept.push(receipt);
        }
    }
    *receipts = kept;
    Ok(())
}

fn is_recorded(tx: &mut Tx<'_>, receipt: &NewReceipt) -> Result<bool> {
    if sql::time_of(tx, receipt, receipt.fingerprint)?.is_some() {
        return Ok(true);
    }
    let Some((print, time)) = dated_otherwise(receipt) else {
        return Ok(false);
    };
    let known = sql::time_of(tx, receipt, print)?;
    Ok(known.is_some_and(|at| is_same_moment(&at, &time)))
}

/// The fingerprint that a receipt has where its time is believed if it is not here, and the other way round; and that time.
fn dated_otherwise(receipt: &NewReceipt) -> Option<(i64, String)> {
    let split = ceb::receipt::split(receipt.xml.as_bytes()).ok()?;
    let entry = split.entries.into_iter().next()?;
    let print = fingerprint_of(&entry, !receipt.is_dated);
    Some((print, entry.return_time.trim().to_owned()))
}

/// What tells an answer from another with its status and time: its text; where it has no status that can
/// be read (tax bills have none) or no time, all that it says; without a time only its own number aside.
pub(super) fn fingerprint_of(entry: &ReceiptEntry, is_dated: bool) -> i64 {
    // Some nodes indent what they deliver once more.
    let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
    let has_status = entry.return_status != ceb::receipt::STATUS_UNREADABLE;
    let mut text = match is_dated && has_status {
        true => without_spaces(&entry.return_info),
        false => without_spaces(entry.xml.get(entry.own.clone()).unwrap_or_default()),
    };
    // Some give it another number each time.
    if !is_dated && has_status {
        text = text.replacen(&format!(">{}<", entry.guid), "><", 1);
    }
    fingerprint(&[text.as_bytes()])
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
        let known = known.entry(sql::words_of(one)).or_default();
        let time = one.return_time.as_str();
        let is_spelt_twice = known.iter().any(|(print, other)| {
            *print == one.fingerprint && other != time && is_same_moment(other, time)
        });
        let says_other = |(print, _): &(i64, String)| *print != one.fingerprint;
        // A process whose clock was behind has dated it by its arrival.
        let is_dated_twice = known.iter().any(says_other)
            && dated_otherwise(one)
                .is_some_and(|(undated, _)| known.iter().any(|(print, _)| *print == undated));
        let is_new = !is_spelt_twice && !is_dated_twice;
        if is_new {
            known.push((one.fingerprint, time.to_owned()));
        }
        is_new
    });
    Ok(())
}
