//! One batch of customs' answers: split, match, record, move on, and only then acknowledge.

use super::document::{Before, is_believable};
use super::matching::{Address, Candidates, Home, UNSENT, cause};
use super::parked::{self, Cause, First, NewParked, ParkedBody};
use super::{DocumentStatus, NewReceipt, action, contested, fingerprint, hearing, record, sql};
use crate::correction;
use crate::inbox;
use crate::message::{self, Back, Counts, DayCounts, MessageId, State, Step};
use crate::outcome::{self, Declared};
use crate::pipeline::Shared;
use crate::unknown_code;
use ceb::receipt::Entry;
use registry::company::{self, CompanyId};
use registry::ground::Ground;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::clock::beijing_day;
use store::{Result, Tx};

/// Status of what is only stored at the E-Port.
const DRAFT: i64 = 1;

/// Deliveries that one task of the thread pool opens.
const CHUNK: usize = 64;

/// One delivery from customs, opened.
pub(crate) struct Opened {
    pub(crate) body: bytes::Bytes,
    pub(crate) receiver_ids: Vec<String>,
    pub(crate) content: std::result::Result<Vec<Entry>, String>,
}

/// Applies one batch of customs' answers: those that came from the queue, which the caller acknowledges
/// afterwards, or those of the inbox with the ids `kept`, which are taken out in the same transaction.
pub(crate) async fn step(
    shared: &Arc<Shared>,
    answers: Vec<bytes::Bytes>,
    kept: Vec<i64>,
) -> Result<usize> {
    shared.directory.refresh().await?;
    let n_answers = answers.len();
    let mut tasks = Vec::new();
    for chunk in answers.chunks(CHUNK) {
        let bodies: Vec<bytes::Bytes> = chunk.to_vec();
        tasks.push(tokio::task::spawn_blocking(move || {
            bodies.into_iter().map(open).collect::<Vec<_>>()
        }));
    }
    let mut opened = Vec::with_capacity(n_answers);
    for task in tasks {
        opened.extend(
            task.await
                .map_err(|error| store::Error::Fault(error.to_string()))?,
        );
    }
    let now_ms = shared.clock.now_ms();
    let writer = Arc::clone(shared);
    let companies = shared
        .db
        .write(move |tx| {
            inbox::delete(tx, &kept)?;
            apply(tx, &writer, &opened, now_ms)
        })
        .await?;
    shared.feed.wake(&companies);
    Ok(n_answers)
}

impl Opened {
    /// What it says, where it could be read.
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.content.iter().flatten()
    }
}

pub(crate) fn open(body: bytes::Bytes) -> Opened {
    // Some nodes hand the receipt over without an envelope; then nobody is named.
    let (receiver_ids, content) = match ceb::receipt::split(&body) {
        Ok(receipts) => {
            note(&receipts);
            (receipts.receiver_ids, Ok(receipts.entries))
        }
        // The reason is stored and told as it is, so it quotes nothing.
        Err(error) => (Vec::new(), Err(error.brief())),
    };
    let content = content.and_then(|entries: Vec<Entry>| {
        if entries.is_empty() {
            Err("回执中没有任何单证".to_owned())
        } else {
            Ok(entries)
        }
    });
    Opened {
        body,
        receiver_ids,
        content,
    }
}

/// Counts how a receipt differs from the standard; it is read all the same.
fn note(receipts: &ceb::receipt::Receipts) {
    for odd in &receipts.odd {
        metrics::counter!("tongguan_receipts_odd_total", "odd" => odd.name()).increment(1);
        tracing::info!(
            kind = receipts.kind.code(),
            odd = odd.name(),
            "a receipt is not as the standard has it; it was read all the same"
        );
    }
}

/// The one transaction of a batch; answers the companies whose feed has something new.
pub(crate) fn apply(
    tx: &mut Tx<'_>,
    shared: &Shared,
    opened: &[Opened],
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    let address = |one: &Opened| {
        let ids = one.receiver_ids.iter();
        Address {
            is_named: !one.receiver_ids.is_empty(),
            companies: ids.flat_map(|id| shared.directory.addressed(id)).collect(),
            former: one
                .receiver_ids
                .iter()
                .flat_map(|id| shared.directory.formerly(id))
                .collect(),
            is_looked_at: false,
            arrived_ms: None,
        }
    };
    apply_to(tx, &shared.ground, opened, address, now_ms)
}

