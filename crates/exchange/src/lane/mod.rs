//! Lanes (通道): in which order messages move, how many at once, and by whom.
//!
//! A lane is (company, direction). Inside a lane order is kept; between lanes nothing is shared but
//! the database (I6). [`Lanes`] takes turns among the companies that have work: deficit round
//! robin, cost in bytes, so that a hundred-order message costs its sender what it costs us, and a
//! flood of one company delays another by one turn at most. Bytes are not all alike: what the check
//! of a company's messages really takes is measured ([`Spent`]), and where it is more than usual its
//! bytes count for more, in the turn too. Import and export have a set of lanes and workers each.
//!
//! Processes share the lanes ([`shard`]): one process works a lane at a time. What only one process does at all it does
//! under a [`Lease`]. Both are renewed every second, lost three seconds after a process dies, or at once when the clock was set
//! back meanwhile or a process follows it under its number ([`follow`]).
//! Steps are idempotent all the same (I3).

pub mod shard;
mod sql;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use shard::{LaneFence, ShardSet, Shards};
pub(crate) use watch::Watch;

use crate::message::{MessageId, State, sql as message_sql};
use registry::company::CompanyId;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use store::clock::{SKEW_MS, SharedClock};
use store::{Db, Result, Tx};

/// Messages in one turn over all lanes.
pub const TURN_MESSAGES_MAX: usize = 256;

/// Bytes in one turn over all lanes: 8 MiB, the size of the largest message.
pub const TURN_BYTES_MAX: i64 = 8 << 20;

/// What a lane of weight 1 may spend when its turn comes, in bytes.
const QUANTUM_BYTES: i64 = 64 << 10;

/// Processor time that a byte may take before it counts for more than one, in nanoseconds: twice what
/// a small message with its SM2 signature takes for each of its bytes.
const BYTE_NS: i64 = 200;

/// A byte that counts once, in the fractions in which costs are kept.
const ONCE: i64 = 16;

/// For how much a byte counts at most.
const TIMES_MAX: i64 = 64;

/// How long a lease holds without renewal, in milliseconds.
const LEASE_MS: i64 = 3000;

/// How often what is held is kept while a turn runs, in milliseconds.
const KEEP_MS: u64 = 1000;

/// How often the list of lanes is read from the database, in milliseconds.
const REFRESH_MS: i64 = 50;

/// What the check of a message took (耗时).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Whose message.
    pub company: CompanyId,
    /// Its size, in bytes.
    pub n_bytes: i64,
    /// Time on the processor, in nanoseconds.
    pub cpu_ns: i64,
}

impl Spent {
    /// Nothing yet, for a message of a company.
    pub(crate) fn of(company: CompanyId, body: &[u8]) -> Self {
        Self {
            company,
            n_bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
            cpu_ns: 0,
        }
    }
}

/// The lanes of one direction for one step.
pub struct Lanes {
    state: State,
    direction: &'static str,
    ring: VecDeque<CompanyId>,
    deficits: BTreeMap<CompanyId, i64>,
    /// For how much a byte of a company counts, in sixteenths, where that is more than one.
    times: BTreeMap<CompanyId, i64>,
    weights: Arc<dyn Fn(CompanyId) -> i64 + Send + Sync>,
    refreshed_at: i64,
    shards: ShardSet,
}

impl Lanes {
    /// Lanes of messages that stand in `state`, of the companies in these shards. `weights` answers the weight of a company.
    pub fn new(
        state: State,
        direction: &'static str,
        shards: ShardSet,
        weights: Arc<dyn Fn(CompanyId) -> i64 + Send + Sync>,
    ) -> Self {
        Self {
            state,
            direction,
            shards,
            ring: VecDeque::new(),
            deficits: BTreeMap::new(),
            times: BTreeMap::new(),
            weights,
            refreshed_at: i64::MIN,
        }
    }

