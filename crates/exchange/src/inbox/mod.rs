//! Inbox (回执收件箱): answers of customs on their way home, in turns among the companies.
//!
//! Customs' queue is first in, first out, so a flood of answers for one company would delay everybody
//! else's until it is worked off. While there is no more in the queue than one turn takes, answers are
//! worked off as they come ([`crate::receipt`]). When there is more, they are first moved into a table
//! by the company to which their envelope is addressed, which is much quicker than working them off,
//! and then taken from there by deficit round robin, as messages on their way up are
//! ([`crate::lane`]). Inside a company order is kept. So they go, too, while several processes share the lanes: one takes
//! them from the queue, each works off those of its own companies.
//!
//! An answer is acknowledged when it stands in the table (I1), and taken from the table in the
//! transaction that applies it (I2). One that no key opens is set aside ([`aside`]) and stops nobody.

pub(crate) mod aside;
mod sql;
#[cfg(test)]
mod tests;

use crate::lane::{ShardSet, TURN_MESSAGES_MAX, WaitingLanes, alike, take_turns};
use crate::message::direction_name;
use crate::receipt;
use crate::shared::Shared;
use bytes::Bytes;
use ceb::Direction;
use queue::Delivery;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::id::first_at_ms;
use store::{Result, Tx};

pub(crate) use sql::delete;

/// Answers of one direction that are kept, and their bytes (1 GiB); beyond either the rest stays in customs'
/// queue. One filling may pass them by the messages of one taking.
const ANSWERS_MAX: i64 = 100_000;
const BYTES_MAX: i64 = 1 << 30;

/// Answers that are moved into the table before a turn is worked off.
pub(crate) const MOVED_MAX: usize = 2048;

/// By how much the ids of another process may be ahead of our clock, in milliseconds: by what clocks may differ, and by what one
/// that follows a killed process stays behind its record.
const AHEAD_MS: i64 = store::clock::SKEW_MS + store::id::RESERVED_MS;

/// To whom an answer belongs that is addressed to nobody we know.
const NOBODY: CompanyId = CompanyId(0);

/// An answer in the table.
pub(crate) struct InboxAnswer {
    id: i64,
    company_id: CompanyId,
    n_bytes: i64,
    body: Bytes,
}

/// Whether answers of a direction wait in the table.
pub(crate) async fn is_used(shared: &Shared, direction: Direction) -> Result<bool> {
    let name = direction_name(direction);
    let first = shared.db.read(move |tx| sql::next_lane(tx, name, None));
    Ok(first.await?.is_some())
}

/// How many more answers of a direction the table may take in one filling; none when it is full.
pub(crate) async fn capacity(shared: &Shared, direction: Direction) -> Result<usize> {
    let name = direction_name(direction);
    let held = shared.db.read(move |tx| sql::held(tx, name, ANSWERS_MAX));
    let (n_answers, n_bytes) = held.await?;
    let left = match n_bytes < BYTES_MAX {
        true => usize::try_from(ANSWERS_MAX - n_answers).unwrap_or(0),
        false => 0,
    };
    Ok(left.min(MOVED_MAX))
}