/// A parked answer, once more: answers the companies whose feed has something new. What still has no
/// home stays parked as it is; the parts of one that could not be read before are parked by themselves.
pub(crate) fn again(
    tx: &mut Tx<'_>,
    ground: &Ground,
    parked: ParkedBody,
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    let mut opened = open(bytes::Bytes::from(parked.body));
    if opened.receiver_ids.is_empty() {
        opened.receiver_ids = parked.receivers;
    }
    let mut to = Address {
        is_named: !opened.receiver_ids.is_empty(),
        is_looked_at: true,
        arrived_ms: (!parked.is_of_later).then_some(parked.at_ms),
        ..Address::default()
    };
    for id in &opened.receiver_ids {
        to.companies.extend(company::addressed(tx, id)?);
        to.former.extend(company::formerly(tx, id)?);
    }
    apply_to(tx, ground, &[opened], |_| to.clone(), now_ms)
}

fn apply_to(
    tx: &mut Tx<'_>,
    ground: &Ground,
    opened: &[Opened],
    address: impl Fn(&Opened) -> Address,
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    let addressed: Vec<(&Opened, Address)> = opened.iter().map(|one| (one, address(one))).collect();
    let sorted = sort(tx, &addressed, now_ms)?;
    for one in &sorted.homeless {
        parked::park(tx, &ground.ids, one, now_ms)?;
    }
    let (homed, moved) = contested::settle(tx, sorted.homed, &sorted.contested, now_ms)?;
    let recorded = record(tx, homed, now_ms)?;
    progress(tx, ground, (&recorded, &moved), now_ms)?;
    unknown_code::count(tx, &ground.ids, &recorded, now_ms)?;
    Ok(recorded
        .iter()
        .map(|r| r.company_id)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect())
}

/// The answers of a batch by where they go.
#[derive(Default)]
struct Sorted<'a> {
    homed: Vec<NewReceipt>,
    homeless: Vec<NewParked<'a>>,
    /// Places in `homed` of those of which the document is still to be found.
    contested: contested::Groups,
}

fn sort<'a>(
    tx: &mut Tx<'_>,
    addressed: &'a [(&'a Opened, Address)],
    now_ms: i64,
) -> Result<Sorted<'a>> {
    let entries: Vec<&Entry> = addressed
        .iter()
        .flat_map(|(one, _)| one.entries())
        .collect();
    let mut candidates = Candidates::read(tx, &entries)?;
    if let Some(at_ms) = addressed.iter().find_map(|(_, to)| to.arrived_ms) {
        candidates.as_of(tx, at_ms)?;
    }
    let before = came_before(tx, addressed, now_ms)?;
    let mut sorted = Sorted::default();
    for (one, to) in addressed {
        if let Err(reason) = &one.content {
            sorted.homeless.push(NewParked {
                cause: Cause::Other,
                at_ms: to.arrived_ms.unwrap_or(now_ms),
                kind: "",
                key: String::new(),
                reason: reason.clone(),
                receivers: &one.receiver_ids,
                body: &one.body,
            });
        }
        for entry in one.entries() {
            let home = match before.get(&print_of(one, entry)) {
                Some(first) if first.is_early => Home::Unknown(UNSENT),
                Some(first) => home_as_of(tx, entry, to, first.at_ms)?,
                None => candidates.home(tx, entry, to)?,
            };
            let at_ms = to.arrived_ms.unwrap_or(now_ms);
            let new = |company: CompanyId, document: i64| NewReceipt {
                received_ms: to.arrived_ms,
                ..new_receipt(entry, company, document, at_ms)
            };
            match home {
                Home::Unknown(reason) => sorted.homeless.push(NewParked {
                    cause: cause(reason),
                    at_ms,
                    kind: entry.kind.code(),
                    key: key_of(entry),
                    reason: reason.to_owned(),
                    receivers: &one.receiver_ids,
                    body: entry.xml.as_bytes(),
                }),
                Home::Document(one) => sorted.homed.push(new(one.company_id, one.document_id)),
                Home::Contested(newest, key) => {
                    let group = sorted.contested.entry((newest.company_id, key));
                    group.or_default().push(sorted.homed.len());
                    let receipt = new(newest.company_id, newest.document_id);
                    sorted.homed.push(receipt);
                }
                Home::Message(company, id) => sorted.homed.push(new(company, id.0)),
            }
        }
    }
    Ok(sorted)
}

/// Answers that were parked when they first came, dismissed since or not: whatever was sent after that is not what
/// they answer. One without a time may be a second answer.
fn came_before(
    tx: &mut Tx<'_>,
    addressed: &[(&Opened, Address)],
    now_ms: i64,
) -> Result<BTreeMap<i64, First>> {
    let fresh = addressed.iter().filter(|(_, to)| !to.is_looked_at);
    let dated = fresh.flat_map(|(one, _)| {
        let entries = one.entries();
        let dated = entries.filter(|entry| is_believable(entry.return_time.trim(), now_ms));
        dated.map(|entry| parked::Known {
            print: print_of(one, entry),
            key: key_of(entry),
            kind: entry.kind,
            status: entry.return_status,
            time: entry.return_time.trim(),
            receivers: &one.receiver_ids,
        })
    });
    parked::came_before(tx, &dated.collect::<Vec<_>>())
}

