//! The pipeline (流水线): the workers that carry messages from step to step.
//!
//! For each direction there are three loops: check, dispatch, receipt. They share nothing with the
//! other direction but the database (I6). A process works a direction only while it holds the
//! direction's lease. A loop that finds nothing waits for a notice or a short while; a loop that
//! fails waits longer each time, up to `PAUSE_MAX`, and goes on: the state is in the database, so
//! there is nothing to repair.

use crate::customs;
use crate::downlink::Feed;
use crate::lane::{Lanes, Lease};
use crate::message::State;
use crate::signature::Checker;
use crate::signing::keyring::Keyring;
use crate::signing::retry;
use crate::{check, dispatch, matching, receipt};
use ceb::Direction;
use queue::Queue;
use registry::code_table::Shelf;
use registry::company::{CompanyId, Directory};
use registry::ground::Ground;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::clock::SharedClock;
use store::id::IdMaker;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Longest pause of a loop that keeps failing.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// First pause of a loop that failed.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// How long a loop without work waits before it looks again by itself.
const IDLE: Duration = Duration::from_millis(200);

/// How long a process without the lease waits before it asks again.
const LEASE_PAUSE: Duration = Duration::from_millis(500);

/// Deliveries taken from customs' queue at once.
const TAKE_MAX: usize = 256;

/// What all steps share.
pub struct Shared {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The ids.
    pub ids: Arc<IdMaker>,
    /// The companies.
    pub directory: Directory,
    /// The parameters, and the key of hashes of personal data.
    pub ground: Ground,
    /// The queue between the platform and customs.
    pub queue: Arc<dyn Queue>,
    /// The wire to customs.
    pub customs: customs::Config,
    /// The keys that sign for companies.
    pub keyring: Arc<Keyring>,
    /// Checks the signatures of what companies send.
    pub signatures: Arc<Checker>,
    /// Wakes those who wait for receipts.
    pub feed: Arc<Feed>,
    /// Rung when messages were accepted.
    pub accepted: Arc<Bell>,
    /// Rung when messages were checked.
    pub checked: Arc<Bell>,
    /// The code tables.
    pub code_tables: Arc<Shelf>,
}

/// A bell: who listens hears that it was rung since the last time, and never misses it.
pub struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::channel(0).0)
    }
}

impl Bell {
    /// Rings.
    pub fn ring(&self) {
        self.0
            .send_modify(|n_rung| *n_rung = n_rung.wrapping_add(1));
    }

    fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

/// Starts the loops of both directions; they end when `stop` becomes true.
pub fn start(
    shared: &Arc<Shared>,
    owner: &str,
    stop: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let mut loops = Vec::new();
    for direction in [Direction::Import, Direction::Export] {
        for step in ["check", "dispatch", "receipt"] {
            let worker = Worker {
                shared: Arc::clone(shared),
                direction,
                step,
                lease: Lease::new(lease_name(direction, step), owner.to_owned()),
                bell: if step == "check" {
                    shared.accepted.listen()
                } else {
                    shared.checked.listen()
                },
                stop: stop.clone(),
            };
            loops.push(tokio::spawn(worker.run()));
        }
    }
    let again = retry::serve(Arc::clone(shared), owner.to_owned(), stop.clone());
    loops.push(tokio::spawn(again));
    loops
}

/// Runs each step of both directions until there is nothing left to do: for tests and tools.
///
/// # Errors
/// The first failure of a step.
pub async fn drain(shared: &Arc<Shared>) -> anyhow::Result<usize> {
    let mut n_done = 0;
    loop {
        let mut n_now = 0;
        for direction in [Direction::Import, Direction::Export] {
            for state in [State::Received, State::Checked] {
                let mut lanes = lanes(shared, direction, state);
                n_now += turn(shared, direction, state, &mut lanes).await?;
            }
            n_now += take(shared, direction, Duration::ZERO).await?;
        }
        n_now += retry::turn(shared).await?;
        if n_now == 0 {
            return Ok(n_done);
        }
        n_done += n_now;
    }
}

fn lease_name(direction: Direction, step: &str) -> &'static str {
    match (direction, step) {
        (Direction::Import, "check") => "import.check",
        (Direction::Import, "dispatch") => "import.dispatch",
        (Direction::Import, _) => "import.receipt",
        (Direction::Export, "check") => "export.check",
        (Direction::Export, "dispatch") => "export.dispatch",
        (Direction::Export, _) => "export.receipt",
    }
}

