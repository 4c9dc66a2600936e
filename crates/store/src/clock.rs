//! Time and waiting as arguments (line 7): nothing else in the program asks the machine.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A wait that a [`Clock`] hands out.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Milliseconds since 1970-01-01 UTC.
    fn now_ms(&self) -> i64;

    /// Resolves when `wait` has passed on this clock.
    fn sleep(&self, wait: Duration) -> Sleep;

    /// Milliseconds since some moment; never steps back, whatever happens to the time of day.
    fn monotonic_ms(&self) -> i64 {
        self.now_ms()
    }
}

/// How far the clocks of processes that share a database may differ, in milliseconds. A lease that
/// ends later than its length and this from now was not made by the present time: the clock was set
/// back meanwhile, and the lease counts as run out.
pub const SKEW_MS: i64 = 5_000;

/// The clock as it is shared.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The machine's clock, shared.
    pub fn shared() -> SharedClock {
        Arc::new(Self)
    }
}

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    fn sleep(&self, wait: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(wait))
    }

    fn monotonic_ms(&self) -> i64 {
        static BEGIN: OnceLock<Instant> = OnceLock::new();
        let since = BEGIN.get_or_init(Instant::now).elapsed();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// A clock that moves only when a test moves it.
#[derive(Debug)]
pub struct TestClock {
    now_ms: AtomicI64,
    moved: tokio::sync::watch::Sender<i64>,
}

impl TestClock {
    /// A clock that stands at `now_ms` milliseconds since 1970-01-01 UTC.
    pub fn at(now_ms: i64) -> Arc<Self> {
        Arc::new(Self {
            now_ms: AtomicI64::new(now_ms),
            moved: tokio::sync::watch::channel(now_ms).0,
        })
    }

    /// Sets the clock back, as a correction of the machine's clock does; sleepers sleep on.
    pub fn set_back(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.now_ms.fetch_sub(by_ms, Ordering::SeqCst);
    }

    /// How many wait on this clock, those included whose time has come and who have not run yet.
    pub fn sleepers(&self) -> usize {
        self.moved.receiver_count()
    }

    /// Moves the clock on; sleepers whose time has come wake.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let now = self.now_ms.fetch_add(by_ms, Ordering::SeqCst) + by_ms;
        self.moved.send_replace(now);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::SeqCst)
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        let due = self.now_ms() + i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        let mut moved = self.moved.subscribe();
        Box::pin(async move {
            // The sender lives as long as the clock; when it is gone nobody waits any more.
            let _ = moved.wait_for(|now| *now >= due).await;
        })
    }
}

/// Beijing time, in which the standard, the contract and the people count.
const BEIJING: jiff::tz::Offset = jiff::tz::offset(8);

/// The Beijing day of a moment: `2026-11-23`.
pub fn beijing_day(at_ms: i64) -> String {
    beijing(at_ms).strftime("%Y-%m-%d").to_string()
}

/// Beijing time without separators, as the standard writes it: `20261123204512`.
pub fn beijing_compact(at_ms: i64) -> String {
    beijing(at_ms).strftime("%Y%m%d%H%M%S").to_string()
}

/// Beijing time as RFC 3339 with milliseconds: `2026-11-23T20:45:12.123+08:00`.
pub fn beijing_rfc3339(at_ms: i64) -> String {
    beijing(at_ms)
        .strftime("%Y-%m-%dT%H:%M:%S%.3f+08:00")
        .to_string()
}

/// Universal time as RFC 3339 with seconds: `2026-11-23T12:45:12Z`.
pub fn utc_rfc3339(at_ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Reads RFC 3339, or a Beijing day (its first moment), as milliseconds since 1970-01-01 UTC.
pub fn parse_time(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let day: jiff::civil::Date = text.parse().ok()?;
    let start = day.to_datetime(jiff::civil::Time::midnight());
    Some(
        start
            .to_zoned(BEIJING.to_time_zone())
            .ok()?
            .timestamp()
            .as_millisecond(),
    )
}

fn beijing(at_ms: i64) -> jiff::civil::DateTime {
    let moment = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    BEIJING.to_datetime(moment)
}