/// Moves what customs' queue has into the table, beginning with `taken`, until about `capacity` are moved;
/// acknowledges it.
///
/// # Errors
/// The store's and the queue's; what was not acknowledged comes again.
pub(crate) async fn fill(
    shared: &Arc<Shared>,
    direction: Direction,
    mut taken: Vec<Delivery>,
    max: usize,
    capacity: usize,
) -> anyhow::Result<()> {
    let name = direction_name(direction);
    let mut n_moved = 0;
    while !taken.is_empty() {
        let is_last = taken.len() < max;
        n_moved += taken.len();
        let kept = match addressed(shared, &taken).await {
            Ok(kept) => {
                let ids = Arc::clone(&shared.ids);
                let write = shared.db.write(move |tx| {
                    store::node::note_ids(tx, &ids)?;
                    sql::insert(tx, name, &kept)
                });
                write.await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = kept {
            give_back(shared, &taken).await;
            return Err(error.into());
        }
        shared.queue.ack(&taken).await?;
        if is_last || n_moved >= capacity {
            break;
        }
        let down = shared.customs.down(direction);
        taken = shared
            .queue
            .take(down, max, std::time::Duration::ZERO)
            .await?;
    }
    Ok(())
}

/// Gives deliveries back at once, which spares the wait for the lease to run out; they come again in any
/// case, so that it fails is no news beside why they are given back.
pub(crate) async fn give_back(shared: &Shared, taken: &[Delivery]) {
    if let Err(error) = shared.queue.release(taken).await {
        tracing::debug!(%error, "deliveries were not given back; they come again later");
    }
}

/// The company of each answer, as its envelope says; without one, as its first key says: else the flood of
/// one company whose port sends no envelopes would delay every other such company.
async fn addressed(shared: &Arc<Shared>, taken: &[Delivery]) -> Result<Vec<InboxAnswer>> {
    shared.directory.refresh().await?;
    // Another process may have filled the table before, by a clock that is ahead of ours.
    let newest = shared.db.read(sql::newest).await?;
    // One that is far ahead is damaged.
    let ahead = first_at_ms(shared.clock.now_ms().saturating_add(AHEAD_MS));
    shared.ids.begin_after(newest.min(ahead));
    let bodies: Vec<Bytes> = taken.iter().map(|delivery| delivery.body.clone()).collect();
    let reader = Arc::clone(shared);
    let reading = store::offload::offload(move || {
        let kept = bodies.into_iter().map(|body| {
            let receivers = ceb::envelope::open(&body).map(|envelope| envelope.receiver_ids);
            let receivers = receivers.unwrap_or_default();
            let mut named = receivers
                .iter()
                .flat_map(|id| reader.directory.addressed(id));
            // What is addressed to others is nobody's, whose key it may name.
            let key = match receivers.is_empty() {
                true => receipt::first_key(&body),
                false => None,
            };
            let kept = InboxAnswer {
                id: reader.ids.next(),
                company_id: named.next().unwrap_or(NOBODY),
                n_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
                body,
            };
            (kept, key)
        });
        kept.collect::<Vec<_>>()
    });
    let read = reading
        .await
        .map_err(|error| store::Error::Fault(error.to_string()))?;
    let keys: BTreeSet<String> = read.iter().filter_map(|(_, key)| key.clone()).collect();
    let owners = match keys.is_empty() {
        true => BTreeMap::new(),
        false => {
            let owners = shared.db.read(move |tx| receipt::owners(tx, &keys));
            owners.await?
        }
    };
    let of_owner = |(mut kept, key): (InboxAnswer, Option<String>)| {
        let owner = key.and_then(|key| owners.get(&key).copied());
        kept.company_id = owner.unwrap_or(kept.company_id);
        kept
    };
    Ok(read.into_iter().map(of_owner).collect())
}

/// The answers of the next turn, over the companies of these shards, with their ids.
pub(crate) async fn turn(
    shared: &Shared,
    direction: Direction,
    shards: &ShardSet,
) -> Result<(Vec<i64>, Vec<Bytes>)> {
    let name = direction_name(direction);
    loop {
        let own = shards.clone();
        let waiting = shared.db.read(move |tx| lanes(tx, name, &own)).await?;
        let weight = |company: CompanyId| {
            let company = shared.directory.by_id(company);
            company.map_or(1, |company| i64::from(company.weight))
        };
        let mut ids = take_turns(&mut BTreeMap::new(), &weight, &alike, waiting);
        ids.sort_unstable();
        let (bodies, unreadable) = shared.db.read(move |tx| sql::bodies(tx, &ids)).await?;
        let is_all = bodies.is_empty() && !unreadable.is_empty();
        aside::set(shared, unreadable).await?;
        // When all of a turn is set aside, others wait behind it.
        if !is_all {
            return Ok(bodies.into_iter().unzip());
        }
    }
}

/// Ids and sizes of what waits, by company; the company whose oldest answer is the oldest comes first.
fn lanes(tx: &mut Tx<'_>, direction: &str, own: &ShardSet) -> Result<WaitingLanes<i64>> {
    let mut companies = Vec::new();
    let mut last = None;
    while let Some(next) = sql::next_lane(tx, direction, last)? {
        if own.has(next) {
            companies.push(next);
        }
        last = Some(next);
    }
    let share = (TURN_MESSAGES_MAX / companies.len().max(1)).max(1);
    // Who is alone may fill the turn; with others each has a share that the round robin bounds.
    let limit = i64::try_from(share.saturating_mul(2).min(TURN_MESSAGES_MAX)).unwrap_or(1);
    let mut waiting = companies
        .into_iter()
        .map(|company| Ok((company, sql::oldest(tx, direction, company, limit)?)))
        .collect::<Result<Vec<_>>>()?;
    waiting.sort_by_key(|(_, found)| found.first().map(|(id, _)| *id));
    Ok(waiting)
}
