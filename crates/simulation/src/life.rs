//! A life: what may stop a process between any two of its steps.
//!
//! Each step of a process that reaches beyond it, to the database or to a queue, passes here before and after. A process that was
//! killed never gets through any more: what it began stays where it was.

use crate::chance::Chance;
use crate::time::{MachineClock, VirtualTime};
use std::future::pending;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use store::simulated::{Keeping, Passage, StoreAct, StoreLine, away};
use tokio::sync::mpsc;

/// How often what goes wrong, each in ten thousand passages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FaultRates {
    /// A step is late by up to a second and a half.
    pub(crate) late: u32,
    /// A step fails, and nothing was done.
    pub(crate) refused: u32,
    /// A step was done, and its answer is lost.
    pub(crate) answer_lost: u32,
    /// The process is killed.
    pub(crate) killed: u32,
    /// The process stands still for some seconds.
    pub(crate) paused: u32,
    /// What is put into a queue is put twice.
    pub(crate) doubled: u32,
    /// Answers of customs come in another order, later, or with a torn copy beside them.
    pub(crate) unruly: u32,
}

/// What is broken on purpose, so that the simulator proves that it finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    Nothing,
    /// What is taken from a queue is acknowledged before it is stored.
    QueueAcknowledgedFirst,
    /// A commit is answered before it is durable.
    StoreAcknowledgedFirst,
    /// Runs of jobs commit without their fence.
    JobsWithoutFence,
    /// A process whose lanes were taken over commits its turn.
    LanesWithoutFence,
}

/// What all lives of a simulation share.
pub(crate) struct Weather {
    pub(crate) time: Arc<VirtualTime>,
    pub(crate) chance: Chance,
    pub(crate) faults: Mutex<FaultRates>,
    pub(crate) broken: Sabotage,
    /// Nobody reaches the database before this moment.
    pub(crate) store_away_until: AtomicI64,
    /// Nobody reaches the queues before this moment.
    pub(crate) queue_away_until: AtomicI64,
    /// What everybody did, in order, as a number: the same seed gives the same.
    trace: AtomicU64,
    n_steps: AtomicU64,
}

impl Weather {
    pub(crate) fn new(
        seed: u64,
        time: Arc<VirtualTime>,
        faults: FaultRates,
        broken: Sabotage,
    ) -> Self {
        Self {
            time,
            chance: Chance::of(seed),
            faults: Mutex::new(faults),
            broken,
            store_away_until: AtomicI64::new(0),
            queue_away_until: AtomicI64::new(0),
            trace: AtomicU64::new(seed),
            n_steps: AtomicU64::new(0),
        }
    }

    pub(crate) fn faults(&self) -> FaultRates {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nothing goes wrong any more.
    pub(crate) fn clear(&self) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = FaultRates::default();
        self.store_away_until.store(0, Ordering::Relaxed);
        self.queue_away_until.store(0, Ordering::Relaxed);
    }

    /// Notes what somebody did.
    pub(crate) fn note(&self, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        (self.trace.load(Ordering::Relaxed), self.time.now_ms(), what).hash(&mut hasher);
        self.trace.store(hasher.finish(), Ordering::Relaxed);
        self.n_steps.fetch_add(1, Ordering::Relaxed);
    }

    /// What was done up to now, as a number, and how many steps that were.
    pub(crate) fn trace(&self) -> (u64, u64) {
        let n_steps = self.n_steps.load(Ordering::Relaxed);
        (self.trace.load(Ordering::Relaxed), n_steps)
    }
}

/// Where a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StepTarget {
    Store(StoreAct),
    Queue,
}

/// One run of one process.
pub(crate) struct ProcessLife {
    pub(crate) weather: Arc<Weather>,
    pub(crate) clock: Arc<MachineClock>,
    /// Which process, for the trace and for who starts it again.
    pub(crate) name: usize,
    is_dead: AtomicBool,
    paused_until: AtomicI64,
    /// Who is told of the death.
    deaths: mpsc::UnboundedSender<usize>,
}

