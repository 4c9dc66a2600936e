//! Answers under keys that a company declared several times: each finds its document, and those that
//! were put elsewhere before move ([`super::attribution`] says how).

pub(super) mod sql;

use super::attribution::{self, KeyAnswer, Sent, attribute};
use super::document::{is_same_moment, moment, step_ms};
use super::{DocumentStatus, NewReceipt, Taken};
use crate::message::{self, MessageId};
use ceb::{Kind, Profile};
use registry::company::CompanyId;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use store::{Result, Tx};

/// Places in a batch of the answers under each key.
pub(super) type Groups = BTreeMap<(CompanyId, String), Vec<usize>>;

/// What makes an answer the same for one document: status, time, text.
fn content(receipt: &NewReceipt) -> (i64, String, i64) {
    let time = receipt.return_time.clone();
    (receipt.return_status, time, receipt.fingerprint)
}

/// Answers that are known under one key, with their times: an answer is the same by its number, status and text,
/// and by its time where customs wrote one, however that is spelt.
#[derive(Default)]
struct KnownAnswers {
    times: HashMap<(String, i64, i64), Vec<String>>,
}

impl KnownAnswers {
    /// Takes note of an answer; whether it was known already.
    fn has(&mut self, one: &NewReceipt) -> bool {
        let key = (one.guid.clone(), one.return_status, one.fingerprint);
        let times = self.times.entry(key).or_default();
        let is_same = |time: &String| !one.is_dated || is_same_moment(time, &one.return_time);
        let is_known = times.iter().any(is_same);
        if !is_known {
            times.push(one.return_time.clone());
        }
        is_known
    }
}

/// Finds the document of each contested answer of a batch, leaving out those that are recorded; moves
/// recorded ones that turn out to be about another document. Answers what is to be recorded, and the
/// documents whose answers changed.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    batch: Vec<NewReceipt>,
    groups: &Groups,
    now_ms: i64,
) -> Result<(Vec<NewReceipt>, BTreeSet<i64>)> {
    let mut batch: Vec<Option<NewReceipt>> = batch.into_iter().map(Some).collect();
    let mut moved = BTreeSet::new();
    for ((company, key), places) in groups {
        let fresh = places.iter().filter_map(|at| batch.get_mut(*at)?.take());
        let placed = one_key(tx, *company, key, fresh.collect(), now_ms, &mut moved)?;
        for (at, receipt) in places.iter().zip(placed) {
            if let Some(slot) = batch.get_mut(*at) {
                *slot = Some(receipt);
            }
        }
    }
    Ok((batch.into_iter().flatten().collect(), moved))
}

/// A receipt as it is attributed.
fn answer(one: &NewReceipt) -> KeyAnswer {
    let (guid, info) = (&one.guid, &one.return_info);
    KeyAnswer {
        received_ms: one.received_ms,
        ..KeyAnswer::new(guid, one.return_status, &one.return_time, info)
    }
}

/// Whether an answer is one that came before, under another number: some nodes give it another one each time. It
/// is when no document but that of the first one can own it: each of the others was declared so long after that
/// one had come that its own answer would have another time, or has the same answer already. One without a time
/// may be a second answer.
fn is_again(one: &NewReceipt, came_before: &[NewReceipt], declared: &[(i64, Option<i64>)]) -> bool {
    let content = |known: &NewReceipt| (known.return_status, known.fingerprint);
    let is_same = |known: &&NewReceipt| {
        let is_same_time = is_same_moment(&known.return_time, &one.return_time);
        content(known) == content(one) && known.is_dated && is_same_time
    };
    let same: Vec<&NewReceipt> = came_before.iter().filter(is_same).collect();
    let is_answered = |id: i64| same.iter().any(|known| known.document_id == id);
    let leaves_none = |first: &&NewReceipt| {
        let step_ms = step_ms(&one.return_time).max(step_ms(&first.return_time));
        let from_ms = first.received_ms.unwrap_or(0).saturating_add(step_ms);
        let is_later = |at_ms: &Option<i64>| at_ms.is_some_and(|at_ms| at_ms >= from_ms);
        let mut others = declared.iter().filter(|(id, _)| *id != first.document_id);
        others.all(|(id, at_ms)| is_later(at_ms) || is_answered(*id))
    };
    one.is_dated && declared.len() > 1 && same.iter().any(leaves_none)
}