    /// The next turn: messages of all lanes that have work, oldest first in each lane. `now_ms` is
    /// monotonic.
    pub async fn turn(&mut self, db: &Db, now_ms: i64) -> Result<Vec<MessageId>> {
        if self.ring.is_empty() || now_ms - self.refreshed_at >= REFRESH_MS {
            self.refresh(db).await?;
            self.refreshed_at = now_ms;
        }
        // What was given back since is another's.
        self.ring.retain(|company| self.shards.has(*company));
        let (state, direction) = (self.state, self.direction);
        let share = TURN_MESSAGES_MAX / self.ring.len().max(1);
        let limit = i64::try_from(share.max(1)).unwrap_or(1);
        let ring: Vec<CompanyId> = self.ring.iter().copied().take(TURN_MESSAGES_MAX).collect();
        let waiting = db
            .read(move |tx| {
                let take = |company: &CompanyId| {
                    let found = message_sql::waiting(tx, state, direction, *company, limit)?;
                    Ok((*company, found))
                };
                ring.iter().map(take).collect::<Result<Vec<_>>>()
            })
            .await?;
        Ok(self.choose(waiting))
    }

    /// Learns what the messages of a turn took. A company that turns out costly is so at once; it
    /// becomes cheap again turn by turn.
    pub fn learn(&mut self, spent: &[Spent]) {
        let mut sums: BTreeMap<CompanyId, (i64, i64)> = BTreeMap::new();
        for one in spent {
            let (bytes, ns) = sums.entry(one.company).or_default();
            *bytes = bytes.saturating_add(one.n_bytes.max(1));
            *ns = ns.saturating_add(one.cpu_ns.max(0));
        }
        for (company, (bytes, ns)) in sums {
            let measured = ns.saturating_mul(ONCE) / bytes.saturating_mul(BYTE_NS);
            let measured = measured.clamp(ONCE, ONCE * TIMES_MAX);
            let before = self.times.get(&company).copied().unwrap_or(ONCE);
            let now = measured.max(i64::midpoint(before, measured));
            if now > ONCE {
                self.times.insert(company, now);
            } else {
                self.times.remove(&company);
            }
        }
    }

    /// For how much a byte of a company counts, in sixteenths.
    #[cfg(test)]
    fn times_of(&self, company: CompanyId) -> i64 {
        self.times.get(&company).copied().unwrap_or(ONCE)
    }

    /// Deficit round robin over what waits in each lane.
    fn choose(&mut self, waiting: WaitingLanes<MessageId>) -> Vec<MessageId> {
        for (company, found) in &waiting {
            if found.is_empty() {
                self.ring.retain(|lane| lane != company);
                self.deficits.remove(company);
            }
        }
        let known = &self.times;
        let times = |company: CompanyId| known.get(&company).copied().unwrap_or(ONCE);
        let asked: Vec<(CompanyId, Vec<MessageId>)> = waiting
            .iter()
            .filter(|(_, found)| !found.is_empty())
            .map(|(company, found)| (*company, found.iter().map(|(id, _)| *id).collect()))
            .collect();
        let mut chosen = take_turns(&mut self.deficits, &*self.weights, &times, waiting);
        let of_turn: HashSet<&MessageId> = chosen.iter().collect();
        let n_served = asked
            .iter()
            .take_while(|(_, found)| found.iter().any(|id| of_turn.contains(id)))
            .count();
        // The lane that was first goes last, so that the cut at the end hits another next time. Where not all could be asked,
        // the next turn begins behind those that were served: so each waits for one round only.
        if !self.ring.is_empty() {
            let is_longer = self.ring.len() > asked.len();
            let n = if is_longer { n_served.max(1) } else { 1 };
            self.ring.rotate_left(n.min(self.ring.len()));
        }
        chosen.sort_unstable();
        chosen
    }

    async fn refresh(&mut self, db: &Db) -> Result<()> {
        let (state, direction) = (self.state, self.direction);
        let active = db
            .read(move |tx| -> Result<_> {
                let mut active = Vec::new();
                let mut last = CompanyId(0);
                while let Some(next) = message_sql::next_lane(tx, state, direction, last)? {
                    active.push(next);
                    last = next;
                }
                Ok(active)
            })
            .await?;
        for company in active {
            if self.shards.has(company) && !self.ring.contains(&company) {
                self.ring.push_back(company);
            }
        }
        Ok(())
    }
}