/// The home of an entry among what had been sent at this moment, in Unix milliseconds.
fn home_as_of(tx: &mut Tx<'_>, entry: &Entry, to: &Address, at_ms: i64) -> Result<Home> {
    let mut candidates = Candidates::read(tx, &[entry])?;
    candidates.as_of(tx, at_ms)?;
    let to = Address {
        arrived_ms: Some(at_ms),
        ..to.clone()
    };
    candidates.home(tx, entry, &to)
}

fn print_of(one: &Opened, entry: &Entry) -> i64 {
    parked::print_of(entry.xml.as_bytes(), &one.receiver_ids)
}

fn key_of(entry: &Entry) -> String {
    entry
        .keys
        .first()
        .map(|key| key.text.clone())
        .or_else(|| entry.search.invt_no.clone())
        .or_else(|| entry.ori_cop_msg_id.clone())
        .unwrap_or_default()
}

fn new_receipt(entry: &Entry, company_id: CompanyId, document_id: i64, now_ms: i64) -> NewReceipt {
    let time = entry.return_time.trim();
    let is_dated = is_believable(time, now_ms);
    NewReceipt {
        company_id,
        message_id: MessageId::of_document(document_id),
        document_id,
        kind: entry.kind.code().to_owned(),
        guid: entry.guid.clone(),
        document_key: key_of(entry),
        return_status: entry.return_status.0.into(),
        // One without a time, or with one that cannot be, is dated by its arrival, to be put in order.
        return_time: if is_dated {
            time.to_owned()
        } else {
            super::return_time(now_ms)
        },
        fingerprint: fingerprint_of(entry, is_dated),
        is_dated,
        return_info: entry.return_info.clone(),
        invt_no: entry.search.invt_no.clone(),
        pre_no: entry.search.pre_no.clone(),
        xml: entry.xml.clone(),
        feed_no: None,
        received_ms: None,
    }
}

/// What tells an answer from another with its status and time: its text; where it has no status that can
/// be read (tax bills have none) or no time, all that it says; without a time only its own number aside.
fn fingerprint_of(entry: &Entry, is_dated: bool) -> i64 {
    // Some nodes indent what they deliver once more.
    let said = |text: &str| text.split_whitespace().collect::<String>();
    let has_status = entry.return_status != ceb::receipt::STATUS_UNREADABLE;
    let mut text = match is_dated && has_status {
        true => said(&entry.return_info),
        false => said(entry.xml.get(entry.own.clone()).unwrap_or_default()),
    };
    // Some give it another number each time.
    if !is_dated && has_status {
        text = text.replacen(&format!(">{}<", entry.guid), "><", 1);
    }
    fingerprint(&[text.as_bytes()])
}

/// Brings documents and messages up to date with the receipts that were new.
fn progress(
    tx: &mut Tx<'_>,
    ground: &Ground,
    (recorded, moved): (&[NewReceipt], &BTreeSet<i64>),
    now_ms: i64,
) -> Result<()> {
    let ids = &ground.ids;
    let touched = recorded.iter().map(|r| r.message_id);
    let touched: BTreeSet<MessageId> = touched
        .chain(moved.iter().copied().map(MessageId::of_document))
        .collect();
    let touched: Vec<MessageId> = touched.into_iter().collect();
    let step = |to| Step {
        to,
        at_ms: now_ms,
        detail: "",
    };
    message::overtake(tx, ids, &touched, now_ms)?;
    message::advance(tx, ids, &touched, step(State::Answered))?;

    let updated = update_documents(tx, ground, (recorded, moved), now_ms)?;
    let complete = message::sql::add_final(tx, &updated.n_final)?;
    let settled = message::advance(tx, ids, &complete, step(State::Settled))?;
    let undone = updated.n_final.iter().filter(|(_, n)| *n < 0);
    let of_moved: BTreeSet<MessageId> = moved.iter().copied().map(MessageId::of_document).collect();
    let why = |id| match of_moved.contains(&id) {
        true => Back::Moved,
        false => Back::Reviewed,
    };
    let undone: Vec<(MessageId, Back)> = undone.map(|(id, _)| (*id, why(*id))).collect();
    message::unsettle(tx, ids, &undone, now_ms)?;
    let left = sql::without_receipts(tx, moved)?;
    message::unanswer(tx, ids, &left, now_ms)?;

    let day = beijing_day(now_ms);
    let mut counts = DayCounts::new();
    for moved in settled {
        let key = (day.clone(), moved.company_id, moved.kind);
        counts.entry(key).or_default().n_settled += 1;
    }
    for receipt in recorded {
        // A receipt counts under the kind that was declared, also one of another kind (816, 900).
        let Some(kind) = updated.kinds.get(&receipt.message_id).cloned() else {
            continue;
        };
        let entry: &mut Counts = counts
            .entry((day.clone(), receipt.company_id, kind))
            .or_default();
        entry.n_receipts += 1;
    }
    message::count(tx, &counts)?;
    outcome::refresh(tx, ids, &updated.outcomes, now_ms)?;
    // Said already when it passed the check; once more, because the rejection of the one before may
    // have been written at the same time.
    let declared: Vec<_> = updated.first_answered();
    outcome::supersede(tx, ids, &declared, now_ms)?;
    // A correction that was only stored before is one from now on.
    let declared = declared
        .iter()
        .map(|one| MessageId::of_document(one.document_id));
    correction::settle(tx, ids, &declared.collect(), now_ms)
}

