//! A machine that runs the platform: the real intake, pipeline and runner of jobs, on a database and queues that fail.

use crate::life::{LifeLine, ProcessLife, Sabotage};
use crate::people::{actor, companies};
use crate::sql;
use crate::surroundings::Surroundings;
use crate::wire::{End, FaultyWire};
use archive::config::{ArchiveConfig, RetentionConfig};
use archive::{Archive, ArchiveBase};
use bytes::Bytes;
use exchange::intake::{ArrivalOutcome, Intake, look};
use exchange::keyring::Keyring;
use exchange::message::MessageId;
use exchange::pipeline;
use exchange::shared::{Bell, Feed, Shared};
use exchange::signature::Checker;
use jobs::job::{JobFailure, LIMITS};
use jobs::runner::{self, JobContext, JobRunner};
use jobs::{Job, JobWords, Schedule};
use registry::company::Directory;
use registry::context::AppContext;
use registry::seal::Seal;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::clock::SharedClock;
use store::id::IdMaker;
use store::task::Tasks;
use tokio::sync::watch;

/// How often the simulated job is due, in milliseconds.
const JOB_EVERY_MS: i64 = 4_000;

const WORDS: JobWords = JobWords {
    name: "simulation.run",
    chinese: "模拟任务",
    english: "Simulated job",
    about: ("写入一条记录", "Writes one record"),
};

/// One run of a machine.
pub(crate) struct SimulatedMachine {
    pub(crate) life: Arc<ProcessLife>,
    pub(crate) wire: Arc<FaultyWire>,
    pub(crate) shared: Arc<Shared>,
    intake: Intake,
    /// Kept, because a process whose `stop` has no sender any more ends.
    _stop: watch::Sender<bool>,
}

impl SimulatedMachine {
    /// Starts the platform on a machine, as a process that follows a dead one under the same number.
    ///
    /// # Errors
    /// When the database cannot be reached: it is tried again.
    pub(crate) async fn start(
        around: &Surroundings,
        life: Arc<ProcessLife>,
    ) -> store::Result<Self> {
        let number = u8::try_from(life.name).unwrap_or(0);
        let db = Db::simulated(&around.store, Arc::new(LifeLine(Arc::clone(&life))));
        let clock: SharedClock = life.clock.clone();
        let ids = Arc::new(IdMaker::new(Arc::clone(&clock), number));
        let until_ms = clock.now_ms().saturating_add(store::event::AHEAD_MS);
        let newest = move |tx: &mut store::Tx<'_>| store::event::newest(tx, until_ms);
        ids.begin_after(db.read(newest).await?);
        let follow = move |tx: &mut store::Tx<'_>| {
            exchange::lane::follow(tx, number)?;
            jobs::lease::follow(tx, number)
        };
        db.write(follow).await?;
        let wire = FaultyWire::new(&around.queue, &life, End::Platform, &around.witness);
        let shared = shared(&around.customs, &db, (&clock, &ids), Arc::clone(&wire) as _)?;
        let (stop, stopped) = watch::channel(false);
        let tasks = Tasks::new(Arc::clone(&clock));
        let owner = format!("{number}.{}", ids.next());
        pipeline::start(&shared, &tasks, &owner, &stopped);
        let jobs: Arc<[Job]> = Arc::new([job(&shared.context, around.weather.broken)]);
        let context = JobContext {
            db: db.clone(),
            clock,
            ids,
            owner,
            node: number,
            n_at_once: 2,
        };
        let job_stopped = stopped.clone();
        tasks.start("jobs", runner::TURN_MAX, stopped.clone(), move |pulse| {
            let runner = JobRunner::new(context.clone(), Arc::clone(&jobs));
            runner.serve(job_stopped.clone(), pulse)
        });
        let intake = Intake::start(
            &shared.context,
            Arc::clone(&shared.accepted),
            &tasks,
            &stopped,
        );
        Ok(Self {
            life,
            wire,
            shared,
            intake,
            _stop: stop,
        })
    }

    /// A company hands in a message; answers under which id it was acknowledged, or nothing when it was not.
    pub(crate) async fn hand_in(&self, company: usize, body: Bytes) -> Option<MessageId> {
        let actor = actor(company)?;
        let id = MessageId(self.shared.ids.next());
        let arrival = look(&actor, body, id, self.shared.clock.now_ms()).ok()?;
        match self.intake.accept(arrival).await {
            Ok(ArrivalOutcome::Accepted(id) | ArrivalOutcome::Duplicate(id, _)) => Some(id),
            Ok(
                ArrivalOutcome::Conflict(_) | ArrivalOutcome::Full(_) | ArrivalOutcome::Withheld,
            )
            | Err(_) => None,
        }
    }

    /// A company reads its feed after a number: number, message and guid of each receipt.
    ///
    /// # Errors
    /// The store's.
    pub(crate) async fn feed(
        &self,
        company: usize,
        after: i64,
    ) -> store::Result<Vec<(i64, i64, String)>> {
        let Some(company) = companies().get(company) else {
            return Ok(Vec::new());
        };
        let id = company.id;
        let read = move |tx: &mut store::Tx<'_>| exchange::downlink::lines(tx, id, after, 50);
        self.shared.db.read(read).await
    }
}

