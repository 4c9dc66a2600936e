//! The runner (任务执行器): looks for jobs that are due, and runs several at once.
//!
//! Every process looks; the claim decides who gets a job. A look reads all rows at once and writes only for what is due.
//! It also sees what people asked for: a run here that should stop is told.

mod one;

use crate::job::Job;
use crate::lease::{self, Claimer, JobClaim, JobState};
use crate::schedule::Schedule;
use crate::turn::{RunOrder, RunProgress};
use one::OneRun;
use std::sync::Arc;
use std::time::Duration;
use store::clock::SharedClock;
use store::id::IdMaker;
use store::task::Pulse;
use store::{Db, Tx};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often a process looks for due jobs.
pub const LOOK: Duration = Duration::from_secs(2);

/// A job that may go on for longer than this, in milliseconds, leaves one place to others: what customs wait for does not
/// wait behind jobs of hours.
const SHORT_MS: i64 = 300_000;

/// Longest silence of the loop.
pub const TURN_MAX: Duration = Duration::from_secs(60);

/// What the runner stands on.
#[derive(Clone)]
pub struct JobContext {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The ids of runs.
    pub ids: Arc<IdMaker>,
    /// This start of this process and no other: `3.…`.
    pub owner: String,
    /// The number of this process.
    pub node: u8,
    /// Jobs at once.
    pub n_at_once: usize,
}

/// A run of this process.
struct Running {
    name: &'static str,
    is_long: bool,
    number: i64,
    orders: watch::Sender<RunOrder>,
    task: JoinHandle<()>,
}

/// Runs the jobs of the platform that this process gets (任务执行器).
pub struct JobRunner {
    context: JobContext,
    jobs: Arc<[Job]>,
    running: Vec<Running>,
}

impl JobRunner {
    /// One that runs nothing yet.
    pub fn new(context: JobContext, jobs: Arc<[Job]>) -> Self {
        Self {
            context,
            jobs,
            running: Vec::new(),
        }
    }

    /// Makes the row of every job.
    pub async fn ensure(&self) {
        for job in self.jobs.iter() {
            if let Some(fault) = job.schedule.fault() {
                tracing::error!(job = job.name(), fault, "a job has no schedule");
            }
        }
        let (jobs, now_ms) = (Arc::clone(&self.jobs), self.context.clock.now_ms());
        let write = move |tx: &mut Tx<'_>| lease::ensure(tx, &jobs, now_ms);
        if let Err(error) = self.context.db.write(write).await {
            tracing::warn!(%error, "the rows of the jobs could not be made");
        }
    }

    /// Tells runs here what was asked for, and begins what is due; answers how many runs were begun.
    pub async fn look(&mut self) -> usize {
        self.running.retain(|one| !one.task.is_finished());
        let mut states = match self.context.db.read(lease::states).await {
            Ok(states) => states,
            Err(error) => {
                tracing::warn!(%error, "the jobs could not be read");
                return 0;
            }
        };
        let has_row = |job: &Job| states.iter().any(|state| state.name == job.name());
        if !self.jobs.iter().all(has_row) {
            self.ensure().await;
            states = self.context.db.read(lease::states).await.unwrap_or(states);
        }
        self.tell(&states);
        // Who has waited longest comes first.
        states.sort_by_key(|state| state.due_at);
        let mut n_begun = 0;
        for state in &states {
            if self.running.len() >= self.context.n_at_once {
                break;
            }
            n_begun += usize::from(self.begin_if_due(state).await);
        }
        n_begun
    }

    /// Tells the runs of this process what their rows say.
    fn tell(&self, states: &[JobState]) {
        for one in &self.running {
            let Some(state) = states.iter().find(|state| state.name == one.name) else {
                continue;
            };
            // A run that began after the rows were read has a greater number.
            if state.fence > one.number {
                one.orders.send_replace(RunOrder::Lost);
            } else if !state.cancel_asked.is_empty() && state.fence == one.number {
                one.orders.send_if_modified(|order| {
                    let is_new = *order == RunOrder::GoOn;
                    if is_new {
                        *order = RunOrder::Cancel;
                    }
                    is_new
                });
            }
        }
    }

    async fn begin_if_due(&mut self, state: &JobState) -> bool {
        let is_here = self.running.iter().any(|one| one.name == state.name);
        let job = self.jobs.iter().find(|job| job.name() == state.name);
        let now_ms = self.context.clock.now_ms();
        let Some(job) = job.filter(|_| !is_here && !lease::is_held(state, now_ms)) else {
            return false;
        };
        let n_long = self.running.iter().filter(|one| one.is_long).count();
        if job.limits.longest_ms > SHORT_MS && n_long + 1 >= self.context.n_at_once.max(2) {
            return false;
        }
        let is_far = state.due_at > job.schedule.far(now_ms);
        if is_far && !matches!(job.schedule, Schedule::Every(_)) {
            let moved = job.clone();
            let write = move |tx: &mut Tx<'_>| lease::bring_forward(tx, &moved, now_ms);
            if let Err(error) = self.context.db.write(write).await {
                tracing::warn!(%error, job = job.name(), "a job could not be brought forward");
            }
            return false;
        }
        if state.due_at > now_ms && !is_far {
            return false;
        }
        let job = job.clone();
        let Some(claim) = self.claim(&job, now_ms).await else {
            return false;
        };
        let (orders, heard) = watch::channel(RunOrder::GoOn);
        let (name, number) = (job.name(), claim.fence.number);
        let is_long = job.limits.longest_ms > SHORT_MS;
        let run = OneRun {
            db: self.context.db.clone(),
            clock: Arc::clone(&self.context.clock),
            job,
            claim,
            orders: heard,
            progress: Arc::new(RunProgress::default()),
        };
        let task = tokio::spawn(run.go());
        self.running.push(Running {
            name,
            is_long,
            number,
            orders,
            task,
        });
        true
    }

    async fn claim(&self, job: &Job, now_ms: i64) -> Option<JobClaim> {
        let who = Claimer {
            owner: self.context.owner.clone(),
            node: self.context.node,
            run: self.context.ids.next(),
            now_ms,
        };
        let wanted = job.clone();
        let write = move |tx: &mut Tx<'_>| lease::claim(tx, &wanted, &who);
        match self.context.db.write(write).await {
            Ok(claim) => claim,
            Err(error) => {
                tracing::warn!(%error, job = job.name(), "a job could not be claimed");
                None
            }
        }
    }

    /// Waits for the runs of this process.
    pub async fn settle(&mut self) {
        for one in self.running.drain(..) {
            if let Err(error) = one.task.await {
                tracing::error!(%error, job = one.name, "the run of a job ended badly");
            }
        }
    }

    /// Tells the runs of this process to stop, and waits until their leases are given back.
    pub async fn stop(&mut self) {
        for one in &self.running {
            one.orders.send_replace(RunOrder::Stop);
        }
        self.settle().await;
    }

    /// Runs jobs until it is told to stop.
    pub async fn serve(mut self, mut stop: watch::Receiver<bool>, pulse: Pulse) {
        self.ensure().await;
        while !*stop.borrow() {
            pulse.beat();
            self.look().await;
            let clock = Arc::clone(&self.context.clock);
            tokio::select! {
                biased;
                () = clock.sleep(LOOK) => {}
                // An error means that the process is ending, which is a reason to stop as well.
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        self.stop().await;
    }
}
