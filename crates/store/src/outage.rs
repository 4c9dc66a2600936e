//! Outages of the database server: who may try to connect, and what the others are told meanwhile.
//!
//! While a server cannot be reached, one thread at a time tries again, after pauses that double up to [`PAUSE_MAX`].
//! Everybody else is told at once that the database is unavailable: a caller who waits behind a row of attempts learns
//! nothing that he does not learn now. The log has one line when an outage begins and one when it is over.

use crate::{Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Pause after the first attempt that failed.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// Longest pause between two attempts, before chance shortens it.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// What the connections to one database know together.
#[derive(Debug, Default)]
pub(crate) struct DatabaseOutage {
    state: Mutex<OutageState>,
    generation: AtomicU64,
}

#[derive(Debug, Default)]
struct OutageState {
    /// Since when every attempt has failed; nothing while there is no outage.
    since: Option<Instant>,
    pause: Duration,
    next_try: Option<Instant>,
    is_trying: bool,
}

/// What is told at once. Why no server can be reached is said by those who try, and stands in the log: not in every
/// line of everybody who has no luck meanwhile.
fn not_now() -> Error {
    Error::Unavailable("no server that takes writes was reached a moment ago".to_owned())
}

/// Leave to try; given back when it is dropped, whatever became of it.
pub(crate) struct Leave<'a> {
    outage: &'a DatabaseOutage,
    /// Whether it is the only attempt that is allowed now.
    is_alone: bool,
}

impl DatabaseOutage {
    fn state(&self) -> MutexGuard<'_, OutageState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leave to connect now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] while another thread tries, or when the last attempt failed a moment ago.
    pub(crate) fn enter(&self, now: Instant) -> Result<Leave<'_>> {
        let mut state = self.state();
        let is_alone = state.since.is_some();
        if is_alone && (state.is_trying || state.next_try.is_some_and(|next| now < next)) {
            return Err(not_now());
        }
        state.is_trying |= is_alone;
        Ok(Leave {
            outage: self,
            is_alone,
        })
    }

    /// The number of connections' present generation: one that was made in an earlier one is not used again.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// No connection that was made up to now is used again: one of them stood on a server that takes no writes, or
    /// answers no more. Says so only to the first who finds it out.
    pub(crate) fn leave_server(&self, found_in: u64, place: &str, why: &str) {
        let next = self.generation.compare_exchange(
            found_in,
            found_in + 1,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
        if next.is_ok() {
            tracing::warn!(place, why, "all connections to the database are made anew");
        }
    }
}

impl Leave<'_> {
    /// The attempt succeeded: whatever outage there was is over.
    pub(crate) fn succeeded(self, now: Instant, place: &str) {
        let mut state = self.outage.state();
        if let Some(since) = state.since.take() {
            let ms = now.saturating_duration_since(since).as_millis();
            let outage_ms = u64::try_from(ms).unwrap_or(u64::MAX);
            tracing::warn!(place, outage_ms, "the database is available again");
        }
        state.next_try = None;
    }

    /// The attempt failed. `chance` (0 to 255) shortens the pause by up to a quarter, so that processes do not come
    /// all at the same moment.
    pub(crate) fn failed(self, now: Instant, error: &Error, chance: u8) {
        let mut state = self.outage.state();
        let is_first = state.since.is_none();
        // Of those that were on their way when the outage began only one counts.
        if !is_first && !self.is_alone {
            return;
        }
        if is_first {
            tracing::error!(%error, "the database cannot be reached: trying until it can");
            state.since = Some(now);
            state.pause = PAUSE_MIN;
        } else {
            state.pause = (state.pause * 2).min(PAUSE_MAX);
        }
        let shorter = state.pause / 4 * u32::from(chance) / 255;
        state.next_try = Some(now + state.pause - shorter);
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.is_alone {
            self.outage.state().is_trying = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseOutage, PAUSE_MAX, PAUSE_MIN, not_now};
    use crate::Error;
    use std::time::{Duration, Instant};

    fn refused() -> Error {
        Error::Unavailable("refused".to_owned())
    }

    #[test]
    fn during_an_outage_one_tries_and_the_others_are_told_at_once() {
        let (outage, begun) = (DatabaseOutage::default(), Instant::now());
        let (first, second) = (outage.enter(begun).unwrap(), outage.enter(begun).unwrap());
        first.failed(begun, &refused(), 0);
        second.failed(begun, &refused(), 0);
        assert_eq!(outage.enter(begun).err(), Some(not_now()));
        let later = begun + PAUSE_MIN;
        let only = outage.enter(later).unwrap();
        assert_eq!(outage.enter(later).err(), Some(not_now()), "another tries");
        // Who gave up without a word blocks nobody.
        drop(only);
        outage.enter(later).unwrap().succeeded(later, "a:5432");
        let (one, other) = (outage.enter(later), outage.enter(later));
        assert!(one.is_ok() && other.is_ok(), "it is over");
    }

    #[test]
    fn the_pause_doubles_up_to_its_limit_and_chance_shortens_it() {
        let outage = DatabaseOutage::default();
        let mut now = Instant::now();
        for pause_ms in [100, 200, 400, 800, 1000, 1000] {
            outage.enter(now).unwrap().failed(now, &refused(), 0);
            let pause = Duration::from_millis(pause_ms);
            assert!(
                outage
                    .enter(now + pause - Duration::from_millis(1))
                    .is_err()
            );
            now += pause;
        }
        outage.enter(now).unwrap().failed(now, &refused(), 255);
        assert!(outage.enter(now + PAUSE_MAX * 3 / 4).is_ok());
    }

    #[test]
    fn a_server_is_left_once_whoever_finds_it_out() {
        let outage = DatabaseOutage::default();
        outage.leave_server(0, "a:5432", "read-only");
        outage.leave_server(0, "a:5432", "read-only");
        assert_eq!(outage.generation(), 1);
    }
}