fn shared(
    customs: &exchange::customs::CustomsConfig,
    db: &Db,
    (clock, ids): (&SharedClock, &Arc<IdMaker>),
    queue: Arc<dyn queue::Queue>,
) -> store::Result<Arc<Shared>> {
    let context = AppContext {
        db: db.clone(),
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
        random: Arc::new(|| Some([7; 32])),
        seal: Arc::new(Seal::new(&[9; 32])),
        config: Arc::default(),
        parameters: Arc::default(),
        code_tables: Arc::default(),
    };
    let base = ArchiveBase {
        db: db.clone(),
        database: store::StoreConfig::default(),
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
    };
    let settings = (&ArchiveConfig::default(), &RetentionConfig::default());
    let archive = Archive::new(base, Vec::new(), settings).map_err(store::Error::Fault)?;
    Ok(Arc::new(Shared {
        directory: Directory::new(db.clone(), Arc::clone(clock)),
        db: db.clone(),
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
        queue,
        customs: customs.clone(),
        keyring: Arc::new(Keyring::new(&Default::default(), clock)),
        signatures: Arc::new(Checker::new(&Default::default())),
        feed: Arc::new(Feed::default()),
        accepted: Arc::new(Bell::default()),
        checked: Arc::new(Bell::default()),
        code_tables: Arc::clone(&context.code_tables),
        context,
        archive: Arc::new(archive),
    }))
}

/// A job whose every run writes one fact, after some seconds.
fn job(context: &AppContext, broken: Sabotage) -> Job {
    let (db, clock, ids) = (
        context.db.clone(),
        Arc::clone(&context.clock),
        Arc::clone(&context.ids),
    );
    let run = move |turn: jobs::turn::JobTurn| -> jobs::job::JobFuture {
        let (db, clock, ids) = (db.clone(), Arc::clone(&clock), Arc::clone(&ids));
        Box::pin(async move {
            clock.sleep(Duration::from_millis(1_500)).await;
            let (fence, now_ms) = (turn.fence.clone(), clock.now_ms());
            let (run, number, id) = (fence.run, fence.number, ids.next());
            let note = move |tx: &mut store::Tx<'_>| {
                sql::note_run(tx, id, now_ms, (WORDS.name, run, number))
            };
            match broken {
                Sabotage::JobsWithoutFence => db.write(note).await.map_err(JobFailure::from)?,
                Sabotage::Nothing
                | Sabotage::QueueAcknowledgedFirst
                | Sabotage::StoreAcknowledgedFirst
                | Sabotage::LanesWithoutFence => fence.write(&db, note).await?,
            }
            Ok("one record".to_owned())
        })
    };
    Job {
        words: WORDS,
        schedule: Schedule::Every(JOB_EVERY_MS),
        limits: LIMITS,
        run: Arc::new(run),
    }
}
