//! The handle that every module holds: `write` and `read`, whichever engine is below.

use crate::clock::{Clock, SystemClock};
use crate::job::{Work, stopped};
use crate::postgres::PgPool;
use crate::replica::ReplicaHealth;
use crate::simulated::{SimulatedDb, SimulatedStore, StoreAct, StoreLine};
use crate::sqlite::SqlitePool;
use crate::{Error, Result, StoreConfig, Tx, TxFailure, Vault, migrate};
use std::sync::Arc;

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) engine: EngineDb,
}

#[derive(Clone)]
pub(crate) enum EngineDb {
    Sqlite(SqlitePool),
    Postgres(PgPool),
    Simulated(SimulatedDb),
}

impl Db {
    /// Opens the database and applies the migrations that are missing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached or the file cannot be made;
    /// [`Error::Fault`] for a wrong URL or a schema newer than this program; [`Error::Setting`] when
    /// the keys of `encryption_key_file` are not those of the database.
    pub fn open(config: &StoreConfig) -> Result<Self> {
        let vault = match config.is_plain {
            true => Vault::unused(),
            false => Vault::from_file(&config.encryption_key_file)?,
        };
        let engine = if let Some(path) = config.sqlite_path() {
            EngineDb::Sqlite(SqlitePool::open(path, config, &vault)?)
        } else if config.url.starts_with("postgres") {
            let now_ms = SystemClock.now_ms();
            EngineDb::Postgres(PgPool::open(config, &vault, now_ms)?)
        } else {
            return Err(Error::Fault(
                "store.url must begin with sqlite: or postgres://".to_owned(),
            ));
        };
        Ok(Self { engine })
    }

    /// A database in memory, as the process at the end of this line reaches it.
    #[must_use]
    pub fn simulated(store: &Arc<SimulatedStore>, line: Arc<dyn StoreLine>) -> Self {
        let store = Arc::clone(store);
        Self {
            engine: EngineDb::Simulated(SimulatedDb { store, line }),
        }
    }

    /// Runs `f` in a transaction and answers after the commit (I1). `f` may run more than once.
    ///
    /// # Errors
    /// Whatever `f` answers, a refusal too, and the engine's; nothing is kept then.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxFailure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = Work::boxed(f);
        match &self.engine {
            EngineDb::Sqlite(pool) => pool.submit_write(job)?,
            EngineDb::Postgres(pool) => pool.submit_write(job)?,
            EngineDb::Simulated(db) => db.pass(job, StoreAct::Write).await?,
        }
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Runs `f` in a transaction that only reads.
    ///
    /// # Errors
    /// Whatever `f` answers, and the engine's.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxFailure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = Work::boxed(f);
        match &self.engine {
            EngineDb::Sqlite(pool) => pool.submit_read(job)?,
            EngineDb::Postgres(pool) => pool.submit_read(job)?,
            EngineDb::Simulated(db) => db.pass(job, StoreAct::Read).await?,
        }
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// As [`Db::read`], of a moment that may be some seconds ago (`store.replica_lag_max_s`): a standby does it, if there is
    /// one that keeps up. Not for what follows a write of the same person, nor for what decides anything.
    ///
    /// # Errors
    /// Whatever `f` answers, and the engine's.
    pub async fn read_recent<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: TxFailure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let EngineDb::Postgres(pool) = &self.engine else {
            return self.read(f).await;
        };
        let (job, answer) = Work::boxed(f);
        pool.submit_recent(job)?;
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// How the standby is; nothing without one.
    pub fn replica(&self) -> Option<ReplicaHealth> {
        match &self.engine {
            EngineDb::Sqlite(_) | EngineDb::Simulated(_) => None,
            EngineDb::Postgres(pool) => pool.replica(),
        }
    }

    /// The engine's name, for people: `SQLite` or `PostgreSQL`.
    pub fn engine_name(&self) -> &'static str {
        match &self.engine {
            EngineDb::Sqlite(_) | EngineDb::Simulated(_) => "SQLite",
            EngineDb::Postgres(_) => "PostgreSQL",
        }
    }

    /// At the end of a process: leaves all that was written in the file itself, so that a copy of the file alone is whole.
    ///
    /// # Errors
    /// The engine's; nothing is lost then, the log is read at the next start.
    pub async fn rest(&self) -> Result<()> {
        let EngineDb::Sqlite(pool) = &self.engine else {
            return Ok(());
        };
        let pool = pool.clone();
        let copy = tokio::task::spawn_blocking(move || SqlitePool::copy_log_back(pool.place()));
        copy.await
            .map_err(|error| Error::Fault(error.to_string()))?
    }

    /// Closures that wait for the writers now; a measure of overload.
    pub fn n_waiting(&self) -> usize {
        match &self.engine {
            EngineDb::Sqlite(pool) => pool.n_waiting(),
            EngineDb::Postgres(pool) => pool.n_waiting(),
            EngineDb::Simulated(_) => 0,
        }
    }

    /// Lets the engine count its rows anew, after a large load: it plans by these numbers.
    pub async fn analyze(&self) -> Result<()> {
        self.write(|tx| tx.script("analyze")).await
    }

    /// What the migrations of this database are.
    pub async fn applied(&self) -> Result<Vec<migrate::Applied>> {
        self.read(migrate::applied).await
    }
}
