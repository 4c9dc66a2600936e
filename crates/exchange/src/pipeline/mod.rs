//! The pipeline (流水线): the workers that carry messages from step to step.
//!
//! For each direction there are three loops: check, dispatch, receipt. They share nothing with the
//! other direction but the database (I6). Several processes share the companies of each loop among them
//! ([`crate::lane::shard`]). A loop that finds nothing waits for a notice or a short while; a loop that
//! fails waits longer each time, up to `PAUSE_MAX`, and goes on: the state is in the database, so
//! there is nothing to repair. One that panics is started again ([`store::task`]).

pub(crate) mod retry;
#[cfg(test)]
mod tests;

use crate::lane::{LaneFence, Lanes, Lease, ShardSet, Shards};
use crate::message::{State, direction_name};
use crate::shared::{BellListener, Shared, TURN_MAX};
use crate::{answer, check, dispatch, inbox, matching, projector};
use ceb::Direction;
use queue::Delivery;
use registry::company::CompanyId;
use std::sync::Arc;
use std::time::Duration;
use store::task::{Pulse, Tasks};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Longest pause of a loop that keeps failing.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// First pause of a loop that failed.
const PAUSE_MIN: Duration = Duration::from_millis(100);

/// How long a loop without work waits before it looks again by itself.
const IDLE: Duration = Duration::from_millis(200);

/// How long a loop with nothing of its own in the inbox waits before it looks again.
const INBOX_PAUSE: Duration = Duration::from_millis(20);

/// How many times longer it waits at most while nothing comes.
const INBOX_QUIET_MAX: u32 = 5;

/// How long a process without shards waits before it asks again.
const LEASE_PAUSE: Duration = Duration::from_millis(500);

/// Deliveries taken from customs' queue at once.
const TAKE_MAX: usize = 256;

/// Starts the loops of both directions; they end when `stop` becomes true, and are started again
/// when they end before.
pub fn start(
    shared: &Arc<Shared>,
    tasks: &Tasks,
    owner: &str,
    stop: &watch::Receiver<bool>,
) -> Vec<JoinHandle<()>> {
    let mut loops = Vec::new();
    for direction in [Direction::Import, Direction::Export] {
        for &step in PipelineStep::ALL {
            let name = step.lease_name(direction);
            let (shared, owner, stopped) = (Arc::clone(shared), owner.to_owned(), stop.clone());
            loops.push(tasks.start(name, TURN_MAX, stop.clone(), move |pulse| {
                let worker = Worker {
                    shared: Arc::clone(&shared),
                    direction,
                    step,
                    shards: Shards::new(name, owner.clone()),
                    taker: Lease::new(step.taker_name(direction), owner.clone()),
                    bell: match step {
                        PipelineStep::Check => shared.accepted.listen(),
                        PipelineStep::Dispatch | PipelineStep::Answer => shared.checked.listen(),
                    },
                    stop: stopped.clone(),
                    pulse,
                };
                worker.run()
            }));
        }
    }
    let (counted, of, stopped) = (Arc::clone(shared), owner.to_owned(), stop.clone());
    loops.push(
        tasks.start("projector", TURN_MAX, stop.clone(), move |pulse| {
            projector::serve(Arc::clone(&counted), of.clone(), stopped.clone(), pulse)
        }),
    );
    let (shared, owner, stopped) = (Arc::clone(shared), owner.to_owned(), stop.clone());
    loops.push(
        tasks.start("signing.retry", TURN_MAX, stop.clone(), move |pulse| {
            retry::serve(Arc::clone(&shared), owner.clone(), stopped.clone(), pulse)
        }),
    );
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
                let mut lanes = lanes(shared, direction, state, ShardSet::all());
                let turn = LaneTurn::alone(direction);
                n_now += turn.work(shared, state, &mut lanes).await?;
            }
            n_now += LaneTurn::alone(direction)
                .take(shared, true, Duration::ZERO)
                .await?
                .n_done;
        }
        n_now += retry::turn(shared).await?;
        if n_now == 0 {
            projector::settle(shared).await?;
            return Ok(n_done);
        }
        n_done += n_now;
    }
}

/// Takes what came from customs for import, and nothing else.
#[cfg(test)]
pub(crate) async fn take_for_test(shared: &Arc<Shared>) {
    let turn = LaneTurn::alone(Direction::Import);
    turn.take(shared, true, Duration::ZERO).await.unwrap();
}

/// A step that the pipeline takes, for each direction in a loop of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
enum PipelineStep {
    #[strum(serialize = "check")]
    Check,
    #[strum(serialize = "dispatch")]
    Dispatch,
    #[strum(serialize = "receipt")]
    Answer,
}