struct Worker {
    shared: Arc<Shared>,
    direction: Direction,
    step: &'static str,
    lease: Lease,
    bell: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
}

impl Worker {
    async fn run(mut self) {
        let state = if self.step == "check" {
            State::Received
        } else {
            State::Checked
        };
        let mut lanes = lanes(&self.shared, self.direction, state);
        let mut pause = PAUSE_MIN;
        while !*self.stop.borrow() {
            self.bell.mark_unchanged();
            let outcome = self.once(state, &mut lanes).await;
            let wait = match outcome {
                Ok(Some(0)) => self.idle(),
                Ok(Some(_)) => {
                    pause = PAUSE_MIN;
                    continue;
                }
                Ok(None) => LEASE_PAUSE,
                Err(error) => {
                    tracing::warn!(step = self.step, ?self.direction, error = format!("{error:#}"),
                        "a step failed and will be repeated");
                    metrics::counter!("tongguan_step_failures_total", "step" => self.step)
                        .increment(1);
                    pause = (pause * 2).min(PAUSE_MAX);
                    pause
                }
            };
            self.wait(wait).await;
        }
        if let Err(error) = self.lease.give_back(&self.shared.db).await {
            tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
        }
    }

    /// One turn; nothing when another process holds the lease.
    async fn once(&mut self, state: State, lanes: &mut Lanes) -> anyhow::Result<Option<usize>> {
        if !self.lease.hold(&self.shared.db, &self.shared.clock).await? {
            return Ok(None);
        }
        if self.step == "receipt" {
            return Ok(Some(take(&self.shared, self.direction, IDLE).await?));
        }
        Ok(Some(
            turn(&self.shared, self.direction, state, lanes).await?,
        ))
    }

    fn idle(&self) -> Duration {
        // Taking from the queue has waited already.
        if self.step == "receipt" {
            Duration::ZERO
        } else {
            IDLE
        }
    }

    async fn wait(&mut self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        tokio::select! {
            _ = self.bell.changed() => {}
            () = self.shared.clock.sleep(wait) => {}
            _ = self.stop.changed() => {}
        }
    }
}

fn lanes(shared: &Arc<Shared>, direction: Direction, state: State) -> Lanes {
    let weights = Arc::clone(shared);
    let weight = move |company: CompanyId| {
        weights
            .directory
            .by_id(company)
            .map_or(1, |company| i64::from(company.weight))
    };
    Lanes::new(
        state,
        crate::intake::direction_name(direction),
        Arc::new(weight),
    )
}

async fn turn(
    shared: &Arc<Shared>,
    direction: Direction,
    state: State,
    lanes: &mut Lanes,
) -> anyhow::Result<usize> {
    let n_freed = if state == State::Received {
        matching::expire(shared, direction).await?
    } else {
        0
    };
    let messages = lanes.turn(&shared.db, shared.clock.now_ms()).await?;
    if messages.is_empty() {
        return Ok(n_freed);
    }
    if state == State::Received {
        let (n_done, spent) = check::step(shared, messages).await?;
        lanes.learn(&spent);
        Ok(n_done)
    } else {
        Ok(dispatch::step(shared, direction, messages).await?)
    }
}

async fn take(shared: &Arc<Shared>, direction: Direction, wait: Duration) -> anyhow::Result<usize> {
    let down = shared.customs.down(direction);
    let deliveries = shared.queue.take(down, TAKE_MAX, wait).await?;
    if deliveries.is_empty() {
        return Ok(0);
    }
    match receipt::step(shared, &deliveries).await {
        Ok(n_done) => {
            shared.queue.ack(&deliveries).await?;
            Ok(n_done)
        }
        Err(error) => {
            // They come again; giving them back at once spares the wait for the lease to run out.
            shared.queue.release(&deliveries).await?;
            Err(error.into())
        }
    }
}
