//! Shards (分片): how processes share the lanes of a step.
//!
//! The companies of a direction are split into [`SHARDS`] shards; a shard of a step belongs to one process at a time, so that
//! order inside a lane is kept. Each process that works a step says so every second; each takes as many shards as are its due
//! and gives back what is more, between two of its turns. Those of a dead process are free three seconds later.
//!
//! While a turn runs, however long it takes, they are kept ([`Shards::keep`]). Who was paused for longer than that, and wakes up in
//! the middle of a turn, commits nothing: the process that took over has changed its number ([`LaneFence`]).

pub(super) mod sql;
#[cfg(test)]
mod tests;

use super::{KEEP_MS, LEASE_MS};
use registry::company::CompanyId;
use sql::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;
use store::clock::{SKEW_MS, SharedClock};
use store::{Db, Error, Result, Tx};

/// Shards of a step: divided without rest by two, three, four, six and eight processes.
pub const SHARDS: u32 = 24;

/// How often a process says that it works a step, in milliseconds.
const RENEW_MS: i64 = 1000;

/// For how long processes that are gone stay on the list, in milliseconds: what they may yet commit must find their number.
const GONE_MS: i64 = 24 * 3_600_000;

/// The shard of a company.
#[must_use]
pub fn shard_of(company: CompanyId) -> u32 {
    // Ids are made of moments: their low bits are nearly always the same.
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mixed = company.0.cast_unsigned().wrapping_mul(SPREAD) >> 32;
    u32::try_from(mixed % u64::from(SHARDS)).unwrap_or(0)
}

/// Which shards a process works now; cheap to clone, and the same for all clones.
#[derive(Debug, Clone, Default)]
pub struct ShardSet(Arc<AtomicU32>);

impl ShardSet {
    /// All of them, for who is alone.
    #[must_use]
    pub fn all() -> Self {
        Self(Arc::new(AtomicU32::new(ALL)))
    }

    /// Whether the lanes of a company are among them.
    #[must_use]
    pub fn has(&self, company: CompanyId) -> bool {
        self.0.load(Ordering::Relaxed) & (1 << shard_of(company)) != 0
    }

    /// Whether these are all.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.load(Ordering::Relaxed) == ALL
    }

    fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

const ALL: u32 = (1 << SHARDS) - 1;

/// What a process has of a step (分片租约).
pub struct Shards {
    step: &'static str,
    owner: String,
    set: ShardSet,
    fence: i64,
    /// When the shares were looked at last.
    shared_at: i64,
    /// Until when they are held; the turn that runs sees it grow.
    held_until: Arc<AtomicI64>,
}

impl Shards {
    /// Nothing yet; `owner` names this process and no other.
    #[must_use]
    pub fn new(step: &'static str, owner: String) -> Self {
        Self {
            step,
            owner,
            set: ShardSet::default(),
            fence: 0,
            shared_at: i64::MIN,
            held_until: Arc::default(),
        }
    }

    /// Works these shards from now on, a bit for each.
    fn work(&self, set: u32) {
        self.set.0.store(set, Ordering::Relaxed);
        metrics::gauge!("tongguan_lanes_held", "step" => self.step)
            .set(f64::from(set.count_ones()));
    }

    /// The shards that are worked.
    #[must_use]
    pub fn set(&self) -> ShardSet {
        self.set.clone()
    }

    /// Takes, keeps or gives back shards, so that each process has its due; answers whether there are any. To be asked
    /// between two turns.
    ///
    /// # Errors
    /// The engine's; nothing is held then when it lasts.
    pub async fn hold(&mut self, db: &Db, clock: &SharedClock) -> Result<bool> {
        let now_ms = clock.now_ms();
        let left_ms = self.held_until.load(Ordering::Relaxed) - now_ms;
        let is_held = (1..=LEASE_MS).contains(&left_ms);
        // A moment in the future is one before the clock was set back.
        let is_fresh = (0..RENEW_MS).contains(&now_ms.saturating_sub(self.shared_at));
        if is_held && is_fresh {
            return Ok(!self.set.is_empty());
        }
        let (step, owner) = (self.step, self.owner.clone());
        let until_ms = now_ms + LEASE_MS;
        let never_ms = until_ms + SKEW_MS;
        let span = Span { now_ms, never_ms };
        let (shards, fence) = db
            .write(move |tx| share(tx, step, &owner, until_ms, span))
            .await?;
        (self.fence, self.shared_at) = (fence, now_ms);
        self.held_until.store(until_ms, Ordering::Relaxed);
        let set = shards.iter().fold(0, |set, shard| set | 1 << shard);
        self.work(set);
        Ok(set != 0)
    }

    /// Keeps what is held while a turn runs beside it; never ends by itself. What another process has taken over stays lost.
    pub async fn keep(&self, db: &Db, clock: &SharedClock) {
        loop {
            clock.sleep(Duration::from_millis(KEEP_MS)).await;
            let (step, owner, fence) = (self.step, self.owner.clone(), self.fence);
            let until_ms = clock.now_ms() + LEASE_MS;
            let kept = db
                .write(move |tx| sql::keep(tx, step, (&owner, fence), until_ms))
                .await;
            match kept {
                Ok(true) => self.held_until.store(until_ms, Ordering::Relaxed),
                // The turn finds out when it commits.
                Ok(false) => tracing::warn!(step, "another process has taken over lanes"),
                Err(error) => tracing::warn!(%error, step, "the lanes could not be kept"),
            }
        }
    }