impl PipelineStep {
    const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in logs and metrics.
    fn name(self) -> &'static str {
        self.into()
    }

    /// The name of the lease of the process that takes answers from customs' queue.
    const fn taker_name(self, direction: Direction) -> &'static str {
        match direction {
            Direction::Import => "import.take",
            Direction::Export => "export.take",
        }
    }

    /// The name of its loop and of the shards that the loop works.
    fn lease_name(self, direction: Direction) -> &'static str {
        match (direction, self) {
            (Direction::Import, Self::Check) => "import.check",
            (Direction::Import, Self::Dispatch) => "import.dispatch",
            (Direction::Import, Self::Answer) => "import.receipt",
            (Direction::Export, Self::Check) => "export.check",
            (Direction::Export, Self::Dispatch) => "export.dispatch",
            (Direction::Export, Self::Answer) => "export.receipt",
        }
    }

    /// The state of the messages that it takes up.
    fn takes(self) -> State {
        match self {
            Self::Check => State::Received,
            Self::Dispatch | Self::Answer => State::Checked,
        }
    }
}

struct Worker {
    shared: Arc<Shared>,
    direction: Direction,
    step: PipelineStep,
    shards: Shards,
    /// Held by the one process that takes answers from customs' queue.
    taker: Lease,
    bell: BellListener,
    stop: watch::Receiver<bool>,
    pulse: Pulse,
}

impl Worker {
    async fn run(mut self) {
        let state = self.step.takes();
        let mut lanes = lanes(&self.shared, self.direction, state, self.shards.set());
        let mut pause = PAUSE_MIN;
        let mut n_quiet = 0;
        while !*self.stop.borrow() {
            self.pulse.beat();
            self.bell.mark_heard();
            let outcome = self.once(state, &mut lanes).await;
            let wait = match outcome {
                Ok(Some(TurnDone { n_done: 0, rest })) => {
                    self.pulse.ended(true);
                    n_quiet = match self.step {
                        PipelineStep::Answer => (n_quiet + 1).min(INBOX_QUIET_MAX),
                        PipelineStep::Check | PipelineStep::Dispatch => 1,
                    };
                    rest * n_quiet
                }
                Ok(Some(_)) => {
                    self.pulse.ended(true);
                    n_quiet = 0;
                    pause = PAUSE_MIN;
                    continue;
                }
                Ok(None) => LEASE_PAUSE,
                Err(error) => {
                    tracing::warn!(step = self.step.name(), ?self.direction, error = format!("{error:#}"),
                        "a step failed and will be repeated");
                    metrics::counter!("tongguan_step_failures_total", "step" => self.step.name())
                        .increment(1);
                    pause = (pause * 2).min(PAUSE_MAX);
                    self.pulse.ended(false);
                    // What this process cannot do another one may: it has the key that is missing here.
                    self.give_back().await;
                    pause
                }
            };
            self.wait(wait).await;
        }
        self.give_back().await;
    }

    async fn give_back(&mut self) {
        let db = &self.shared.db;
        let given = (
            self.taker.give_back(db).await,
            self.shards.give_back(db).await,
        );
        if let Err(error) = given.0.and(given.1) {
            tracing::warn!(%error, "the lanes could not be given back; they are free in a few seconds");
        }
    }

    /// One turn; nothing when other processes have all lanes.
    async fn once(&mut self, state: State, lanes: &mut Lanes) -> anyhow::Result<Option<TurnDone>> {
        if !self
            .shards
            .hold(&self.shared.db, &self.shared.clock)
            .await?
        {
            return Ok(None);
        }
        let turn = LaneTurn {
            direction: self.direction,
            shards: self.shards.set(),
            fence: self.shards.fence(),
        };
        let (db, clock) = (&self.shared.db, &self.shared.clock);
        let is_taker = self.step == PipelineStep::Answer && self.taker.hold(db, clock).await?;
        // A broker that confirms slowly, or a large turn, takes longer than the shards are held.
        tokio::select! {
            biased;
            done = turn.run(&self.shared, (self.step, is_taker), state, lanes) => done.map(Some),
            () = self.shards.keep(db, clock) => Ok(None),
            () = self.taker.keep(db, clock), if is_taker => Ok(None),
        }
    }

    async fn wait(&mut self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        tokio::select! {
            biased;
            () = self.bell.rung() => {}
            () = self.shared.clock.sleep(wait) => {}
            _ = self.stop.changed() => {}
        }
    }
}

fn lanes(shared: &Arc<Shared>, direction: Direction, state: State, shards: ShardSet) -> Lanes {
    let weights = Arc::clone(shared);
    let weight = move |company: CompanyId| {
        weights
            .directory
            .by_id(company)
            .map_or(1, |company| i64::from(company.weight))
    };
    Lanes::new(state, direction_name(direction), shards, Arc::new(weight))
}

/// What a turn has done, and how long its loop may rest when that was nothing.
struct TurnDone {
    n_done: usize,
    rest: Duration,
}

