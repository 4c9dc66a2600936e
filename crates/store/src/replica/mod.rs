//! How far a standby is behind (备库延迟): what decides whether it may serve reads.
//!
//! Every second the process writes how long it has run to the primary ([`sql::beat`]) and looks which of these
//! numbers the standby has. What the standby has was so at that moment at the latest, whatever the clocks of servers say. A server that
//! takes writes is no standby, and one that follows another primary never gets the numbers.

pub(crate) mod sql;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the standby is looked at.
pub(crate) const EVERY: Duration = Duration::from_secs(1);

/// How a standby is (备库状况).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplicaHealth {
    /// Whether it answered and is a standby when it was looked at last.
    pub is_there: bool,
    /// What was written before so many milliseconds it has for certain.
    pub lag_ms: i64,
    /// Whether it serves reads now.
    pub serves: bool,
}

/// What a process knows of the standby.
pub(crate) struct ReplicaWatch {
    began: Instant,
    lag_max_ms: i64,
    seen: Mutex<SeenReplica>,
}

#[derive(Debug, Clone, Copy, Default)]
struct SeenReplica {
    is_there: bool,
    /// The newest number that it had.
    number: i64,
}

impl ReplicaWatch {
    pub(crate) fn new(lag_max: Duration) -> Self {
        Self {
            began: Instant::now(),
            lag_max_ms: i64::try_from(lag_max.as_millis()).unwrap_or(i64::MAX),
            seen: Mutex::default(),
        }
    }

    /// The number of this moment: how long the process has known of the standby, in milliseconds.
    pub(crate) fn number(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// Notes what the standby has; nothing when it does not answer or is none.
    pub(crate) fn note(&self, number: Option<i64>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_there = number.is_some();
        seen.number = seen.number.max(number.unwrap_or_default());
    }

    pub(crate) fn health(&self) -> ReplicaHealth {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let lag_ms = self.number().saturating_sub(seen.number);
        ReplicaHealth {
            is_there: seen.is_there,
            lag_ms,
            // Before the first number nothing is known.
            serves: seen.is_there && seen.number > 0 && lag_ms <= self.lag_max_ms,
        }
    }
}
