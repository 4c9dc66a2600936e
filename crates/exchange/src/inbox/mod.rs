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
//! transaction that applies it, or the last one of its row (I2, [`group`]). One that no key opens is set aside ([`aside`]) and stops nobody.

pub(crate) mod aside;
mod group;
mod sql;
#[cfg(test)]
mod tests;

use crate::lane::{ShardSet, TURN_MESSAGES_MAX, WaitingLanes, alike, take_turns};
use crate::message::direction_name;
use crate::receipt;
use crate::shared::Shared;
use bytes::Bytes;
use ceb::Direction;
use group::{Addressed, InboxGroup, WaitingRow, groups};
use queue::Delivery;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::id::first_at_ms;
use store::{Result, Tx};

pub(crate) use sql::delete;

/// Rows of one direction that are kept, and the bytes of their answers (1 GiB); beyond either the rest stays in customs'
/// queue. One filling may pass them by the messages of one taking.
const ROWS_MAX: i64 = 100_000;
const BYTES_MAX: i64 = 1 << 30;

/// Answers that are moved into the table before a turn is worked off.
pub(crate) const MOVED_MAX: usize = 2048;

/// By how much the ids of another process may be ahead of our clock, in milliseconds: by what clocks may differ, and by what one
/// that follows a killed process stays behind its record.
const AHEAD_MS: i64 = store::clock::SKEW_MS + store::id::RESERVED_MS;

/// To whom an answer belongs that is addressed to nobody we know.
const NOBODY: CompanyId = CompanyId(0);

/// Whether answers of a direction wait in the table.
pub(crate) async fn is_used(shared: &Shared, direction: Direction) -> Result<bool> {
    let name = direction_name(direction);
    let first = shared.db.read(move |tx| sql::next_lane(tx, name, None));
    Ok(first.await?.is_some())
}

/// How many more answers of a direction the table may take in one filling; none when it is full.
pub(crate) async fn capacity(shared: &Shared, direction: Direction) -> Result<usize> {
    let name = direction_name(direction);
    let held = shared.db.read(move |tx| sql::held(tx, name, ROWS_MAX));
    let (n_rows, n_bytes) = held.await?;
    let left = match n_bytes < BYTES_MAX {
        true => usize::try_from(ROWS_MAX - n_rows).unwrap_or(0),
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

/// The answers in rows by company. The company of an answer is the one that its envelope names; without one, as its first key says: else the flood of
/// one company whose port sends no envelopes would delay every other such company.
async fn addressed(shared: &Arc<Shared>, taken: &[Delivery]) -> Result<Vec<InboxGroup>> {
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
            let kept = Addressed {
                id: reader.ids.next(),
                company_id: named.next().unwrap_or(NOBODY),
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
    let of_owner = move |(mut kept, key): (Addressed, Option<String>)| {
        let owner = key.and_then(|key| owners.get(&key).copied());
        kept.company_id = owner.unwrap_or(kept.company_id);
        kept
    };
    let packing = store::offload::offload(move || groups(read.into_iter().map(of_owner).collect()));
    packing
        .await
        .map_err(|error| store::Error::Fault(error.to_string()))?
}

/// The answers of the next turn, over the companies of these shards; with the last answer of each row the id of the row,
/// which is to be taken out when that one is applied.
pub(crate) async fn turn(
    shared: &Shared,
    direction: Direction,
    shards: &ShardSet,
) -> Result<(Vec<Option<i64>>, Vec<Bytes>)> {
    let name = direction_name(direction);
    loop {
        let own = shards.clone();
        let waiting = shared.db.read(move |tx| lanes(tx, name, &own)).await?;
        let weight = |company: CompanyId| {
            let company = shared.directory.by_id(company);
            company.map_or(1, |company| i64::from(company.weight))
        };
        let chosen = take_turns(&mut BTreeMap::new(), &weight, &alike, waiting);
        let ids = of_one_turn(chosen);
        let (bodies, unreadable) = shared.db.read(move |tx| sql::bodies(tx, &ids)).await?;
        let is_all = bodies.is_empty() && !unreadable.is_empty();
        aside::set(shared, unreadable).await?;
        // When all of a turn is set aside, others wait behind it.
        if !is_all {
            return Ok(bodies.into_iter().flat_map(answers_of).unzip());
        }
    }
}

/// Ids of the first rows that hold as many answers as a turn takes, in their order.
fn of_one_turn(chosen: Vec<WaitingRow>) -> Vec<i64> {
    let turn = i64::try_from(TURN_MESSAGES_MAX).unwrap_or(i64::MAX);
    let mut n_answers = 0_i64;
    let first = chosen.into_iter().take_while(|row| {
        let is_first = n_answers == 0;
        n_answers = n_answers.saturating_add(row.n_answers.max(1));
        is_first || n_answers <= turn
    });
    let mut ids: Vec<i64> = first.map(|row| row.id).collect();
    ids.sort_unstable();
    ids
}

fn answers_of((id, answers): (i64, Vec<Bytes>)) -> impl Iterator<Item = (Option<i64>, Bytes)> {
    let last = answers.len().saturating_sub(1);
    let answers = answers.into_iter().enumerate();
    answers.map(move |(at, body)| ((at == last).then_some(id), body))
}

/// What waits with its size, by company; the company whose oldest row is the oldest comes first.
fn lanes(tx: &mut Tx<'_>, direction: &str, own: &ShardSet) -> Result<WaitingLanes<WaitingRow>> {
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
    waiting.sort_by_key(|(_, found)| found.first().map(|(row, _)| row.id));
    Ok(waiting)
}
