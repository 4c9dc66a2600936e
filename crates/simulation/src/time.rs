//! Virtual time: it stands still while anybody has something to do, and then steps to the next moment for which
//! somebody waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use store::clock::{Clock, Sleep};

/// The time of a simulation, and who waits for it.
pub(crate) struct VirtualTime(Mutex<Timers>);

struct Timers {
    now_ms: i64,
    n_made: u64,
    /// By the moment they wait for, then in the order in which they began to wait.
    waiting: BTreeMap<(i64, u64), Waker>,
}

impl VirtualTime {
    /// Time that begins at this moment, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn at(now_ms: i64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Timers {
            now_ms,
            n_made: 0,
            waiting: BTreeMap::new(),
        })))
    }

    fn timers(&self) -> MutexGuard<'_, Timers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.timers().now_ms
    }

    /// Steps to the next moment for which somebody waits, and wakes who does: one at a time, so that what he does comes before
    /// what the next one does.
    pub(crate) fn step(&self) {
        let woken = {
            let mut timers = self.timers();
            let Some(((due_ms, _), waker)) = timers.waiting.pop_first() else {
                return;
            };
            timers.now_ms = timers.now_ms.max(due_ms);
            waker
        };
        woken.wake();
    }

    /// Resolves when so many milliseconds have passed.
    pub(crate) fn sleep(self: &Arc<Self>, ms: i64) -> Timer {
        Timer {
            due_ms: self.now_ms().saturating_add(ms.max(0)),
            time: Arc::clone(self),
            place: None,
        }
    }
}

/// A wait.
pub(crate) struct Timer {
    time: Arc<VirtualTime>,
    due_ms: i64,
    place: Option<u64>,
}

impl Future for Timer {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut timers = this.time.timers();
        if timers.now_ms >= this.due_ms {
            return Poll::Ready(());
        }
        let place = this.place.unwrap_or_else(|| {
            timers.n_made += 1;
            timers.n_made
        });
        this.place = Some(place);
        let key = (this.due_ms, place);
        timers.waiting.insert(key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.time.timers().waiting.remove(&(self.due_ms, place));
        }
    }
}

/// The clock of one machine, which may differ from the others.
pub(crate) struct MachineClock {
    pub(crate) time: Arc<VirtualTime>,
    /// Milliseconds by which it is ahead.
    pub(crate) ahead_ms: AtomicI64,
}

impl MachineClock {
    /// A clock that is ahead by so many milliseconds.
    pub(crate) fn ahead(time: &Arc<VirtualTime>, ahead_ms: i64) -> Arc<Self> {
        Arc::new(Self {
            time: Arc::clone(time),
            ahead_ms: AtomicI64::new(ahead_ms),
        })
    }
}

impl Clock for MachineClock {
    fn now_ms(&self) -> i64 {
        self.time.now_ms() + self.ahead_ms.load(Ordering::Relaxed)
    }

    fn sleep(&self, wait: Duration) -> Sleep {
        let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        Box::pin(self.time.sleep(ms))
    }

    fn monotonic_ms(&self) -> i64 {
        self.time.now_ms()
    }
}
