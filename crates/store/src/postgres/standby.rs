//! Threads that read from a standby, and one that looks how far it is behind. What the standby
//! cannot do, the primary does.

use super::{Connection, PgPool, serve_with};
use crate::clock::{Clock, SystemClock};
use crate::job::{StoreJob, Work, spawn, stopped};
use crate::replica::{self, ReplicaHealth, ReplicaWatch};
use crate::server::Server;
use crate::{Error, Result, StoreConfig, Tx};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use std::sync::Arc;
use std::time::Duration;

/// Bytes of the name under which a process writes its numbers.
const OWNER_BYTES: usize = 16;

/// A standby that serves reads.
#[derive(Clone)]
pub(super) struct Standby {
    reads: Sender<Box<dyn StoreJob>>,
    watch: Arc<ReplicaWatch>,
    /// Ends the thread that looks, when nobody has the pool any more.
    _lives: Sender<()>,
}

impl Standby {
    /// The standby that the settings name, if they name one. `closed` is a connection to the primary that is not open.
    pub(super) fn open(
        config: &StoreConfig,
        closed: &Connection,
        primary: &Sender<Box<dyn StoreJob>>,
    ) -> Result<Option<Self>> {
        let Some(url) = config.replica_url.as_deref() else {
            return Ok(None);
        };
        let standby = Connection {
            server: Server::reading(config, url)?,
            outage: Arc::default(),
            only_reads: true,
            tries: 1,
            ..closed.without_line()
        };
        let lag_max = Duration::from_secs(config.replica_lag_max_s);
        let watch = Arc::new(ReplicaWatch::new(lag_max));
        let (reads, queue) = bounded(config.waiting_max.max(1));
        for _ in 0..config.n_readers.max(1) {
            let (queue, watch) = (queue.clone(), Arc::clone(&watch));
            let (mut connection, primary) = (standby.without_line(), primary.clone());
            spawn("store-standby", move || {
                serve_with(&mut connection, &queue, |connection, job| {
                    read(connection, &watch, job, &primary);
                });
            })?;
        }
        let (lives, ends) = bounded(0);
        let mut look = StandbyLook {
            owner: owner()?,
            watch: Arc::clone(&watch),
            primary: Connection {
                only_reads: false,
                ..closed.without_line()
            },
            standby,
        };
        spawn("store-standby-watch", move || look.run(&ends))?;
        Ok(Some(Self {
            reads,
            watch,
            _lives: lives,
        }))
    }

    pub(super) fn health(&self) -> ReplicaHealth {
        self.watch.health()
    }
}

impl PgPool {
    /// Hands a job to the standby when it may serve reads, else to the primary.
    pub(crate) fn submit_recent(&self, job: Box<dyn StoreJob>) -> Result<()> {
        let standby = self.standby.as_ref();
        let Some(standby) = standby.filter(|standby| standby.health().serves) else {
            return self.submit_read(job);
        };
        match standby.reads.try_send(job) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => self.submit_read(job),
        }
    }

    pub(crate) fn replica(&self) -> Option<ReplicaHealth> {
        self.standby.as_ref().map(Standby::health)
    }
}

/// Does a job on the standby, once, if that still serves reads: the job may have waited. Whatever fails there is done by the primary,
/// for nothing of a read is kept: the standby may be away, replay what the job reads, or stand otherwise than it should.
pub(super) fn read(
    connection: &mut Connection,
    watch: &ReplicaWatch,
    mut job: Box<dyn StoreJob>,
    primary: &Sender<Box<dyn StoreJob>>,
) {
    if watch.health().serves {
        let Err(failure) = connection.run(job.as_mut()) else {
            return job.finish(None);
        };
        if matches!(failure, Error::Unavailable(_)) {
            watch.note(None);
        }
    }
    match primary.try_send(job) {
        Ok(()) => {}
        Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => {
            job.finish(Some(Error::Unavailable(
                "the primary has too much work".to_owned(),
            )));
        }
    }
}

/// What looks at the standby.
struct StandbyLook {
    owner: String,
    watch: Arc<ReplicaWatch>,
    primary: Connection,
    standby: Connection,
}

impl StandbyLook {
    fn run(&mut self, ends: &Receiver<()>) {
        let now_ms = SystemClock.now_ms();
        let _ = ask(&mut self.primary, move |tx| {
            replica::sql::forget(tx, now_ms)
        });
        loop {
            self.look();
            if ends.recv_timeout(replica::EVERY) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    fn look(&mut self) {
        let (owner, number) = (self.owner.clone(), self.watch.number());
        let now_ms = SystemClock.now_ms();
        // What could not be written makes the standby look older, and that is all.
        let _ = ask(&mut self.primary, move |tx| {
            replica::sql::beat(tx, &owner, number, now_ms)
        });
        let owner = self.owner.clone();
        let before = self.watch.health();
        let seen = ask(&mut self.standby, move |tx| {
            replica::sql::number(tx, &owner)
        });
        self.watch.note(seen.as_ref().ok().copied().flatten());
        let after = self.watch.health();
        if before.serves != after.serves {
            note_change(after, &seen);
        }
    }
}

/// Says in the log that the standby serves reads, or why it does not.
fn note_change(health: ReplicaHealth, seen: &Result<Option<i64>>) {
    let why = match (health.serves, seen) {
        (true, _) => {
            tracing::info!("the standby serves reads");
            return;
        }
        (false, Err(error)) => format!("it is away: {error}"),
        (false, Ok(None)) => "it takes writes, so it is no standby".to_owned(),
        (false, Ok(Some(0))) => {
            "it has nothing yet that this process wrote: it is behind, or follows another primary"
                .to_owned()
        }
        (false, Ok(Some(_))) => format!("it is {} ms behind", health.lag_ms),
    };
    tracing::warn!(why, "the standby serves no reads");
}

/// Does something on a connection and waits for it.
fn ask<T, F>(connection: &mut Connection, f: F) -> Result<T>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
{
    let (mut job, answer) = Work::boxed(f);
    let failure = connection.run(job.as_mut()).err();
    job.finish(failure);
    answer.blocking_recv().unwrap_or_else(|_| Err(stopped()))
}

/// A name that no other process has.
fn owner() -> Result<String> {
    let mut bytes = [0; OWNER_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
