//! One run: machines, customs, companies and what goes wrong, from one seed.

use crate::life::{FaultRates, LifeLine, OpenLine, ProcessLife, Sabotage, Weather};
use crate::machine::SimulatedMachine;
use crate::people::{N_COMPANIES, samples};
use crate::proof;
use crate::surroundings::Surroundings;
use crate::time::{MachineClock, VirtualTime};
use crate::wire::{End, FaultyWire};
use crate::witness::HandedIn;
use exchange::customs::CustomsConfig;
use exchange::customs_box::{CustomsBox, CustomsBoxConfig, Delays};
use exchange::shared::TURN_MAX;
use queue::builtin::BuiltinConfig;
use queue::{Builtin, Queue};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use store::clock::SharedClock;
use store::simulated::SimulatedStore;
use store::task::Tasks;
use store::{Db, Result};
use tokio::sync::{mpsc, watch};

/// 2026-03-02 09:00 in Beijing, in milliseconds since 1970-01-01 UTC.
const BEGIN_MS: i64 = 1_772_413_200_000;

/// How long everything must come to rest after nothing goes wrong any more, in milliseconds.
const REST_MS: i64 = 75_000;

/// How often it is looked whether all is done, in milliseconds.
const LOOK_MS: i64 = 400;

/// How long a company waits for an answer, in milliseconds.
const PATIENCE_MS: i64 = 3_000;

const HOUR_MS: i64 = 3_600_000;

/// The place of customs among the processes; machines have numbers from 1.
const CUSTOMS: usize = 0;

/// What a run did and what was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedResult {
    /// Its seed.
    pub seed: u64,
    /// What must never happen and did; empty when all is well.
    pub faults: Vec<String>,
    /// Everything that was done, in order, as a number: the same for the same seed.
    pub trace: u64,
    /// Steps to the database or a queue.
    pub n_steps: u64,
    /// Declarations that companies handed in.
    pub n_messages: usize,
    /// Processes that were killed.
    pub n_killed: usize,
    /// How long it took, in virtual milliseconds.
    pub virtual_ms: i64,
}

/// Everything that a run consists of.
pub(crate) struct World {
    around: Surroundings,
    machines: Mutex<Vec<Option<Arc<SimulatedMachine>>>>,
    clocks: Vec<Arc<MachineClock>>,
    customs_life: Mutex<Option<CustomsOffice>>,
    /// Processes that were killed: nothing of them ends in an orderly way, as it would if they were dropped.
    dead: Mutex<(Vec<Arc<SimulatedMachine>>, Vec<CustomsOffice>)>,
    deaths: mpsc::UnboundedSender<usize>,
    n_killed: AtomicUsize,
    n_declaring: AtomicUsize,
    is_over: AtomicBool,
}

/// A run of customs; it ends with its `stop`.
struct CustomsOffice {
    life: Arc<ProcessLife>,
    wire: Arc<FaultyWire>,
    _stop: watch::Sender<bool>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// Panics on this thread, on which everything of a run happens.
    static N_PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Has panics counted: the platform starts again what has panicked, and nobody else would hear of it.
fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            N_PANICS.set(N_PANICS.get() + 1);
            before(panic);
        }));
    });
    N_PANICS.set(0);
}

/// Runs a seed to its end on this thread.
///
/// # Errors
/// When the databases in memory cannot be made, or no runtime.
pub(crate) fn run(seed: u64, broken: Sabotage, store: &Arc<SimulatedStore>) -> Result<SeedResult> {
    store::offload::here();
    count_panics();
    store.begin_anew()?;
    let time = VirtualTime::at(BEGIN_MS);
    let stepped = Arc::clone(&time);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .on_thread_park(move || stepped.step())
        .build();
    let runtime = runtime.map_err(|error| store::Error::Fault(error.to_string()))?;
    runtime.block_on(async {
        let (deaths, died) = mpsc::unbounded_channel();
        let world = World::new(seed, (broken, store), time, deaths);
        world.live(died).await;
        Ok(world.result(seed))
    })
}

