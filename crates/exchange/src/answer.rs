//! Answers of customs (回执处理): step 5. One batch is opened, sorted, recorded, and handed on to all that must
//! know of it: the messages, their outcomes, matching, corrections and the unknown codes. All of it is one
//! transaction, and only after its commit is the queue told (I1).

use crate::lane::LaneFence;
use crate::message::{self, Back, Counts, DayCounts, MessageId, State, Step};
use crate::receipt::parked::ParkedBody;
use crate::receipt::{self, Address, Opened, Taken};
use crate::shared::Shared;
use crate::{correction, inbox, matching, outcome, unknown_code};
use registry::company::{self, CompanyId};
use registry::context::AppContext;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use store::clock::beijing_day;
use store::{Error, Result, Tx};

/// Deliveries that one task of the thread pool opens.
const CHUNK: usize = 64;

/// Applies one batch of customs' answers: those that came from the queue, which the caller acknowledges
/// afterwards, or those of the inbox. Of these `kept` says, answer by answer, which row is taken out in the transaction that
/// applies it: that of which it is the last.
pub(crate) async fn step(
    shared: &Arc<Shared>,
    answers: Vec<bytes::Bytes>,
    kept: Vec<Option<i64>>,
    fence: &LaneFence,
) -> Result<usize> {
    shared.directory.refresh().await?;
    let n_answers = answers.len();
    let mut tasks = Vec::new();
    for chunk in answers.chunks(CHUNK) {
        let bodies: Vec<bytes::Bytes> = chunk.to_vec();
        tasks.push(store::offload::offload(move || {
            bodies.into_iter().map(receipt::open).collect::<Vec<_>>()
        }));
    }
    let mut opened = Vec::with_capacity(n_answers);
    for task in tasks {
        opened.extend(
            task.await
                .map_err(|error| Error::Fault(error.to_string()))?,
        );
    }
    let opened = Arc::new(opened);
    let all = 0..opened.len();
    let rows = kept.iter().copied().flatten().collect();
    match taken(shared, &opened, (all.clone(), rows), fence).await {
        // Of which answer it is the damaged row nobody knows: each is taken by itself. What was applied before a crash comes again
        // with its row, and is known then (I3).
        Err(Error::Damaged(_)) => {
            for at in all {
                let own: Vec<i64> = kept.get(at).copied().flatten().into_iter().collect();
                match taken(shared, &opened, (at..at + 1, own.clone()), fence).await {
                    Err(Error::Damaged(_)) => in_parts(shared, &opened[at], own, fence).await?,
                    alone => alone?,
                }
            }
        }
        other => other?,
    }
    Ok(n_answers)
}

/// Takes a delivery answer by answer, for a damaged row keeps only its own from being recorded, and then out of the
/// inbox: what was recorded before a crash in between is known when the delivery comes again (I3).
async fn in_parts(
    shared: &Arc<Shared>,
    one: &Opened,
    kept: Vec<i64>,
    fence: &LaneFence,
) -> Result<()> {
    for part in one.parts() {
        let part = Arc::new(vec![part]);
        match taken(shared, &part, (0..1, Vec::new()), fence).await {
            Err(Error::Damaged(why)) => set_apart(shared, &part, why).await?,
            alone => alone?,
        }
    }
    let write = shared.db.write(move |tx| inbox::delete(tx, &kept));
    write.await.map(|_| ())
}

/// Applies some of the opened answers in one transaction, in which those of the inbox are taken out.
async fn taken(
    shared: &Arc<Shared>,
    opened: &Arc<Vec<Opened>>,
    (which, kept): (Range<usize>, Vec<i64>),
    fence: &LaneFence,
) -> Result<()> {
    let (writer, all, fence) = (Arc::clone(shared), Arc::clone(opened), fence.clone());
    let now_ms = shared.clock.now_ms();
    let write = shared.db.write(move |tx| {
        fence.prove(tx)?;
        inbox::delete(tx, &kept)?;
        let some = all.get(which.clone()).unwrap_or_default();
        apply(tx, &writer, some, now_ms)
    });
    shared.feed.wake(&write.await?);
    Ok(())
}

/// Why an answer is parked that a damaged row of ours kept from being recorded.
pub(crate) const ROW_DAMAGED: &str =
    "与这份回执有关的单证或报文在平台存储中已损坏，未能登记；从备份恢复后可重新匹配";

/// Parks an answer that cannot be recorded, for a row that it needs is damaged: the others go on.
async fn set_apart(shared: &Arc<Shared>, part: &Arc<Vec<Opened>>, why: String) -> Result<()> {
    let (ids, part) = (Arc::clone(&shared.ids), Arc::clone(part));
    let now_ms = shared.clock.now_ms();
    let write = shared.db.write(move |tx| -> Result<i64> {
        let parked = part
            .iter()
            .map(|one| receipt::park_as(tx, &ids, one, ROW_DAMAGED, now_ms));
        Ok(parked.last().transpose()?.unwrap_or_default())
    });
    let print = write.await?;
    store::unreadable::report(("answer", (print, 0)), &why);
    Ok(())
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
            now_ms,
        }
    };
    apply_to(tx, &shared.context, opened, address, now_ms)
}