    /// What proves in a transaction that nothing was taken away since the last [`Shards::hold`].
    #[must_use]
    pub fn fence(&self) -> LaneFence {
        LaneFence(Some(LaneHold {
            step: self.step,
            owner: self.owner.clone(),
            number: self.fence,
            until_ms: Arc::clone(&self.held_until),
        }))
    }

    /// Gives all back, so that another process need not wait.
    ///
    /// # Errors
    /// The engine's; the shards are free three seconds later then.
    pub async fn give_back(&mut self, db: &Db) -> Result<()> {
        self.work(0);
        if self.held_until.swap(0, Ordering::Relaxed) == 0 {
            return Ok(());
        }
        let (step, owner) = (self.step, self.owner.clone());
        db.write(move |tx| sql::leave(tx, step, &owner)).await
    }
}

/// Who works a step now (通道分工).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepShares {
    /// The step: `import.check`.
    pub step: String,
    /// How many shards each process has, by the number of the process, 0 to 63.
    pub n_by_node: BTreeMap<u8, u32>,
    /// How many shards nobody has, of [`SHARDS`].
    pub n_free: u32,
}

/// Who works each step that was ever worked, by the name of the step. `now_ms` in milliseconds since 1970-01-01 UTC.
///
/// # Errors
/// The engine's.
pub fn shares(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<StepShares>> {
    let never_ms = now_ms + LEASE_MS + SKEW_MS;
    let mut all: Vec<StepShares> = Vec::new();
    for (step, owner, n_shards) in sql::held(tx, Span { now_ms, never_ms })? {
        if all.last().is_none_or(|last| last.step != step) {
            all.push(StepShares {
                step,
                n_by_node: BTreeMap::new(),
                n_free: SHARDS,
            });
        }
        if let (Some(shares), true) = (all.last_mut(), n_shards > 0) {
            let n_shards = u32::try_from(n_shards).unwrap_or(SHARDS);
            // The number of a process stands first in its name.
            let node = owner.split('.').next().and_then(|text| text.parse().ok());
            *shares.n_by_node.entry(node.unwrap_or(u8::MAX)).or_default() += n_shards;
            shares.n_free = shares.n_free.saturating_sub(n_shards);
        }
    }
    Ok(all)
}

/// Proof that a turn's lanes still belong to its process (围栏).
#[derive(Debug, Clone, Default)]
pub struct LaneFence(Option<LaneHold>);

#[derive(Debug, Clone)]
struct LaneHold {
    step: &'static str,
    owner: String,
    number: i64,
    until_ms: Arc<AtomicI64>,
}

impl LaneFence {
    /// For who is alone: tests and tools.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Whether nobody can have taken over yet, by the clock: asked before something is done that no transaction undoes.
    ///
    /// # Errors
    /// [`Error::Fault`] when somebody can.
    pub fn is_ahead(&self, now_ms: i64) -> Result<()> {
        match &self.0 {
            Some(hold) if now_ms > hold.until_ms.load(Ordering::Relaxed) => Err(lost(hold.step)),
            _ => Ok(()),
        }
    }

    /// Proves it in the transaction that commits the turn; nobody takes anything over until that ends.
    ///
    /// # Errors
    /// [`Error::Fault`] when another process has taken over: everything must be undone.
    pub fn prove(&self, tx: &mut Tx<'_>) -> Result<()> {
        let Some(hold) = &self.0 else {
            return Ok(());
        };
        match sql::fence(tx, hold.step, &hold.owner)? == Some(hold.number) {
            true => Ok(()),
            false => Err(lost(hold.step)),
        }
    }
}

fn lost(step: &str) -> Error {
    Error::Fault(format!(
        "another process takes over lanes of {step}; this turn is not kept"
    ))
}

/// Gives a process its due; answers its shards and its number.
fn share(
    tx: &mut Tx<'_>,
    step: &str,
    owner: &str,
    until_ms: i64,
    span: Span,
) -> Result<(Vec<u32>, i64)> {
    let fence = sql::enlist(tx, step, owner, until_ms)?;
    sql::forget_workers(tx, step, span.now_ms - GONE_MS)?;
    let n_workers = sql::n_workers(tx, step, span)?;
    let rows = sql::shards(tx, step, span)?;
    let of = |shard: u32| rows.iter().find(|row| row.shard == i64::from(shard));
    let holder = |shard: u32| of(shard).and_then(|row| row.owner.as_deref());
    let (mut mine, free): (Vec<u32>, Vec<u32>) = (0..SHARDS)
        .filter(|shard| holder(*shard).is_none_or(|holder| holder == owner))
        .partition(|shard| holder(*shard).is_some());
    let due = usize::try_from(SHARDS)
        .unwrap_or(usize::MAX)
        .div_ceil(n_workers);
    for shard in mine.split_off(mine.len().min(due)) {
        sql::give_up(tx, step, i64::from(shard), owner)?;
    }
    for shard in free {
        if mine.len() >= due {
            break;
        }
        let taken = sql::take(tx, (step, i64::from(shard)), owner, until_ms, span)?;
        if let Some(before) = taken {
            // Who has given it back is not in the middle of a turn.
            if !before.is_empty() && before != owner {
                sql::outdate(tx, step, &before)?;
            }
            mine.push(shard);
        }
    }
    sql::renew(tx, step, owner, until_ms)?;
    Ok((mine, fence))
}