/// What the receipts of a batch changed.
#[derive(Default)]
struct Updated {
    /// Documents that became final, by message.
    n_final: Vec<(MessageId, i64)>,
    /// Messages whose documents have another outcome now.
    outcomes: BTreeSet<MessageId>,
    /// Kinds of all messages that were answered.
    kinds: BTreeMap<MessageId, String>,
    /// Documents that had no answer before, or that they are stored, or are duplicates: company, key, id.
    fresh: Vec<(CompanyId, String, i64)>,
}

impl Updated {
    fn first_answered(&self) -> Vec<Declared<'_>> {
        let fresh = self.fresh.iter();
        fresh
            .map(|(company_id, key, document_id)| Declared {
                company_id: *company_id,
                key,
                document_id: *document_id,
            })
            .collect()
    }
}

/// Sets each answered document to its latest status and outcome.
fn update_documents(
    tx: &mut Tx<'_>,
    ground: &Ground,
    (recorded, moved): (&[NewReceipt], &BTreeSet<i64>),
    now_ms: i64,
) -> Result<Updated> {
    let answered = recorded.iter().map(|r| r.document_id);
    let answered: BTreeSet<i64> = answered.chain(moved.iter().copied()).collect();
    let mut documents = sql::documents(tx, &answered)?;
    let whole = recorded.iter().filter(|r| r.document_id == r.message_id.0);
    for id in whole.map(|r| r.message_id).collect::<BTreeSet<_>>() {
        let all = sql::status_of_message(tx, id)?;
        documents.extend(all.into_iter().map(|document| (document.id, document)));
    }
    let before: BTreeMap<i64, Before> = documents
        .values()
        .map(|document| (document.id, Before::of(document)))
        .collect();
    hearing::hear(tx, &mut documents, recorded, moved)?;
    action::ask(tx, &mut documents, &before, (recorded, moved))?;
    let mut updated = Updated::default();
    let mut n_final: BTreeMap<MessageId, i64> = BTreeMap::new();
    for document in documents.values() {
        let message = MessageId::of_document(document.id);
        updated.kinds.insert(message, document.kind.clone());
        let is_declared =
            document.status.is_some_and(|status| status != DRAFT) && !document.is_duplicate;
        let Some(was) = before.get(&document.id) else {
            continue;
        };
        if let Some(key) = document.business_key.clone()
            && is_declared
            && (was.is_duplicate || was.status.is_none_or(|status| status == DRAFT))
        {
            let one = (document.company_id, key, document.id);
            updated.fresh.push(one);
        }
        *n_final.entry(message).or_default() +=
            i64::from(document.is_final) - i64::from(was.is_final);
        if (document.outcome, document.needs_action) != (was.outcome, was.needs_action) {
            updated.outcomes.insert(message);
        }
    }
    updated.n_final = n_final.into_iter().filter(|(_, n)| *n != 0).collect();
    let changed: Vec<&DocumentStatus> = documents
        .values()
        .filter(|document| document.is_changed)
        .collect();
    sql::update_documents(tx, &changed)?;
    crate::matching::learn(tx, ground, &changed, recorded, now_ms)?;
    let left = action::left_open(tx, &documents)?;
    sql::update_documents(tx, &left.iter().collect::<Vec<_>>())?;
    let messages = left.iter().map(|one| MessageId::of_document(one.id));
    updated.outcomes.extend(messages);
    Ok(updated)
}
