//! PostgreSQL: a few threads, each with its own connection, each closure in its own transaction.
//!
//! The threads connect when work arrives and reconnect when the connection is lost; while no server takes writes,
//! callers are told that the database is unavailable ([`DatabaseOutage`]). Any failure that says so costs the connection, and
//! the statements prepared on it.
//!
//! A closure is run again when it is certain that nothing of it is kept: after a serialization failure or a deadlock,
//! when no transaction could be begun, and when the server says that it takes no writes any more. When a connection is
//! lost later, nobody knows what became of the transaction, and its caller is told so.

mod standby;

use self::standby::Standby;
use crate::event;
use crate::job::{StoreJob, Undo, spawn, submit};
use crate::migrate;
use crate::outage::DatabaseOutage;
use crate::partition;
use crate::server::{BEGIN_MAX, Lost, Open, Server};
use crate::tx::{EngineTx, PgTx};
use crate::{Error, Result, StoreConfig, Tx, Vault};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::time::Instant;
use tokio_postgres::IsolationLevel;

/// Attempts of a transaction that loses against others.
const CONFLICT_TRIES: u32 = 5;

/// Prepared statements that a connection keeps before it forgets them all.
const STATEMENTS_MAX: usize = 512;

/// What every connection asks of the server's planner. Statements are short and prepared once: to compile one, or to start
/// processes for it, costs more than to run it, and the planner does either when it overestimates a large table.
const SETTINGS: &str = "set jit = off; set max_parallel_workers_per_gather = 0";

/// What connections that write ask besides: their statements find rows by keys, so one plan serves all values, and to plan
/// anew for each partition of a table costs more than to run it.
const SETTINGS_OF_WRITERS: &str = "set plan_cache_mode = force_generic_plan";

#[derive(Clone)]
pub(crate) struct PgPool {
    writes: Sender<Box<dyn StoreJob>>,
    reads: Sender<Box<dyn StoreJob>>,
    standby: Option<Standby>,
}

impl PgPool {
    pub(crate) fn open(config: &StoreConfig, vault: &Vault, now_ms: i64) -> Result<Self> {
        let mut first = Connection {
            server: Server::from_config(config)?,
            outage: Arc::default(),
            open: None,
            is_used: false,
            only_reads: false,
            tries: CONFLICT_TRIES,
            vault: vault.clone(),
        };
        first.migrate(now_ms, config)?;
        let (writes, write_queue) = bounded(config.waiting_max.max(1));
        let (reads, read_queue) = bounded(config.waiting_max.max(1));
        let closed = first.without_line();
        let mut ready = Some(first);
        for (queue, n_threads, only_reads) in [
            (write_queue, config.n_writers, false),
            (read_queue, config.n_readers, true),
        ] {
            for _ in 0..n_threads.max(1) {
                let queue: Receiver<Box<dyn StoreJob>> = queue.clone();
                let mut connection = ready.take().unwrap_or_else(|| closed.without_line());
                connection.only_reads = only_reads;
                spawn("store-postgres", move || serve(&mut connection, &queue))?;
            }
        }
        let standby = Standby::open(config, &closed, &reads)?;
        Ok(Self {
            writes,
            reads,
            standby,
        })
    }

    pub(crate) fn submit_write(&self, job: Box<dyn StoreJob>) -> Result<()> {
        submit(&self.writes, job)
    }

    pub(crate) fn submit_read(&self, job: Box<dyn StoreJob>) -> Result<()> {
        submit(&self.reads, job)
    }

    pub(crate) fn n_waiting(&self) -> usize {
        self.writes.len()
    }
}

struct Connection {
    server: Server,
    /// What all connections to the server know together.
    outage: Arc<DatabaseOutage>,
    /// What is open, and in which generation of connections it was made.
    open: Option<(Open, u64)>,
    /// Whether a thread has worked with it.
    is_used: bool,
    /// Whether its transactions see one moment of the database and change nothing.
    only_reads: bool,
    /// Attempts of a job of which nothing is kept; with one alone, another server does it.
    tries: u32,
    vault: Vault,
}

/// One connection, on which large tables are divided: never another one, for it has the lock of those who do.
pub(crate) struct OpenSteps<'a> {
    open: &'a mut Open,
    vault: Vault,
}