/// What waits in each lane, oldest first, each with its size in bytes.
pub(crate) type WaitingLanes<T> = Vec<(CompanyId, Vec<(T, i64)>)>;

/// A byte of every company counts once.
pub(crate) fn alike(_: CompanyId) -> i64 {
    ONCE
}

/// Deficit round robin over what waits in each lane: what one turn takes, lane by lane. `deficits` is
/// what is left to each lane from the turn before; `times` says for how much a byte of a company
/// counts, in sixteenths.
pub(crate) fn take_turns<T: Copy>(
    deficits: &mut BTreeMap<CompanyId, i64>,
    weights: &dyn Fn(CompanyId) -> i64,
    times: &dyn Fn(CompanyId) -> i64,
    waiting: WaitingLanes<T>,
) -> Vec<T> {
    let mut chosen = Vec::new();
    let mut n_bytes = 0;
    let mut queues: Vec<(CompanyId, VecDeque<(T, i64)>)> = waiting
        .into_iter()
        .map(|(company, found)| (company, found.into()))
        .collect();
    queues.retain(|(_, queue)| !queue.is_empty());
    while !queues.is_empty() && chosen.len() < TURN_MESSAGES_MAX && n_bytes < TURN_BYTES_MAX {
        for (company, queue) in &mut queues {
            let weight = weights(*company).max(1);
            let times = times(*company);
            let deficit = deficits.entry(*company).or_default();
            *deficit += QUANTUM_BYTES * weight;
            while let Some((id, bytes)) = queue.front().copied() {
                let cost = bytes.saturating_mul(times) / ONCE;
                let is_full = n_bytes >= TURN_BYTES_MAX && times > ONCE;
                if is_full || cost > *deficit || chosen.len() >= TURN_MESSAGES_MAX {
                    break;
                }
                *deficit -= cost;
                n_bytes += cost;
                chosen.push(id);
                queue.pop_front();
            }
        }
        queues.retain(|(company, queue)| {
            if queue.is_empty() {
                deficits.remove(company);
            }
            !queue.is_empty()
        });
    }
    chosen
}

/// Ends the leases of the process before this one under the same number, which is dead when the number
/// was claimed.
pub fn follow(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    shard::sql::free(tx, node)?;
    sql::free(tx, node)
}

/// The right to do what only one process does at a time (租约).
pub struct Lease {
    name: &'static str,
    owner: String,
    held_until: i64,
}

impl Lease {
    /// A lease that is not held yet; `owner` names this process and no other.
    pub fn new(name: &'static str, owner: String) -> Self {
        Self {
            name,
            owner,
            held_until: 0,
        }
    }

    /// Takes or renews the lease; answers whether it is held.
    pub async fn hold(&mut self, db: &Db, clock: &SharedClock) -> Result<bool> {
        let now_ms = clock.now_ms();
        // A lease longer than any was taken before the clock was set back: it is taken anew.
        if (LEASE_MS / 2 + 1..=LEASE_MS).contains(&(self.held_until - now_ms)) {
            return Ok(true);
        }
        let (name, owner) = (self.name, self.owner.clone());
        let until_ms = now_ms + LEASE_MS;
        let held = db
            .write(move |tx| {
                sql::take_lease(tx, name, &owner, now_ms, until_ms, until_ms + SKEW_MS)
            })
            .await?;
        self.held_until = if held { until_ms } else { 0 };
        Ok(held)
    }

    /// Keeps the lease while something is done under it; never ends by itself.
    pub async fn keep(&mut self, db: &Db, clock: &SharedClock) {
        loop {
            clock.sleep(Duration::from_millis(KEEP_MS)).await;
            match self.hold(db, clock).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!(name = self.name, "another process has the lease"),
                Err(error) => tracing::warn!(%error, name = self.name, "the lease is not kept"),
            }
        }
    }

    /// Gives the lease back, if it was held, so that another process need not wait.
    pub async fn give_back(&mut self, db: &Db) -> Result<()> {
        if std::mem::take(&mut self.held_until) == 0 {
            return Ok(());
        }
        let (name, owner) = (self.name, self.owner.clone());
        db.write(move |tx| sql::give_back(tx, name, &owner)).await
    }
}
