//! Waiting, with a limit; and chance, with a seed.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// How long anything may take on a slow machine before it counts as never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Lets time pass.
#[expect(
    clippy::disallowed_methods,
    reason = "a test outside the process has no other clock than the machine's"
)]
pub(crate) fn pause(how_long: Duration) {
    std::thread::sleep(how_long);
}

/// Asks until there is an answer; fails after [`PATIENCE`].
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    let mut wait = Duration::from_millis(5);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        pause(wait);
        wait = (wait * 2).min(Duration::from_millis(100));
    }
}

/// Pseudo-random numbers (splitmix64): the same seed gives the same numbers.
pub(crate) struct Chance(u64);

impl Chance {
    /// From `TONGGUAN_TEST_SEED`, or a fresh seed; printed, so that a failure can be repeated.
    pub(crate) fn from_environment(of: &str) -> Self {
        let seed = std::env::var("TONGGUAN_TEST_SEED")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| RandomState::new().hash_one(of));
        println!("{of}: TONGGUAN_TEST_SEED={seed}");
        Self(seed)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}