impl World {
    fn new(
        seed: u64,
        (broken, store): (Sabotage, &Arc<SimulatedStore>),
        time: Arc<VirtualTime>,
        deaths: mpsc::UnboundedSender<usize>,
    ) -> Arc<Self> {
        let weather = Weather::new(seed, Arc::clone(&time), FaultRates::default(), broken);
        let n_machines = usize::try_from(weather.chance.between(1, 3)).unwrap_or(1);
        let clocks = (0..=n_machines)
            .map(|_| MachineClock::ahead(&time, weather.chance.between(0, 40)))
            .collect();
        let clock: SharedClock = MachineClock::ahead(&time, 0);
        let settings = BuiltinConfig {
            poll_ms: 1_000,
            ..BuiltinConfig::default()
        };
        let db = Db::simulated(store, Arc::new(OpenLine));
        Arc::new(Self {
            around: Surroundings {
                weather: Arc::new(weather),
                store: Arc::clone(store),
                queue: Arc::new(Builtin::new(db, clock, 60, settings)),
                customs: CustomsConfig::default(),
                witness: Arc::default(),
            },
            machines: Mutex::new((0..=n_machines).map(|_| None).collect()),
            clocks,
            customs_life: Mutex::default(),
            dead: Mutex::default(),
            deaths,
            n_killed: AtomicUsize::new(0),
            n_declaring: AtomicUsize::new(N_COMPANIES),
            is_over: AtomicBool::new(false),
        })
    }