impl partition::Steps for OpenSteps<'_> {
    fn step<T>(&mut self, mut f: impl FnMut(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut tx = begin(self.open, &self.vault, false)?;
        match f(&mut tx) {
            Ok(answer) => commit(tx).map(|()| answer),
            Err(error) => {
                undo(tx);
                Err(error)
            }
        }
    }

    fn alone(&mut self, statement: &str) -> Result<()> {
        let Open { client, line, .. } = &*self.open;
        line.wait(client.batch_execute(statement))
    }
}

/// Does steps on a database of which nobody has a handle, over a connection of its own.
#[cfg(test)]
pub(crate) fn with_steps<T>(
    config: &StoreConfig,
    f: impl FnOnce(&mut OpenSteps<'_>) -> T + Send,
) -> T
where
    T: Send,
{
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let server = Server::from_config(config).expect("settings");
            let mut open = server.connect().expect("a connection");
            f(&mut OpenSteps {
                open: &mut open,
                vault: Vault::unused(),
            })
        });
        run.join().expect("steps that do not panic")
    })
}

/// How far a job came that failed.
enum Progress {
    /// Nowhere: there is no connection.
    NotConnected,
    /// Nothing of it is kept, and another connection may do better.
    NotKept,
    /// It has begun.
    Begun,
}

impl Connection {
    fn without_line(&self) -> Self {
        Self {
            server: self.server.clone(),
            outage: Arc::clone(&self.outage),
            open: None,
            is_used: false,
            only_reads: self.only_reads,
            tries: self.tries,
            vault: self.vault.clone(),
        }
    }

    fn migrate(&mut self, now_ms: i64, config: &StoreConfig) -> Result<()> {
        let vault = self.vault.clone();
        let open = self.ready()?;
        let mut tx = begin(open, &vault, false)?;
        if !migrate::open(&mut tx, config.schema, &config.place())? {
            return commit(tx);
        }
        event::mend_base(&mut tx)?;
        commit(tx)?;
        let mut steps = OpenSteps { open, vault };
        partition::divide(&mut steps, now_ms, event::AHEAD_MS)
    }

    fn ready(&mut self) -> Result<&mut Open> {
        let generation = self.outage.generation();
        let usable = self
            .open
            .take()
            .filter(|(open, made_in)| *made_in == generation && !open.client.is_closed());
        let open = match usable {
            Some(usable) => usable,
            None => (self.connect()?, generation),
        };
        Ok(&mut self.open.insert(open).0)
    }

    fn connect(&self) -> Result<Open> {
        let leave = self.outage.enter(Instant::now())?;
        let connected = self.server.connect().and_then(|open| self.set_up(open));
        let now = Instant::now();
        match &connected {
            Ok(open) => leave.succeeded(now, open.line.place()),
            Err(error) => {
                let mut chance = [0];
                // Without chance processes come at the same moment, which they survive.
                let _ = getrandom::fill(&mut chance);
                leave.failed(now, error, chance[0]);
            }
        }
        connected
    }

    fn set_up(&self, open: Open) -> Result<Open> {
        let settings = match self.only_reads {
            true => SETTINGS.to_owned(),
            false => format!("{SETTINGS}; {SETTINGS_OF_WRITERS}"),
        };
        open.line
            .wait_for(BEGIN_MAX, open.client.batch_execute(&settings))?;
        Ok(open)
    }

    /// Closes what is open; when the whole server is of no use any more, the other connections to it are not used again
    /// either.
    fn close(&mut self, why: &Error) {
        if let Some((open, made_in)) = self.open.take()
            && open.line.lost().is_some()
        {
            let place = open.line.place();
            self.outage.leave_server(made_in, place, &why.to_string());
        }
    }

    /// As [`Connection::close`] after a closure that passed over what the server said.
    fn close_if_lost(&mut self) {
        if self
            .open
            .as_ref()
            .is_some_and(|(open, _)| open.line.lost().is_some())
        {
            self.close(&Error::Unavailable("a closure was told so".to_owned()));
        }
    }

