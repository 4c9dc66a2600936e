//! A database in memory for the simulator of the whole exchange.
//!
//! It is SQLite with the platform's own migrations; only how a transaction gets there differs: it runs at once, on the thread of
//! the caller, so that a run with the same seed does the same. Before and after each transaction a [`StoreLine`] is asked, which
//! delays, refuses, loses the answer, or never lets a process that is dead go on. Processes that share the database have a line
//! each.
//!
//! Transactions follow each other here, as on SQLite; what two do at the same time on PostgreSQL is not seen.

use crate::job::{JobEnd, StoreJob, run_one};
use crate::tx::SqliteTx;
use crate::{Error, Result, Tx, Vault, migrate};
use rusqlite::{Connection, MAIN_DB};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Prepared statements that the connection keeps.
const STATEMENTS_MAX: usize = 512;

/// What a transaction wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreAct {
    /// Only read.
    Read,
    /// Write.
    Write,
}

/// What becomes of a transaction that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is committed.
    Kept,
    /// It is lost and runs once more before it is committed, as where a neighbour in the same commit failed, or another
    /// transaction was faster.
    Repeated,
    /// It is answered as if it were committed, and forgotten: a store that acknowledges before its commit, which the
    /// simulator must find.
    Forgotten,
}

/// What a line answers, when it lets a transaction pass.
pub type Passage<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// The way of one process to the database.
pub trait StoreLine: Send + Sync + 'static {
    /// Asked before a transaction begins; after an error nothing was done.
    fn before(&self, act: StoreAct) -> Passage<Keeping>;

    /// Asked when it has ended, before its answer arrives; an error is answered in its place, whatever was committed.
    fn after(&self, act: StoreAct) -> Passage<()>;
}

/// A migrated database as bytes, from which others are made.
pub struct StoreImage(Vec<u8>);

impl StoreImage {
    /// All migrations, and what `fill` writes.
    ///
    /// # Errors
    /// The engine's, and those of `fill`.
    pub fn migrated(fill: impl FnOnce(&mut Tx<'_>) -> Result<()>) -> Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        migrate::add_functions(&connection)?;
        let mut tx = Tx {
            engine: SqliteTx::on(&connection),
            vault: &Vault::unused(),
        };
        migrate::apply(&mut tx)?;
        fill(&mut tx)?;
        drop(tx);
        Ok(Self(connection.serialize(MAIN_DB)?.to_vec()))
    }
}

/// A database in memory, shared by the processes of a simulation.
///
/// Everything happens within one transaction that is never committed, each transaction of a process within a savepoint: so the
/// next run begins where this one began ([`SimulatedStore::begin_anew`]), with all statements prepared.
pub struct SimulatedStore {
    connection: Mutex<Connection>,
    vault: Vault,
}

impl SimulatedStore {
    /// A database that is like the image.
    ///
    /// # Errors
    /// The engine's.
    pub fn like(image: &StoreImage) -> Result<Arc<Self>> {
        let mut connection = Connection::open_in_memory()?;
        let bytes = image.0.as_slice();
        connection.deserialize_read_exact(MAIN_DB, bytes, bytes.len(), false)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "synchronous", "off")?;
        connection.pragma_update(None, "journal_mode", "memory")?;
        connection.pragma_update(None, "temp_store", "memory")?;
        run(&connection, "begin")?;
        Ok(Arc::new(Self {
            connection: Mutex::new(connection),
            vault: Vault::unused(),
        }))
    }

    /// Forgets all that was written since the database was made.
    ///
    /// # Errors
    /// The engine's.
    pub fn begin_anew(&self) -> Result<()> {
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        run(&connection, "rollback")?;
        run(&connection, "begin")
    }

    /// Runs a transaction past all lines: for what looks on from outside.
    ///
    /// # Errors
    /// The engine's, and those of `f`; nothing is kept then.
    pub fn look<T>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        run(&connection, SAVEPOINT)?;
        let done = f(&mut Tx {
            engine: SqliteTx::on(&connection),
            vault: &self.vault,
        });
        end(&connection, done.is_ok())?;
        done
    }

    fn run(&self, job: &mut dyn StoreJob, act: StoreAct, keeping: Keeping) -> Result<()> {
        let connection = self.connection.lock();
        let connection = connection.unwrap_or_else(PoisonError::into_inner);
        run(&connection, SAVEPOINT)?;
        let run_once = |job: &mut dyn StoreJob| {
            let engine = SqliteTx::plainly_on(&connection);
            run_one((engine, &self.vault), job)
        };
        if keeping == Keeping::Repeated {
            run_once(job);
            run(&connection, "rollback to one")?;
        }
        let job_end = run_once(job);
        let is_done = matches!(job_end, JobEnd::Done);
        let is_kept = is_done && act == StoreAct::Write && keeping != Keeping::Forgotten;
        end(&connection, is_kept)?;
        job_end.failure()
    }
}

/// Begins a transaction of a process.
const SAVEPOINT: &str = "savepoint one";

fn end(connection: &Connection, is_kept: bool) -> Result<()> {
    if !is_kept {
        run(connection, "rollback to one")?;
    }
    run(connection, "release one")
}

fn run(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// The database as one process reaches it.
#[derive(Clone)]
pub(crate) struct SimulatedDb {
    pub(crate) store: Arc<SimulatedStore>,
    pub(crate) line: Arc<dyn StoreLine>,
}

impl SimulatedDb {
    /// Runs the job when its line lets it pass; what the line says afterwards is the answer.
    pub(crate) async fn pass(&self, mut job: Box<dyn StoreJob>, act: StoreAct) -> Result<()> {
        let keeping = self.line.before(act).await?;
        let failure = self.store.run(job.as_mut(), act, keeping).err();
        job.finish(failure);
        self.line.after(act).await
    }
}

/// An error that a line answers when the store is away.
#[must_use]
pub fn away() -> Error {
    Error::Unavailable("the simulated store is away".to_owned())
}