    /// Everything from the first declaration until all is done, or the time is over.
    async fn live(self: &Arc<Self>, died: mpsc::UnboundedReceiver<usize>) {
        let time = Arc::clone(&self.around.weather.time);
        tokio::spawn(Arc::clone(self).keep(died));
        for name in 0..self.clocks.len() {
            tokio::spawn(Arc::clone(self).start(name));
        }
        for n in 0..N_COMPANIES {
            tokio::spawn(Arc::clone(self).declare(n));
            tokio::spawn(Arc::clone(self).read_feed(n));
        }
        self.trouble().await;
        self.around.weather.clear();
        let end = time.now_ms() + REST_MS;
        while time.now_ms() < end {
            time.sleep(LOOK_MS).await;
            if self.n_declaring.load(Ordering::Relaxed) == 0 && proof::is_at_rest(&self.around) {
                // What was on its way when everything seemed done must change nothing any more.
                time.sleep(LOOK_MS).await;
                break;
            }
        }
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn result(&self, seed: u64) -> SeedResult {
        let (trace, n_steps) = self.around.weather.trace();
        SeedResult {
            seed,
            faults: match N_PANICS.get() {
                0 => proof::faults(&self.around),
                n_panics => vec![format!("{n_panics} panics")],
            },
            trace,
            n_steps,
            n_messages: self.around.witness.seen().handed_in.len(),
            n_killed: self.n_killed.load(Ordering::Relaxed),
            virtual_ms: self.around.weather.time.now_ms() - BEGIN_MS,
        }
    }

    /// Starts again what has died, after a while.
    async fn keep(self: Arc<Self>, mut died: mpsc::UnboundedReceiver<usize>) {
        while let Some(name) = died.recv().await {
            self.n_killed.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(Arc::clone(&self).start_again(name));
        }
    }

    async fn start_again(self: Arc<Self>, name: usize) {
        let wire = match name {
            CUSTOMS => lock(&self.customs_life).take().map(|office| {
                let wire = Arc::clone(&office.wire);
                lock(&self.dead).1.push(office);
                wire
            }),
            name => {
                let mut machines = lock(&self.machines);
                let dead = machines.get_mut(name).and_then(Option::take);
                dead.map(|machine| {
                    let wire = Arc::clone(&machine.wire);
                    lock(&self.dead).0.push(machine);
                    wire
                })
            }
        };
        if let Some(wire) = wire {
            wire.hang_up().await;
        }
        let pause_ms = self.around.weather.chance.between(100, 4_000);
        self.around.weather.time.sleep(pause_ms).await;
        self.start(name).await;
    }

    /// Starts customs or a machine; tries again while the database is away.
    async fn start(self: Arc<Self>, name: usize) {
        let Some(clock) = self.clocks.get(name) else {
            return;
        };
        let life = ProcessLife::begin(&self.around.weather, Arc::clone(clock), name, &self.deaths);
        if name == CUSTOMS {
            self.open_customs(life);
            return;
        }
        while !life.is_dead() {
            match SimulatedMachine::start(&self.around, Arc::clone(&life)).await {
                Ok(machine) => {
                    if let Some(place) = lock(&self.machines).get_mut(name) {
                        *place = Some(Arc::new(machine));
                    }
                    return;
                }
                Err(_) => self.around.weather.time.sleep(200).await,
            }
        }
    }

    fn open_customs(&self, life: Arc<ProcessLife>) {
        let wire = FaultyWire::new(
            &self.around.queue,
            &life,
            End::Customs,
            &self.around.witness,
        );
        let clock: SharedClock = life.clock.clone();
        let db = Db::simulated(&self.around.store, Arc::new(LifeLine(Arc::clone(&life))));
        let settings = CustomsBoxConfig {
            delays: Delays {
                first_ms: 20,
                second_ms: 100,
                third_ms: 200,
                ..Delays::default()
            },
            poll_ms: 150,
            ..CustomsBoxConfig::default()
        };
        let settings = settings.on(&self.around.customs);
        let office = Arc::new(CustomsBox::new(
            db,
            Arc::clone(&wire) as Arc<dyn Queue>,
            Arc::clone(&clock),
            settings,
        ));
        let (stop, stopped) = watch::channel(false);
        let tasks = Tasks::new(clock);
        let running = stopped.clone();
        tasks.start("customs_box", TURN_MAX, stopped, move |pulse| {
            let (office, stopped) = (Arc::clone(&office), running.clone());
            async move {
                // Its loop is started again when it fails.
                let _ = office.run(stopped, pulse).await;
            }
        });
        *lock(&self.customs_life) = Some(CustomsOffice {
            life,
            wire,
            _stop: stop,
        });
    }

    /// A machine that runs, by chance.
    fn machine(&self) -> Option<Arc<SimulatedMachine>> {
        let machines = lock(&self.machines);
        let running: Vec<&Arc<SimulatedMachine>> = machines.iter().flatten().collect();
        let found = self.around.weather.chance.one_of(&running)?;
        Some(Arc::clone(found))
    }

    /// A company hands in what it has, one after the other, each until it is acknowledged.
    async fn declare(self: Arc<Self>, n: usize) {
        let (time, chance) = (&self.around.weather.time, &self.around.weather.chance);
        let all = samples(n);
        let n_samples = usize::try_from(chance.between(1, 3)).unwrap_or(1);
        for sample in all.iter().take(n_samples) {
            let place = {
                let mut seen = self.around.witness.seen();
                seen.handed_in.push(HandedIn {
                    company: i64::try_from(n + 1).unwrap_or(0),
                    direction: sample.direction,
                    guid: sample.guid.clone(),
                    body: sample.body.clone(),
                    acknowledged: Vec::new(),
                    n_tries: 0,
                });
                seen.handed_in.len() - 1
            };
            let mut is_again = chance.hits(1_000);
            while !self.is_over.load(Ordering::Relaxed) {
                if self.hand_in(n, place).await {
                    // Who did not hear the answer hands in once more.
                    if !std::mem::take(&mut is_again) {
                        break;
                    }
                }
                time.sleep(chance.between(20, 700)).await;
            }
            if chance.hits(5_000) {
                time.sleep(chance.between(1, 900)).await;
            }
        }
        self.n_declaring.fetch_sub(1, Ordering::Relaxed);
    }

    async fn hand_in(&self, n: usize, place: usize) -> bool {
        let Some(machine) = self.machine() else {
            return false;
        };
        let body = {
            let mut seen = self.around.witness.seen();
            let Some(one) = seen.handed_in.get_mut(place) else {
                return false;
            };
            one.n_tries += 1;
            one.body.clone()
        };
        // It goes on in the machine when the company gives up.
        let call = tokio::spawn(async move { machine.hand_in(n, body).await });
        let answer = tokio::select! {
            biased;
            answer = call => answer.ok().flatten(),
            () = self.around.weather.time.sleep(PATIENCE_MS) => None,
        };
        let Some(id) = answer else {
            return false;
        };
        let mut seen = self.around.witness.seen();
        if let Some(one) = seen.handed_in.get_mut(place)
            && !one.acknowledged.contains(&id)
        {
            one.acknowledged.push(id);
        }
        self.around.weather.note(("acknowledged", n, place, id.0));
        true
    }

    /// A company reads its feed from place to place.
    async fn read_feed(self: Arc<Self>, n: usize) {
        let company = i64::try_from(n + 1).unwrap_or(0);
        while !self.is_over.load(Ordering::Relaxed) {
            let pause_ms = self.around.weather.chance.between(200, 900);
            self.around.weather.time.sleep(pause_ms).await;
            let Some(machine) = self.machine() else {
                continue;
            };
            let after = {
                let seen = self.around.witness.seen();
                let last = seen.read.get(&company).and_then(|read| read.last());
                last.map_or(0, |(number, _, _)| *number)
            };
            let call = tokio::spawn(async move { machine.feed(n, after).await });
            let read = tokio::select! {
                biased;
                read = call => read,
                () = self.around.weather.time.sleep(PATIENCE_MS) => continue,
            };
            if let Ok(Ok(lines)) = read {
                let mut seen = self.around.witness.seen();
                seen.read.entry(company).or_default().extend(lines);
            }
        }
    }

    /// What goes wrong, for some seconds.
    async fn trouble(&self) {
        let (time, chance) = (&self.around.weather.time, &self.around.weather.chance);
        *lock(&self.around.weather.faults) = self.climate();
        let end = time.now_ms() + chance.between(800, 3_500);
        while time.now_ms() < end {
            time.sleep(chance.between(100, 1_800)).await;
            let name = usize::try_from(chance.between(0, 3)).unwrap_or(0);
            let until = time.now_ms() + chance.between(200, 3_500);
            match chance.between(0, 9) {
                0..=2 => self.kill(name),
                3 | 4 => self.pause(name),
                5 => self
                    .around
                    .weather
                    .store_away_until
                    .store(until, Ordering::Relaxed),
                6 => self
                    .around
                    .weather
                    .queue_away_until
                    .store(until, Ordering::Relaxed),
                7 | 8 if name != CUSTOMS => self.set_clock(name),
                _ => {}
            }
        }
        if chance.hits(5_000) {
            for clock in &self.clocks {
                clock.ahead_ms.store(0, Ordering::Relaxed);
            }
        }
    }

    /// How much goes wrong in this run: in some little, in some much.
    fn climate(&self) -> FaultRates {
        let rate = |most: i64| {
            let chosen = match self.around.weather.chance.between(0, 2) {
                0 => 0,
                1 => most / 4,
                _ => most,
            };
            u32::try_from(chosen).unwrap_or(0)
        };
        FaultRates {
            late: rate(200),
            refused: rate(200),
            answer_lost: rate(200),
            killed: rate(40),
            paused: rate(40),
            doubled: rate(2_000),
            unruly: rate(3_000),
        }
    }

    fn life(&self, name: usize) -> Option<Arc<ProcessLife>> {
        match name {
            CUSTOMS => {
                let office = lock(&self.customs_life);
                office.as_ref().map(|office| Arc::clone(&office.life))
            }
            name => {
                let machines = lock(&self.machines);
                let found = machines.get(name).and_then(Option::as_ref);
                found.map(|machine| Arc::clone(&machine.life))
            }
        }
    }

    fn kill(&self, name: usize) {
        if let Some(life) = self.life(name) {
            life.kill();
        }
    }

    fn pause(&self, name: usize) {
        if let Some(life) = self.life(name) {
            life.pause(self.around.weather.chance.between(500, 9_000));
        }
    }

    /// The clock of a machine jumps.
    fn set_clock(&self, name: usize) {
        let jumps = [-HOUR_MS, -1_500, 1_500, HOUR_MS];
        let by_ms = self
            .around
            .weather
            .chance
            .one_of(&jumps)
            .copied()
            .unwrap_or(0);
        if let Some(clock) = self.clocks.get(name) {
            clock.ahead_ms.fetch_add(by_ms, Ordering::Relaxed);
            self.around.weather.note(("clock", name, by_ms));
        }
    }
}
