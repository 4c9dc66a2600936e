//! The pipeline (流水线): the workers that carry messages from step to step.
//!
//! For each direction there are three loops: check, dispatch, receipt. They share nothing with the
//! other direction but the database (I6). A process works a direction only while it holds the
//! direction's lease. A loop that finds nothing waits for a notice or a short while; a loop that
//! fails waits longer each time, up to `PAUSE_MAX`, and goes on: the state is in the database, so
//! there is nothing to repair. One that panics is started again ([`store::task`]).

pub(crate) mod retry;
#[cfg(test)]
mod tests;

use crate::lane::{Lanes, Lease};
use crate::message::{State, direction_name};
use crate::shared::{Shared, TURN_MAX};
use crate::{answer, check, dispatch, inbox, matching};
use ceb::Direction;
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

/// How long a process without the lease waits before it asks again.
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
                    lease: Lease::new(name, owner.clone()),
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

/// Takes what came from customs for import, and nothing else.
#[cfg(test)]
pub(crate) async fn take_for_test(shared: &Arc<Shared>) {
    let taken = take(shared, Direction::Import, Duration::ZERO).await;
    taken.unwrap();
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

    /// The name of its loop and of the lease that the loop works under.
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
    lease: Lease,
    bell: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    pulse: Pulse,
}

impl Worker {
    async fn run(mut self) {
        let state = self.step.takes();
        let mut lanes = lanes(&self.shared, self.direction, state);
        let mut pause = PAUSE_MIN;
        while !*self.stop.borrow() {
            self.pulse.beat();
            self.bell.mark_unchanged();
            let outcome = self.once(state, &mut lanes).await;
            let wait = match outcome {
                Ok(Some(0)) => {
                    self.pulse.ended(true);
                    self.idle()
                }
                Ok(Some(_)) => {
                    self.pulse.ended(true);
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
        if let Err(error) = self.lease.give_back(&self.shared.db).await {
            tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
        }
    }

    /// One turn; nothing when another process holds the lease.
    async fn once(&mut self, state: State, lanes: &mut Lanes) -> anyhow::Result<Option<usize>> {
        if !self.lease.hold(&self.shared.db, &self.shared.clock).await? {
            return Ok(None);
        }
        if self.step == PipelineStep::Answer {
            return Ok(Some(take(&self.shared, self.direction, IDLE).await?));
        }
        Ok(Some(
            turn(&self.shared, self.direction, state, lanes).await?,
        ))
    }

    fn idle(&self) -> Duration {
        // Taking from the queue has waited already.
        if self.step == PipelineStep::Answer {
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
    Lanes::new(state, direction_name(direction), Arc::new(weight))
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
    let messages = lanes.turn(&shared.db, shared.clock.monotonic_ms()).await?;
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

/// Takes what came from customs: at once while it is little, else by turns through the inbox.
async fn take(shared: &Arc<Shared>, direction: Direction, wait: Duration) -> anyhow::Result<usize> {
    let is_behind = inbox::is_used(shared, direction).await?;
    let wait = if is_behind { Duration::ZERO } else { wait };
    let down = shared.customs.down(direction);
    let capacity = match is_behind {
        true => inbox::capacity(shared, direction).await?,
        false => inbox::MOVED_MAX,
    };
    let taken = match capacity {
        // The table is full: what customs has more stays in its queue.
        0 => Ok(Vec::new()),
        capacity => shared.queue.take(down, capacity.min(TAKE_MAX), wait).await,
    };
    let deliveries = match taken {
        Ok(deliveries) => deliveries,
        // What stands in the inbox goes home all the same.
        Err(error) if is_behind => {
            tracing::warn!(%error, "customs' queue cannot be read; its answers in hand go on");
            Vec::new()
        }
        Err(error) => return Err(error.into()),
    };
    if is_behind || deliveries.len() >= TAKE_MAX {
        inbox::fill(shared, direction, deliveries, TAKE_MAX, capacity).await?;
        let (ids, bodies) = inbox::turn(shared, direction).await?;
        return Ok(answer::step(shared, bodies, ids).await?);
    }
    if deliveries.is_empty() {
        return Ok(0);
    }
    let bodies = deliveries.iter().map(|one| one.body.clone()).collect();
    match answer::step(shared, bodies, Vec::new()).await {
        Ok(n_done) => {
            shared.queue.ack(&deliveries).await?;
            Ok(n_done)
        }
        Err(error) => {
            inbox::give_back(shared, &deliveries).await;
            Err(error.into())
        }
    }
}