/// Whose lanes a turn works, and the proof that they are its own.
struct LaneTurn {
    direction: Direction,
    shards: ShardSet,
    fence: LaneFence,
}

impl LaneTurn {
    /// For tests and tools, beside which nobody works.
    fn alone(direction: Direction) -> Self {
        Self {
            direction,
            shards: ShardSet::all(),
            fence: LaneFence::none(),
        }
    }

    /// The turn of a step.
    async fn run(
        &self,
        shared: &Arc<Shared>,
        (step, is_taker): (PipelineStep, bool),
        state: State,
        lanes: &mut Lanes,
    ) -> anyhow::Result<TurnDone> {
        if step == PipelineStep::Answer {
            return self.take(shared, is_taker, IDLE).await;
        }
        let n_done = self.work(shared, state, lanes).await?;
        Ok(TurnDone { n_done, rest: IDLE })
    }

    /// Checks or sends what the lanes have; answers how many messages.
    async fn work(
        &self,
        shared: &Arc<Shared>,
        state: State,
        lanes: &mut Lanes,
    ) -> anyhow::Result<usize> {
        let is_check = state == State::Received;
        let n_freed = match is_check {
            true => matching::expire(shared, self.direction).await?,
            false => 0,
        };
        let messages = lanes.turn(&shared.db, shared.clock.monotonic_ms()).await?;
        if messages.is_empty() {
            return Ok(n_freed);
        }
        if is_check {
            let (n_done, spent) = check::step(shared, messages, &self.fence).await?;
            lanes.learn(&spent);
            Ok(n_done)
        } else {
            Ok(dispatch::step(shared, self.direction, messages, &self.fence).await?)
        }
    }

    /// Takes what came from customs: at once while it is little and nobody shares the lanes, else by turns through the inbox,
    /// into which one process moves it from the queue.
    async fn take(
        &self,
        shared: &Arc<Shared>,
        is_taker: bool,
        wait: Duration,
    ) -> anyhow::Result<TurnDone> {
        if !is_taker {
            let n_done = self.take_inbox(shared).await?;
            return Ok(TurnDone {
                n_done,
                rest: INBOX_PAUSE,
            });
        }
        let is_behind = inbox::is_used(shared, self.direction).await?;
        // Asked before anything is taken: a broker holds for this process what it has neither acknowledged nor given back.
        let capacity = match is_behind {
            true => inbox::capacity(shared, self.direction).await?,
            false => inbox::MOVED_MAX,
        };
        let deliveries = self.deliveries(shared, is_behind, capacity, wait).await?;
        let is_shared = !self.shards.is_all();
        if is_behind || is_shared && !deliveries.is_empty() || deliveries.len() >= TAKE_MAX {
            inbox::fill(shared, self.direction, deliveries, TAKE_MAX, capacity).await?;
            let n_done = self.take_inbox(shared).await?;
            return Ok(TurnDone {
                n_done,
                rest: INBOX_PAUSE,
            });
        }
        let mut done = TurnDone {
            n_done: 0,
            // Taking from the queue has waited already.
            rest: Duration::ZERO,
        };
        if deliveries.is_empty() {
            return Ok(done);
        }
        let bodies = deliveries.iter().map(|one| one.body.clone()).collect();
        match answer::step(shared, bodies, Vec::new(), &self.fence).await {
            Ok(n_done) => {
                shared.queue.ack(&deliveries).await?;
                done.n_done = n_done;
                Ok(done)
            }
            Err(error) => {
                inbox::give_back(shared, &deliveries).await;
                Err(error.into())
            }
        }
    }

    /// Works off the next answers in the inbox of companies of these shards.
    async fn take_inbox(&self, shared: &Arc<Shared>) -> anyhow::Result<usize> {
        let (ids, bodies) = inbox::turn(shared, self.direction, &self.shards).await?;
        match bodies.is_empty() {
            true => Ok(0),
            false => Ok(answer::step(shared, bodies, ids, &self.fence).await?),
        }
    }

    /// What customs' queue has; nothing while the inbox is full.
    async fn deliveries(
        &self,
        shared: &Arc<Shared>,
        is_behind: bool,
        capacity: usize,
        wait: Duration,
    ) -> anyhow::Result<Vec<Delivery>> {
        let down = shared.customs.down(self.direction);
        let wait = if is_behind { Duration::ZERO } else { wait };
        let taken = match capacity {
            // The table is full: what customs has more stays in its queue.
            0 => Ok(Vec::new()),
            capacity => shared.queue.take(down, capacity.min(TAKE_MAX), wait).await,
        };
        match taken {
            Ok(deliveries) => Ok(deliveries),
            // What stands in the inbox goes home all the same.
            Err(error) if is_behind => {
                tracing::warn!(%error, "customs' queue cannot be read; its answers in hand go on");
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }
}