fn one_key(
    tx: &mut Tx<'_>,
    company: CompanyId,
    key: &str,
    fresh: Vec<NewReceipt>,
    now_ms: i64,
    moved: &mut BTreeSet<i64>,
) -> Result<Vec<NewReceipt>> {
    let documents = sql::with_key(tx, company, key)?;
    if documents.is_empty() {
        // None of them may be at customs, and so no answer comes here: what is said of the key is said of the
        // newest.
        return Ok(fresh);
    }
    let kind = key.split('|').next().and_then(Kind::from_code);
    let (Some(kind), Some(of)) = (kind, fresh.first().map(|one| one.kind.clone())) else {
        return Ok(fresh);
    };
    let ids: Vec<i64> = documents.iter().map(|(id, _)| *id).collect();
    let sent: Vec<Sent> = documents.into_iter().map(|(_, sent)| sent).collect();
    let (mut all, is_readable) = sql::answers_of(tx, &ids, &of)?;
    // Of a key with more answers than are read, or with a damaged one, nothing moves: what is not read could
    // say otherwise.
    let is_whole = is_readable && all.len() <= sql::ANSWERS_MAX;
    let n_known = all.len();
    // Customs answers at least once: the same answer has the same number of its own.
    let mut known = KnownAnswers::default();
    for one in &all {
        known.has(one);
    }
    let declared: Vec<(i64, Option<i64>)> = ids
        .iter()
        .zip(&sent)
        .map(|(id, one)| (*id, one.received_ms))
        .collect();
    let names_one = |one: &NewReceipt| {
        // Its own number may look like a guid, too: only that of a document counts.
        let names = attribution::names(&one.guid, &one.return_info);
        let is_named = |one: &Sent| one.guid.as_ref().is_some_and(|guid| names.contains(guid));
        sent.iter().any(is_named)
    };
    for mut receipt in fresh {
        // As it will be read again.
        receipt.received_ms.get_or_insert(now_ms);
        let came_before = all.get(..n_known).unwrap_or_default();
        let is_old = !names_one(&receipt) && is_again(&receipt, came_before, &declared);
        if !is_old && !known.has(&receipt) {
            all.push(receipt);
        }
    }
    let answers: Vec<KeyAnswer> = all.iter().map(answer).collect();
    let places = attribute(kind, &sent, &answers);
    let mut taken: HashSet<(i64, (i64, String, i64))> = all
        .iter()
        .take(n_known)
        .map(|known| (known.document_id, content(known)))
        .collect();
    let mut moves = Vec::new();
    let mut placed = Vec::new();
    for (at, (mut receipt, place)) in all.into_iter().zip(places).enumerate() {
        let document = ids.get(place).copied().unwrap_or(receipt.document_id);
        if at >= n_known {
            receipt.document_id = document;
            receipt.message_id = MessageId::of_document(document);
            placed.push(receipt);
            continue;
        }
        let content = content(&receipt);
        let is_there = receipt.document_id == document;
        if is_there || !is_whole || taken.contains(&(document, content.clone())) {
            continue;
        }
        taken.remove(&(receipt.document_id, content.clone()));
        taken.insert((document, content));
        moved.extend([receipt.document_id, document]);
        if let Some(feed_no) = receipt.feed_no {
            moves.push((company, feed_no, document));
        }
    }
    sql::move_receipts(tx, &moves)?;
    Ok(placed)
}

/// Documents that are told all their answers once more, in the order of their times: those whose answers
/// `moved`, which also keep no number that only an answer to another told, and those of which the latest
/// answer has a status that nobody knows. Answers of this batch are recorded already.
pub(super) fn apply_again(
    tx: &mut Tx<'_>,
    documents: &mut BTreeMap<i64, DocumentStatus>,
    again: &BTreeSet<i64>,
    Taken {
        moved, explained, ..
    }: &Taken,
) -> Result<()> {
    let mut declared = BTreeMap::new();
    for message in moved.iter().copied().map(MessageId::of_document) {
        if let Entry::Vacant(place) = declared.entry(message) {
            place.insert(declared_invt_nos(tx, message)?);
        }
    }
    for id in again {
        let Some(document) = documents.get_mut(id) else {
            continue;
        };
        let receipt = Kind::from_code(&document.kind).and_then(Kind::receipt);
        let Some(receipt) = receipt else { continue };
        document.forget_answers();
        let own = declared.get(&MessageId::of_document(*id));
        if let Some(Some(own)) = own.filter(|_| moved.contains(id)) {
            document.invt_no = own.get(id).cloned().flatten();
            document.pre_no = None;
        }
        let answers = sql::all_answers(tx, *id, receipt.code())?;
        for answer in in_time(answers.iter().collect()) {
            match answer.document_id == answer.message_id.0 {
                true => document.hear_of_message(answer, explained),
                false => document.hear(answer, explained),
            }
        }
    }
    Ok(())
}

/// The list numbers with which the documents of a message were declared, by document: changes and
/// cancellations name the list that they are about, and new declarations none. Nothing where the message
/// cannot be read any more.
fn declared_invt_nos(
    tx: &mut Tx<'_>,
    message: MessageId,
) -> Result<Option<BTreeMap<i64, Option<String>>>> {
    let Some(body) = message::sql::body_if_readable(tx, message)? else {
        return Ok(None);
    };
    let sniffed = ceb::sniff(&body).ok();
    let parsed = sniffed.map(|sniffed| ceb::parse(&sniffed.inner, Profile::Lenient));
    let Some(declared) = parsed.and_then(|parsed| parsed.message) else {
        return Ok(None);
    };
    let numbered = declared.documents.iter().zip(1..).map(|(own, number)| {
        let invt_no = ceb::key::search_keys(declared.kind, own).invt_no;
        (message.document(number), invt_no)
    });
    Ok(Some(numbered.collect()))
}

/// Receipts in the order in which they are heard: by time, within one moment by how far they say the
/// document is.
pub(super) fn in_time(mut receipts: Vec<&NewReceipt>) -> Vec<&NewReceipt> {
    receipts.sort_by_cached_key(|receipt| moment(receipt));
    receipts
}