/// A parked answer, once more: answers the companies whose feed has something new. What still has no
/// home stays parked as it is; the parts of one that could not be read before are parked by themselves.
pub(crate) fn again(
    tx: &mut Tx<'_>,
    context: &AppContext,
    parked: ParkedBody,
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    let mut opened = receipt::open(bytes::Bytes::from(parked.body));
    if opened.receiver_ids.is_empty() {
        opened.receiver_ids = parked.receivers;
    }
    let mut to = Address {
        is_named: !opened.receiver_ids.is_empty(),
        is_looked_at: true,
        arrived_ms: (!parked.is_of_later).then_some(parked.at_ms),
        now_ms,
        ..Address::default()
    };
    for id in &opened.receiver_ids {
        to.companies.extend(company::addressed(tx, id)?);
        to.former.extend(company::formerly(tx, id)?);
    }
    apply_to(tx, context, &[opened], |_| to.clone(), now_ms)
}

/// Documents that are read again in one transaction when operators have explained their status.
pub(crate) const REVIEWED_AT_ONCE: i64 = 500;

/// Reads again what customs said of documents with this kind and latest status, after operators have said what the
/// status means, or taken that back; of those after the id `after`. Answers the last of them while there may be more.
pub(crate) fn review(
    tx: &mut Tx<'_>,
    context: &AppContext,
    kind: &str,
    status: i64,
    after: i64,
    now_ms: i64,
) -> Result<Option<i64>> {
    let found = receipt::with_unlisted_status(tx, kind, status, after, REVIEWED_AT_ONCE)?;
    let is_full = i64::try_from(found.len()).is_ok_and(|n| n == REVIEWED_AT_ONCE);
    let last = found.last().copied().filter(|_| is_full);
    let taken = Taken {
        recorded: Vec::new(),
        moved: BTreeSet::new(),
        reviewed: found,
        explained: unknown_code::explained(tx)?,
    };
    progress(tx, context, &taken, now_ms)?;
    Ok(last)
}

fn apply_to(
    tx: &mut Tx<'_>,
    context: &AppContext,
    opened: &[Opened],
    address: impl Fn(&Opened) -> Address,
    now_ms: i64,
) -> Result<Vec<CompanyId>> {
    let addressed: Vec<(&Opened, Address)> = opened.iter().map(|one| (one, address(one))).collect();
    let explained = unknown_code::explained(tx)?;
    let taken = receipt::take_in(tx, &context.ids, &addressed, explained, now_ms)?;
    progress(tx, context, &taken, now_ms)?;
    unknown_code::count(tx, &context.ids, &taken.recorded, now_ms)?;
    let companies = taken.recorded.iter().map(|receipt| receipt.company_id);
    Ok(companies.collect::<BTreeSet<_>>().into_iter().collect())
}

/// Brings documents and messages up to date with the receipts that were new.
fn progress(tx: &mut Tx<'_>, context: &AppContext, taken: &Taken, now_ms: i64) -> Result<()> {
    let ids = &context.ids;
    let Taken {
        recorded, moved, ..
    } = taken;
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

    let updated = receipt::update_documents(tx, taken)?;
    matching::learn(tx, context, &updated.changed, recorded, now_ms)?;
    let complete = message::sql::add_final(tx, &updated.n_final)?;
    let settled = message::advance(tx, ids, &complete, step(State::Settled))?;
    let undone = updated.n_final.iter().filter(|(_, n)| *n < 0);
    let of_moved: BTreeSet<MessageId> = moved.iter().copied().map(MessageId::of_document).collect();
    let why = |id| match of_moved.contains(&id) {
        true => Back::Moved,
        false if updated.unclear.contains(&id) => Back::Unclear,
        false => Back::Reviewed,
    };
    let undone: Vec<(MessageId, Back)> = undone.map(|(id, _)| (*id, why(*id))).collect();
    message::unsettle(tx, ids, &undone, now_ms)?;
    let left = receipt::without_receipts(tx, moved)?;
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
    message::count(tx, ids, counts, now_ms)?;
    outcome::refresh(tx, ids, &updated.outcomes, now_ms)?;
    // Said already when it passed the check; once more, because the rejection of the one before may
    // have been written at the same time.
    let declared: Vec<_> = updated.first_declared();
    outcome::supersede(tx, ids, &declared, now_ms)?;
    // A correction that was only stored before is one from now on.
    let declared = declared
        .iter()
        .map(|one| MessageId::of_document(one.document_id));
    correction::settle(tx, ids, &declared.collect(), now_ms)
}
