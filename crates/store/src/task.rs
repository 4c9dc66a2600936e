//! Background tasks (后台任务): loops that live as long as the process, each watched.
//!
//! 1. [`Tasks::start`] runs a loop and hands it a [`Pulse`], which it beats once in every turn.
//! 2. A loop that panics, or ends before it was told to, is started again after a pause that doubles
//!    up to [`PAUSE_MAX`]. What it was doing is in the database, and every step may run twice (I3).
//! 3. [`Tasks::states`] tells how long ago each loop began its last turn. One that was silent for
//!    longer than it said is late; one that ends again and again is failing. Readiness asks for both.
//!
//! Ages are measured on the clock's monotonic time: a corrected wall clock makes nobody late.

use crate::clock::SharedClock;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// First pause before a loop that ended is started again.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// Longest pause before a loop that ended is started again.
pub const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A loop that ran for so long before it ended begins with the shortest pause again.
const STEADY: Duration = Duration::from_secs(60);

/// Ends in a row, each within [`STEADY`], from which a loop counts as failing.
const FAILING: u32 = 3;

/// For how long all turns of a loop must have failed until it counts as failing, in milliseconds.
const FAILED_MS: i64 = 15_000;

/// The background tasks of a process.
pub struct Tasks {
    clock: SharedClock,
    list: Mutex<Vec<Arc<LabelledTask>>>,
}

struct LabelledTask {
    name: &'static str,
    within: Duration,
    /// Monotonic milliseconds.
    turned_at: AtomicI64,
    n_restarts: AtomicU32,
    n_in_a_row: AtomicU32,
    /// When it was started last, monotonic milliseconds.
    begun_at: AtomicI64,
    /// Since when all its turns have failed, monotonic milliseconds; -1 when the last one did not.
    failed_since: AtomicI64,
    /// When a turn failed last, monotonic milliseconds.
    failed_at: AtomicI64,
    is_over: AtomicBool,
}

impl LabelledTask {
    /// Whether it ends again and again.
    fn is_ending(&self, now: i64) -> bool {
        self.n_in_a_row.load(Ordering::Relaxed) >= FAILING
            && now - self.begun_at.load(Ordering::Relaxed) < steady_ms()
    }

    /// Whether its turns go on failing. One that failed and has had nothing to do since, because another process has its
    /// lease, is believed after a while.
    fn fails(&self, now: i64) -> bool {
        let since = self.failed_since.load(Ordering::Relaxed);
        let last = self.failed_at.load(Ordering::Relaxed);
        since >= 0 && now - since >= FAILED_MS && now - last < steady_ms()
    }
}

/// With it a loop says that it is alive; cheap to clone.
#[derive(Clone)]
pub struct Pulse {
    task: Arc<LabelledTask>,
    clock: SharedClock,
}

impl Pulse {
    /// A pulse that nobody watches: for tests that run a loop by themselves.
    #[cfg(any(test, feature = "testing"))]
    pub fn unwatched(clock: SharedClock) -> Self {
        let task = Tasks::new(Arc::clone(&clock)).enter("unwatched", Duration::MAX);
        Self { task, clock }
    }

    /// Notes that a turn begins.
    pub fn beat(&self) {
        let now = self.clock.monotonic_ms();
        self.task.turned_at.store(now, Ordering::Relaxed);
    }
}

impl Pulse {
    /// Notes how a turn ended that had something to do: a loop that goes on failing makes the process not ready.
    pub fn ended(&self, is_good: bool) {
        let (now, since) = (self.clock.monotonic_ms(), &self.task.failed_since);
        if is_good {
            since.store(-1, Ordering::Relaxed);
            return;
        }
        self.task.failed_at.store(now, Ordering::Relaxed);
        if since.load(Ordering::Relaxed) < 0 {
            since.store(now, Ordering::Relaxed);
        }
    }
}

/// How a background task does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskState {
    /// Its name: `import.check`.
    pub name: &'static str,
    /// How long ago its last turn began, in milliseconds.
    pub age_ms: i64,
    /// How long a turn may take at most.
    pub within: Duration,
    /// How often it was started again.
    pub n_restarts: u32,
    /// Whether it ends again and again, or all its turns have failed for fifteen seconds.
    pub is_failing: bool,
}

