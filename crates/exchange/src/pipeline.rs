//! The pipeline (流水线): the workers that carry messages from step to step.
//!
//! For each direction there are three loops: check, dispatch, receipt. They share nothing with the
//! other direction but the database (I6). A process works a direction only while it holds the
//! direction's lease. A loop that finds nothing waits for a notice or a short while; a loop that
//! fails waits longer each time, up to `PAUSE_MAX`, and goes on: the state is in the database, so
//! there is nothing to repair. One that panics is started again ([`store::task`]).

use crate::customs;
use crate::downlink::Feed;
use crate::lane::{Lanes, Lease};
use crate::message::State;
use crate::signature::Checker;
use crate::signing::keyring::Keyring;
use crate::signing::retry;
use crate::{check, dispatch, inbox, matching, receipt};
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

/// Longest time of one turn; a loop that is silent for longer hangs.
pub const TURN_MAX: Duration = Duration::from_secs(120);

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
        for step in ["check", "dispatch", "receipt"] {
            let name = lease_name(direction, step);
            let (shared, owner, told) = (Arc::clone(shared), owner.to_owned(), stop.clone());
            loops.push(tasks.start(name, TURN_MAX, stop.clone(), move |pulse| {
                let worker = Worker {
                    shared: Arc::clone(&shared),
                    direction,
                    step,
                    lease: Lease::new(name, owner.clone()),
                    bell: if step == "check" {
                        shared.accepted.listen()
                    } else {
                        shared.checked.listen()
                    },
                    stop: told.clone(),
                    pulse,
                };
                worker.run()
            }));
        }
    }
    let (shared, owner, told) = (Arc::clone(shared), owner.to_owned(), stop.clone());
    loops.push(
        tasks.start("signing.retry", TURN_MAX, stop.clone(), move |pulse| {
            retry::serve(Arc::clone(&shared), owner.clone(), told.clone(), pulse)
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
    pulse: Pulse,
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
            self.pulse.beat();
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
    let room = match is_behind {
        true => inbox::room(shared, direction).await?,
        false => inbox::MOVED_MAX,
    };
    let taken = match room {
        // The table is full: what customs has more stays in its queue.
        0 => Ok(Vec::new()),
        room => shared.queue.take(down, room.min(TAKE_MAX), wait).await,
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
        inbox::fill(shared, direction, deliveries, (TAKE_MAX, room)).await?;
        let (ids, bodies) = inbox::turn(shared, direction).await?;
        return Ok(receipt::step(shared, bodies, ids).await?);
    }
    if deliveries.is_empty() {
        return Ok(0);
    }
    let bodies = deliveries.iter().map(|one| one.body.clone()).collect();
    match receipt::step(shared, bodies, Vec::new()).await {
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

#[cfg(test)]
mod tests {
    use super::{Shared, start};
    use crate::testing::{House, accepted};
    use async_trait::async_trait;
    use bytes::Bytes;
    use ceb::Kind;
    use queue::{Delivery, Queue};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use store::clock::SystemClock;
    use store::task::Tasks;
    use store::testing::sqlite;
    use tokio::sync::watch;

    /// Calls of each kind that panic.
    const BUGS: usize = 2;

    /// A queue with bugs: the first calls of each kind panic.
    struct Buggy {
        inner: Arc<dyn Queue>,
        n_puts: AtomicUsize,
        n_takes: AtomicUsize,
    }

    fn fail_first(n_calls: &AtomicUsize) {
        let n_before = n_calls.fetch_add(1, Ordering::SeqCst);
        assert!(n_before >= BUGS, "a bug of the queue");
    }

    #[async_trait]
    impl Queue for Buggy {
        fn name(&self) -> String {
            self.inner.name()
        }

        async fn declare(&self, queue: &str) -> queue::Result<()> {
            self.inner.declare(queue).await
        }

        async fn put(&self, queue: &str, bodies: &[Bytes]) -> queue::Result<()> {
            fail_first(&self.n_puts);
            self.inner.put(queue, bodies).await
        }

        async fn take(
            &self,
            queue: &str,
            max: usize,
            wait: Duration,
        ) -> queue::Result<Vec<Delivery>> {
            fail_first(&self.n_takes);
            self.inner.take(queue, max, wait).await
        }

        async fn ack(&self, deliveries: &[Delivery]) -> queue::Result<()> {
            self.inner.ack(deliveries).await
        }

        async fn release(&self, deliveries: &[Delivery]) -> queue::Result<()> {
            self.inner.release(deliveries).await
        }

        async fn depth(&self, queue: &str) -> queue::Result<u64> {
            self.inner.depth(queue).await
        }
    }

    /// Loops that panic are started again, and the message that they had in hand arrives.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_message_outlives_the_panic_of_its_loops() {
        let house = House::on(sqlite()).await;
        let id = accepted(house.accept(0, house.sample(0, Kind::Ceb311, 1)).await);
        let clock = SystemClock::shared();
        let shared = Arc::new(Shared {
            clock: Arc::clone(&clock),
            queue: Arc::new(Buggy {
                inner: Arc::clone(&house.shared.queue),
                n_puts: AtomicUsize::new(0),
                n_takes: AtomicUsize::new(0),
            }),
            ..house.share()
        });
        let tasks = Tasks::new(clock);
        let (stop, told) = watch::channel(false);
        let loops = start(&shared, &tasks, "test", &told);
        let mut n_turns = 0;
        loop {
            let state = house.state(0, id).await;
            if state == "settled" {
                break;
            }
            n_turns += 1;
            assert!(n_turns < 20_000, "{state}: {:?}", tasks.states());
            house.customs_box.step(256).await.unwrap();
            house.clock.advance(Duration::from_millis(50));
            tokio::task::yield_now().await;
        }
        let n_restarts: u32 = tasks.states().iter().map(|task| task.n_restarts).sum();
        assert_eq!(n_restarts, 4, "two puts and two takes panicked");
        stop.send_replace(true);
        // They wait on the clock of the test, which stands still now.
        for one in loops {
            one.abort();
        }
    }
}
