//! How often an address may try (per process; the lock of an account is in the database). Of IPv6 a
//! /64 counts as one: a caller has as many addresses in it as he likes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use web::address::network;

/// The window in which failures count, in milliseconds: one hour.
const WINDOW_MS: i64 = 3_600_000;

/// Addresses that are remembered; beyond this the oldest windows are forgotten.
const ADDRESSES_MAX: usize = 50_000;

/// Counts failures by address.
#[derive(Debug)]
pub struct Throttle {
    failures_max: u32,
    seen: Mutex<HashMap<String, (i64, u32)>>,
}

impl Throttle {
    /// A throttle that lets an address fail `failures_max` times an hour.
    pub fn new(failures_max: u32) -> Self {
        Self {
            failures_max,
            seen: Mutex::default(),
        }
    }

    /// How many milliseconds an address must wait, if it must.
    pub fn wait(&self, address: &str, now_ms: i64) -> Option<i64> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, n_failed) = seen.get(&network(address))?;
        let left = since + WINDOW_MS - now_ms;
        // A clock that was set back must not lock anybody out for longer than a window.
        (*n_failed >= self.failures_max && (1..=WINDOW_MS).contains(&left)).then_some(left)
    }

    /// Counts an attempt before it is made: of many at once, no more than the limit go on. One that
    /// was no failure is given back.
    ///
    /// # Errors
    /// How many milliseconds the address must wait.
    pub fn take(&self, address: &str, now_ms: i64) -> Result<(), i64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= ADDRESSES_MAX {
            seen.retain(|_, (since, _)| now_ms - *since < WINDOW_MS);
        }
        if seen.len() >= ADDRESSES_MAX {
            seen.clear();
        }
        let entry = seen.entry(network(address)).or_insert((now_ms, 0));
        // A clock that was set back must not lock anybody out for longer than a window.
        if !(0..WINDOW_MS).contains(&(now_ms - entry.0)) {
            *entry = (now_ms, 0);
        }
        if entry.1 >= self.failures_max {
            return Err(entry.0 + WINDOW_MS - now_ms);
        }
        entry.1 += 1;
        Ok(())
    }

    /// Gives an attempt back that was no failure.
    pub fn give_back(&self, address: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, n_failed)) = seen.get_mut(&network(address)) {
            *n_failed = n_failed.saturating_sub(1);
        }
    }
}
