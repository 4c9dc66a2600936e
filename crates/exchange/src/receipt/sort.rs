//! A batch of customs' answers: opened, and sorted by the documents that they answer.

use super::document::{Explained, is_believable};
use super::matching::{Address, Candidates, Home, UNSENT, cause};
use super::parked::{self, First, NewParked, ParkedCause};
use super::{NewReceipt, contested, fingerprint, record};
use crate::message::MessageId;
use ceb::receipt::ReceiptEntry;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::id::IdMaker;
use store::{Result, Tx};

/// One delivery from customs, opened.
pub(crate) struct Opened {
    pub(crate) body: bytes::Bytes,
    pub(crate) receiver_ids: Vec<String>,
    pub(crate) content: std::result::Result<Vec<ReceiptEntry>, String>,
}

impl Opened {
    /// What it says, where it could be read.
    fn entries(&self) -> impl Iterator<Item = &ReceiptEntry> {
        self.content.iter().flatten()
    }

    /// Each of its answers as a delivery by itself; what could not be read, whole.
    pub(crate) fn parts(&self) -> Vec<Self> {
        let part = |body, content| Self {
            body,
            receiver_ids: self.receiver_ids.clone(),
            content,
        };
        match &self.content {
            Ok(entries) => {
                let alone = |entry: &ReceiptEntry| {
                    let body = bytes::Bytes::copy_from_slice(entry.xml.as_bytes());
                    part(body, Ok(vec![entry.clone()]))
                };
                entries.iter().map(alone).collect()
            }
            Err(why) => vec![part(self.body.clone(), Err(why.clone()))],
        }
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
    let content = content.and_then(|entries: Vec<ReceiptEntry>| {
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

/// What a batch has brought.
pub(crate) struct Taken {
    /// The receipts that were new.
    pub(crate) recorded: Vec<NewReceipt>,
    /// Documents of which receipts turned out to be about others, or others' about them.
    pub(crate) moved: BTreeSet<i64>,
    /// Documents of whose status operators have said something, or taken it back, since it came.
    pub(crate) reviewed: BTreeSet<i64>,
    /// What operators have said of statuses.
    pub(crate) explained: Explained,
}

/// Takes opened answers in: each goes to the feed of the company whose document it answers, or is parked.
pub(crate) fn take_in(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    addressed: &[(&Opened, Address)],
    explained: Explained,
    now_ms: i64,
) -> Result<Taken> {
    let sorted = sort(tx, addressed, now_ms)?;
    for one in &sorted.homeless {
        parked::park(tx, ids, one, now_ms)?;
    }
    let (homed, moved) = contested::settle(tx, sorted.homed, &sorted.contested, now_ms)?;
    let recorded = record(tx, homed, now_ms)?;
    Ok(Taken {
        recorded,
        moved,
        reviewed: BTreeSet::new(),
        explained,
    })
}

/// Parks what a delivery says, answer by answer, for a reason of the caller's, which is no word on what is declared
/// later; answers what tells the delivery from others.
pub(crate) fn park_as(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    one: &Opened,
    reason: &str,
    now_ms: i64,
) -> Result<i64> {
    let parked = |kind, key, body| NewParked {
        cause: ParkedCause::Other,
        at_ms: now_ms,
        kind,
        key,
        reason: reason.to_owned(),
        receivers: &one.receiver_ids,
        body,
    };
    for entry in one.entries() {
        let one = parked(entry.kind.code(), key_of(entry), entry.xml.as_bytes());
        parked::park(tx, ids, &one, now_ms)?;
    }
    if one.content.is_err() {
        parked::park(tx, ids, &parked("", String::new(), &one.body), now_ms)?;
    }
    Ok(fingerprint(&[&one.body]))
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
    let entries: Vec<&ReceiptEntry> = addressed
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
                cause: ParkedCause::Other,
                at_ms: to.arrived_ms.unwrap_or(now_ms),
                kind: "",
                key: String::new(),
                reason: reason.clone(),
                receivers: &one.receiver_ids,
                body: &one.body,
            });
        }
        for entry in one.entries() {
            let first = before.get(&print_of(one, entry));
            let home = match first {
                Some(first) if first.is_early => Home::Unknown(UNSENT),
                Some(first) => home_as_of(tx, &entries, entry, to, first.at_ms)?,
                None => candidates.home(tx, entry, to)?,
            };
            let at_ms = to.arrived_ms.unwrap_or(now_ms);
            // A repetition answers nothing that was sent since the first of it came.
            let parked_ms = first.map_or(at_ms, |first| first.at_ms);
            let new = |company: CompanyId, document: i64| NewReceipt {
                received_ms: to.arrived_ms,
                ..new_receipt(entry, company, document, at_ms)
            };
            match home {
                Home::Unknown(reason) => sorted.homeless.push(NewParked {
                    cause: cause(reason),
                    at_ms: parked_ms,
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
        dated.map(|entry| parked::ParkedAnswer {
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
/// The batch is read with it: another answer of it may tell the number under which this one is found.
fn home_as_of(
    tx: &mut Tx<'_>,
    batch: &[&ReceiptEntry],
    entry: &ReceiptEntry,
    to: &Address,
    at_ms: i64,
) -> Result<Home> {
    let mut candidates = Candidates::read(tx, batch)?;
    candidates.as_of(tx, at_ms)?;
    let to = Address {
        arrived_ms: Some(at_ms),
        ..to.clone()
    };
    candidates.home(tx, entry, &to)
}

fn print_of(one: &Opened, entry: &ReceiptEntry) -> i64 {
    parked::print_of(entry.xml.as_bytes(), &one.receiver_ids)
}

fn key_of(entry: &ReceiptEntry) -> String {
    entry
        .keys
        .first()
        .map(|key| key.text.clone())
        .or_else(|| entry.search.invt_no.clone())
        .or_else(|| entry.ori_cop_msg_id.clone())
        .unwrap_or_default()
}

fn new_receipt(
    entry: &ReceiptEntry,
    company_id: CompanyId,
    document_id: i64,
    now_ms: i64,
) -> NewReceipt {
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
        fingerprint: record::fingerprint_of(entry, is_dated),
        is_dated,
        return_info: entry.return_info.clone(),
        invt_no: entry.search.invt_no.clone(),
        pre_no: entry.search.pre_no.clone(),
        xml: entry.xml.clone(),
        feed_no: None,
        received_ms: None,
    }
}