impl TaskState {
    /// Whether its last turn began longer ago than a turn may take.
    pub fn is_late(&self) -> bool {
        u128::try_from(self.age_ms).unwrap_or(0) > self.within.as_millis()
    }
}

impl Tasks {
    /// No tasks yet.
    pub fn new(clock: SharedClock) -> Arc<Self> {
        Arc::new(Self {
            clock,
            list: Mutex::default(),
        })
    }

    /// Starts a loop. `make` makes it, again when it must be started again; `within` is the longest
    /// that one turn may take ([`Duration::MAX`] for a loop that waits for callers). The loop ends
    /// by itself when `stop` becomes true; a `stop` whose sender is gone counts as true.
    pub fn start<F, W>(
        &self,
        name: &'static str,
        within: Duration,
        mut stop: watch::Receiver<bool>,
        mut make: F,
    ) -> JoinHandle<()>
    where
        F: FnMut(Pulse) -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let clock = Arc::clone(&self.clock);
        let pulse = Pulse {
            task: self.enter(name, within),
            clock: Arc::clone(&clock),
        };
        tokio::spawn(async move {
            let task = Arc::clone(&pulse.task);
            let mut pause = PAUSE_MIN;
            loop {
                pulse.beat();
                let begun = clock.monotonic_ms();
                task.begun_at.store(begun, Ordering::Relaxed);
                let ended = tokio::spawn(make(pulse.clone())).await;
                let is_cancelled = ended.as_ref().is_err_and(|error| !error.is_panic());
                if is_cancelled || is_stopping(&stop) {
                    break;
                }
                if clock.monotonic_ms() - begun >= steady_ms() {
                    pause = PAUSE_MIN;
                    task.n_in_a_row.store(0, Ordering::Relaxed);
                }
                task.n_restarts.fetch_add(1, Ordering::Relaxed);
                task.n_in_a_row.fetch_add(1, Ordering::Relaxed);
                let how = if ended.is_err() { "panicked" } else { "ended" };
                tracing::error!(
                    task = name,
                    how,
                    ?pause,
                    "a background task is started again"
                );
                tokio::select! {
                    biased;
                    () = clock.sleep(pause) => {}
                    // An error means that nobody can stop it any more, which is a reason to stop.
                    _ = stop.wait_for(|stop| *stop) => break,
                }
                pause = (pause * 2).min(PAUSE_MAX);
            }
            task.is_over.store(true, Ordering::Relaxed);
        })
    }

    /// How each task does that was not told to end.
    pub fn states(&self) -> Vec<TaskState> {
        let now = self.clock.monotonic_ms();
        let list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let running = list.iter().filter(|t| !t.is_over.load(Ordering::Relaxed));
        running
            .map(|task| TaskState {
                name: task.name,
                age_ms: (now - task.turned_at.load(Ordering::Relaxed)).max(0),
                within: task.within,
                n_restarts: task.n_restarts.load(Ordering::Relaxed),
                is_failing: task.is_ending(now) || task.fails(now),
            })
            .collect()
    }

    fn enter(&self, name: &'static str, within: Duration) -> Arc<LabelledTask> {
        let task = Arc::new(LabelledTask {
            name,
            within,
            turned_at: AtomicI64::new(self.clock.monotonic_ms()),
            n_restarts: AtomicU32::new(0),
            n_in_a_row: AtomicU32::new(0),
            begun_at: AtomicI64::new(self.clock.monotonic_ms()),
            failed_since: AtomicI64::new(-1),
            failed_at: AtomicI64::new(0),
            is_over: AtomicBool::new(false),
        });
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.push(Arc::clone(&task));
        task
    }
}

fn steady_ms() -> i64 {
    i64::try_from(STEADY.as_millis()).unwrap_or(i64::MAX)
}