    /// Runs a job. That a connection was lost while it was idle, or that its server takes no writes any more, is only
    /// found out by a job, of which nothing is kept then: it goes over a new connection instead of failing.
    fn run(&mut self, job: &mut dyn StoreJob) -> Result<()> {
        let Err((error, progress)) = self.attempt(job) else {
            self.close_if_lost();
            return Ok(());
        };
        if !matches!(error, Error::Unavailable(_)) {
            return Err(error);
        }
        self.close(&error);
        if !matches!(progress, Progress::NotKept) || self.tries <= 1 {
            return Err(error);
        }
        self.attempt(job).map_err(|(error, _)| {
            if matches!(error, Error::Unavailable(_)) {
                self.close(&error);
            }
            error
        })
    }

    /// As [`Connection::run`], over the connection that there is; the error says how far the job came.
    fn attempt(&mut self, job: &mut dyn StoreJob) -> std::result::Result<(), (Error, Progress)> {
        let (vault, only_reads, tries_max) = (self.vault.clone(), self.only_reads, self.tries);
        let open = self
            .ready()
            .map_err(|error| (error, Progress::NotConnected))?;
        if open.statements.len() > STATEMENTS_MAX {
            open.statements.clear();
        }
        let mut tries = 1;
        loop {
            let mut tx =
                begin(open, &vault, only_reads).map_err(|error| (error, Progress::NotKept))?;
            let outcome = match job.run(&mut tx) {
                Ok(()) => commit(tx),
                Err(Undo::Failed(error)) => {
                    undo(tx);
                    Err(error)
                }
                Err(Undo::Refused) => {
                    undo(tx);
                    return Ok(());
                }
            };
            match outcome {
                Err(Error::Conflict(_)) if tries < tries_max => tries += 1,
                // A read that writes is a fault of ours, and no reason to look for another server.
                Err(error) if only_reads && open.line.lost() == Some(Lost::ReadOnly) => {
                    open.line.lost.set(None);
                    let why = Error::Fault(format!("a read writes: {error}"));
                    return Err((why, Progress::Begun));
                }
                Err(error) if open.line.lost() == Some(Lost::ReadOnly) => {
                    return Err((error, Progress::NotKept));
                }
                outcome => return outcome.map_err(|error| (error, Progress::Begun)),
            }
        }
    }
}

/// A transaction that only reads sees one moment, so that a page and its total fit, as on SQLite.
fn begin<'a>(open: &'a mut Open, vault: &'a Vault, only_reads: bool) -> Result<Tx<'a>> {
    let begun = open.client.build_transaction();
    let begun = match only_reads {
        true => begun
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true),
        // Said nothing of, so that a server that takes no writes says so when one is tried.
        false => begun,
    };
    let tx = begun.start();
    Ok(Tx {
        engine: EngineTx::Postgres(PgTx {
            tx: open.line.wait_for(BEGIN_MAX, tx)?,
            line: &open.line,
            statements: &mut open.statements,
            spoilt: None,
        }),
        vault,
    })
}

fn commit(tx: Tx<'_>) -> Result<()> {
    let EngineTx::Postgres(pg) = tx.engine else {
        return Err(Error::Fault("not a PostgreSQL transaction".to_owned()));
    };
    match pg.spoilt {
        // A closure that passed over a failure must not be told that what it did is kept.
        Some(error) => {
            let _ = pg.line.wait(pg.tx.rollback());
            Err(error)
        }
        None => pg.line.wait(pg.tx.commit()),
    }
}

/// Rolls back. When that fails, the connection is lost, and with it what was done.
fn undo(tx: Tx<'_>) {
    if let EngineTx::Postgres(pg) = tx.engine
        && !matches!(pg.spoilt, Some(Error::Unavailable(_)))
    {
        let _ = pg.line.wait(pg.tx.rollback());
    }
}

fn serve(connection: &mut Connection, queue: &Receiver<Box<dyn StoreJob>>) {
    serve_with(connection, queue, |connection, mut job| {
        let failure = connection.run(job.as_mut()).err();
        job.finish(failure);
    });
}

/// Hands each job to `work`, which finishes it.
fn serve_with(
    connection: &mut Connection,
    queue: &Receiver<Box<dyn StoreJob>>,
    work: impl Fn(&mut Connection, Box<dyn StoreJob>),
) {
    // After a panic nobody knows what the connection was in the middle of.
    if std::mem::replace(&mut connection.is_used, true) {
        connection.open = None;
    }
    while let Ok(job) = queue.recv() {
        work(connection, job);
    }
}

#[cfg(test)]
mod tests;