impl ProcessLife {
    pub(crate) fn begin(
        weather: &Arc<Weather>,
        clock: Arc<MachineClock>,
        name: usize,
        deaths: &mpsc::UnboundedSender<usize>,
    ) -> Arc<Self> {
        Arc::new(Self {
            weather: Arc::clone(weather),
            clock,
            name,
            is_dead: AtomicBool::new(false),
            paused_until: AtomicI64::new(0),
            deaths: deaths.clone(),
        })
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    pub(crate) fn kill(&self) {
        if !self.is_dead.swap(true, Ordering::Relaxed) {
            self.weather.note(("killed", self.name));
            // Nobody listens any more when the simulation is over.
            let _ = self.deaths.send(self.name);
        }
    }

    pub(crate) fn pause(&self, ms: i64) {
        let until = self.weather.time.now_ms() + ms;
        self.paused_until.store(until, Ordering::Relaxed);
    }

    /// Lets a step begin; an error when nothing was done.
    pub(crate) async fn before(&self, place: StepTarget) -> store::Result<()> {
        let (weather, faults) = (&self.weather, self.weather.faults());
        self.wait(faults).await;
        weather.note((self.name, place));
        let away_until = match place {
            StepTarget::Store(_) => &weather.store_away_until,
            StepTarget::Queue => &weather.queue_away_until,
        };
        let is_away = weather.time.now_ms() < away_until.load(Ordering::Relaxed);
        match is_away || weather.chance.hits(faults.refused) {
            true => Err(away()),
            false => Ok(()),
        }
    }

    /// Lets its answer arrive; an error when it is lost.
    pub(crate) async fn after(&self) -> store::Result<()> {
        let faults = self.weather.faults();
        self.wait(faults).await;
        match self.weather.chance.hits(faults.answer_lost) {
            true => Err(away()),
            false => Ok(()),
        }
    }

    async fn wait(&self, faults: FaultRates) {
        let (time, chance) = (&self.weather.time, &self.weather.chance);
        if chance.hits(faults.killed) {
            self.kill();
        }
        if chance.hits(faults.paused) {
            self.pause(chance.between(500, 9_000));
        }
        if chance.hits(faults.late) {
            time.sleep(chance.between(1, 1_500)).await;
        } else if chance.hits(2_500) {
            time.sleep(chance.between(1, 4)).await;
        }
        loop {
            if self.is_dead() {
                pending::<()>().await;
            }
            let left_ms = self.paused_until.load(Ordering::Relaxed) - time.now_ms();
            if left_ms <= 0 {
                return;
            }
            time.sleep(left_ms).await;
        }
    }
}

/// How many of ten thousand writes run twice.
const REPEATED: u32 = 300;

/// The way of a life to the database.
pub(crate) struct LifeLine(pub(crate) Arc<ProcessLife>);

impl StoreLine for LifeLine {
    fn before(&self, act: StoreAct) -> Passage<Keeping> {
        let life = Arc::clone(&self.0);
        Box::pin(async move {
            life.before(StepTarget::Store(act)).await?;
            let weather = &life.weather;
            let is_lost = weather.broken == Sabotage::StoreAcknowledgedFirst
                && act == StoreAct::Write
                && weather.chance.hits(weather.faults().killed * 10);
            if !is_lost {
                let is_repeated = act == StoreAct::Write && weather.chance.hits(REPEATED);
                return Ok(match is_repeated {
                    true => Keeping::Repeated,
                    false => Keeping::Kept,
                });
            }
            // What was answered before it was durable is lost when the process dies then.
            let (dying, time) = (Arc::clone(&life), Arc::clone(&weather.time));
            tokio::spawn(async move {
                time.sleep(20).await;
                dying.kill();
            });
            Ok(Keeping::Forgotten)
        })
    }

    fn after(&self, _: StoreAct) -> Passage<()> {
        let life = Arc::clone(&self.0);
        Box::pin(async move { life.after().await })
    }
}

/// A way on which nothing goes wrong.
pub(crate) struct OpenLine;

impl StoreLine for OpenLine {
    fn before(&self, _: StoreAct) -> Passage<Keeping> {
        Box::pin(async { Ok(Keeping::Kept) })
    }

    fn after(&self, _: StoreAct) -> Passage<()> {
        Box::pin(async { Ok(()) })
    }
}