fn is_stopping(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

#[cfg(test)]
mod tests {
    use super::{Pulse, Tasks};
    use crate::clock::TestClock;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::sync::{mpsc, watch};

    const MINUTE: Duration = Duration::from_secs(60);

    /// Turns in which a loop begins, if it begins at all: many more than it needs.
    const TURNS_MAX: usize = 10_000;

    /// Waits until a loop says that it begins, moving the clock over the pauses.
    async fn begun(clock: &TestClock, news: &mut mpsc::UnboundedReceiver<usize>) -> usize {
        for _ in 0..TURNS_MAX {
            if let Ok(n) = news.try_recv() {
                return n;
            }
            clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
        panic!("no loop was begun");
    }

    #[tokio::test]
    async fn a_loop_that_panics_or_ends_is_started_again() {
        let clock = TestClock::at(0);
        let tasks = Tasks::new(clock.clone());
        let (stop, stopped) = watch::channel(false);
        let (tell, mut news) = mpsc::unbounded_channel();
        let n_begun = Arc::new(AtomicUsize::new(0));
        let mut waits = stopped.clone();
        waits.mark_unchanged();
        let running = tasks.start("test", MINUTE, stopped, move |_| {
            let n = n_begun.fetch_add(1, Ordering::SeqCst);
            tell.send(n).unwrap();
            let mut waits = waits.clone();
            async move {
                match n {
                    0 => panic!("a bug"),
                    1 => {}
                    _ => {
                        let _ = waits.wait_for(|stop| *stop).await;
                    }
                }
            }
        });
        for expected in 0..3 {
            assert_eq!(begun(&clock, &mut news).await, expected);
        }
        assert_eq!(tasks.states()[0].n_restarts, 2);
        stop.send_replace(true);
        running.await.unwrap();
        assert!(tasks.states().is_empty(), "what was told to end is over");
    }

    #[tokio::test]
    async fn a_loop_that_ends_again_and_again_is_failing() {
        let clock = TestClock::at(0);
        let tasks = Tasks::new(clock.clone());
        let (stop, stopped) = watch::channel(false);
        let (tell, mut news) = mpsc::unbounded_channel();
        let n_begun = AtomicUsize::new(0);
        let running = tasks.start("test", MINUTE, stopped, move |_| {
            let n = n_begun.fetch_add(1, Ordering::SeqCst);
            tell.send(n).unwrap();
            async move {
                if n < 4 {
                    panic!("a bug");
                }
                std::future::pending::<()>().await;
            }
        });
        for _ in 0..4 {
            begun(&clock, &mut news).await;
        }
        assert!(tasks.states()[0].is_failing);
        while begun(&clock, &mut news).await < 4 {}
        clock.advance(MINUTE);
        assert!(
            !tasks.states()[0].is_failing,
            "it has run for a minute since"
        );
        stop.send_replace(true);
        running.abort();
    }

    #[tokio::test]
    async fn a_loop_that_is_silent_for_too_long_is_late() {
        let clock = TestClock::at(0);
        let tasks = Tasks::new(clock.clone());
        let (_stop, stopped) = watch::channel(false);
        let (tell, mut pulses) = mpsc::unbounded_channel();
        tasks.start("test", MINUTE, stopped, move |pulse| {
            tell.send(pulse).unwrap();
            std::future::pending()
        });
        let pulse = pulses.recv().await.unwrap();
        clock.advance(MINUTE);
        assert!(!tasks.states()[0].is_late());
        clock.advance(Duration::from_secs(1));
        assert!(tasks.states()[0].is_late());
        pulse.beat();
        assert!(!tasks.states()[0].is_late());
    }

    /// A loop that goes on without ever doing its work is not well, however often it turns.
    #[tokio::test]
    async fn a_loop_whose_turns_all_fail_is_failing_until_one_succeeds() {
        let clock = TestClock::at(0);
        let tasks = Tasks::new(clock.clone());
        let pulse = Pulse {
            task: tasks.enter("test", MINUTE),
            clock: clock.clone(),
        };
        let is_failing = || tasks.states()[0].is_failing;
        pulse.ended(false);
        clock.advance(Duration::from_secs(14));
        pulse.ended(false);
        assert!(!is_failing());
        clock.advance(Duration::from_secs(1));
        assert!(is_failing());
        clock.advance(MINUTE);
        assert!(!is_failing(), "another process does its work");
        pulse.ended(false);
        assert!(is_failing());
        pulse.ended(true);
        assert!(!is_failing());
    }
}
