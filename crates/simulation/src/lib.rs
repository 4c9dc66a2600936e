//! F8 模拟运行: the simulator of the whole exchange.
//!
//! Machines with the real intake, pipeline and runner of jobs, the simulator of customs and three companies run in one process, on one thread,
//! in virtual time; everything that happens by chance comes from a seed. The database and the queues are delayed, refuse, lose
//! answers and go away; bodies come twice, torn and in another order; clocks jump; processes stand still and are killed between any
//! two of their steps. After each run `proof` looks whether the invariants hold. A seed that fails does so again.
//!
//! The modules stand from high to low: each uses only those after it.
//!
//! What it does not see: what two transactions of PostgreSQL do at the same moment (here one follows the other), HTTP, and what is
//! below the store: torn pages and lost writes are the engine's.

#[cfg(test)]
mod tests;
mod world;
mod proof;
mod machine;
mod sql;
mod people;
mod surroundings;
mod wire;
mod witness;
mod life;
mod time;
mod chance;

pub use life::Sabotage;
pub use world::SeedResult;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use store::simulated::{SimulatedStore, StoreImage};
use store::{Error, Result};

/// What many runs did together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulationReport {
    /// Runs.
    pub n_runs: u64,
    /// Steps of all of them.
    pub n_steps: u64,
    /// Declarations of all of them.
    pub n_messages: u64,
    /// Processes that were killed.
    pub n_killed: u64,
    /// Runs in which something was wrong, by their seeds.
    pub failed: Vec<SeedResult>,
}

/// The database that every run begins with: the companies are registered.
fn image(broken: Sabotage) -> Result<StoreImage> {
    StoreImage::migrated(|tx| {
        let mut shards = Vec::new();
        for company in people::companies() {
            registry::company::add(tx, company).map_err(|why| Error::Fault(format!("{why:?}")))?;
            shards.push((company.id, exchange::lane::shard::shard_of(company.id)));
        }
        sql::watch_lanes(tx, &shards)?;
        match broken {
            Sabotage::LanesWithoutFence => sql::break_lane_fence(tx),
            Sabotage::Nothing
            | Sabotage::QueueAcknowledgedFirst
            | Sabotage::StoreAcknowledgedFirst
            | Sabotage::JobsWithoutFence => Ok(()),
        }
    })
}

/// Runs these seeds on as many threads; `each` is given every run when it has ended, in no order. They end early when it answers
/// false.
///
/// # Errors
/// When a seed cannot be run at all.
pub fn run(
    seeds: Range<u64>,
    n_threads: usize,
    broken: Sabotage,
    each: impl Fn(&SeedResult) -> bool + Sync,
) -> Result<SimulationReport> {
    let image = image(broken)?;
    let next = AtomicU64::new(seeds.start);
    let report = Mutex::new(SimulationReport::default());
    let work = || -> Result<()> {
        let store = SimulatedStore::like(&image)?;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(());
            }
            let result = world::run(seed, broken, &store)?;
            let goes_on = each(&result);
            let mut report = report.lock().unwrap_or_else(PoisonError::into_inner);
            report.n_runs += 1;
            report.n_steps += result.n_steps;
            report.n_messages += u64::try_from(result.n_messages).unwrap_or(0);
            report.n_killed += u64::try_from(result.n_killed).unwrap_or(0);
            if !result.faults.is_empty() {
                report.failed.push(result);
            }
            if !goes_on {
                next.store(seeds.end, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads.max(1)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            let panicked = || Error::Fault("a run panicked".to_owned());
            thread.join().map_err(|_| panicked())?
        })
    })?;
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failed.sort_by_key(|run| run.seed);
    Ok(report)
}
