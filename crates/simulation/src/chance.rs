//! Chance: everything that a run does by chance comes from its seed.

use std::sync::{Mutex, PoisonError};

/// The chance of one run.
pub(crate) struct Chance(Mutex<fastrand::Rng>);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    fn with<T>(&self, f: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&self, low: i64, high: i64) -> i64 {
        self.with(|rng| rng.i64(low..=high.max(low)))
    }

    /// True so many times in ten thousand.
    pub(crate) fn hits(&self, of_10_000: u32) -> bool {
        of_10_000 > 0 && self.with(|rng| rng.u32(0..10_000)) < of_10_000
    }

    /// One of them; nothing when there are none.
    pub(crate) fn one_of<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        match all.is_empty() {
            true => None,
            false => all.get(self.with(|rng| rng.usize(0..all.len()))),
        }
    }

    pub(crate) fn shuffle<T>(&self, all: &mut [T]) {
        self.with(|rng| rng.shuffle(all));
    }
}
