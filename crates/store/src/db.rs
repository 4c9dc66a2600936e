//! The handle that every room holds: `write` and `read`, whichever engine is below.

use crate::postgres::PgPool;
use crate::sqlite::SqlitePool;
use crate::{Error, Failure, Result, Tx, Vault, migrate, sqlite};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// Settings of the store.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite:PATH`, or `postgres://user:password@host:port/database`.
    pub url: String,
    /// PEM file with the certificate authority of PostgreSQL; when set, TLS is required.
    pub postgres_ca_file: Option<String>,
    /// Threads that write to PostgreSQL, each with its own connection (1 to 64). SQLite has one.
    pub n_writers: usize,
    /// Threads that read, each with its own connection (3 to 64): more than two shares of reads may hold.
    pub n_readers: usize,
    /// Closures that may wait for the database before callers are told to come back later.
    pub waiting_max: usize,
    /// How long SQLite waits for a lock of another process, in milliseconds.
    pub sqlite_busy_ms: u64,
    /// Largest size of the SQLite file in MiB, 0 for no limit; beyond it nothing is accepted.
    pub sqlite_mib_max: u64,
    /// Page cache of the SQLite writer in MiB.
    pub sqlite_cache_mib: u64,
    /// Free space of the disk in MiB below which the process says that it is not ready; 0 for never.
    pub free_mib_min: u64,
    /// File with the keys that seal messages and receipts before they are stored; empty for none.
    pub encryption_key_file: String,
    /// Whether nothing in this database is ever sealed, so that no key is asked for. Set by the program for
    /// databases beside the main one, never by a file.
    #[serde(skip)]
    pub is_plain: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: "sqlite:data/tongguan.db".to_owned(),
            postgres_ca_file: None,
            n_writers: 4,
            n_readers: 8,
            waiting_max: 4096,
            sqlite_busy_ms: 5000,
            sqlite_mib_max: 0,
            sqlite_cache_mib: 32,
            free_mib_min: 256,
            encryption_key_file: String::new(),
            is_plain: false,
        }
    }
}

impl Config {
    /// Whether what is stored in this database is sealed.
    pub(crate) fn is_sealing(&self) -> bool {
        !self.is_plain && !self.encryption_key_file.is_empty()
    }
}

/// The database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) engine: Engine,
}

#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Db {
    /// Opens the database and applies the migrations that are missing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached or the file cannot be made;
    /// [`Error::Fault`] for a wrong URL or a schema newer than this program; [`Error::Setting`] when
    /// the keys of `encryption_key_file` are not those of the database.
    pub fn open(config: &Config) -> Result<Self> {
        let vault = match config.is_plain {
            true => Vault::unused(),
            false => Vault::from_file(&config.encryption_key_file)?,
        };
        let engine = if let Some(path) = sqlite::path(config) {
            Engine::Sqlite(SqlitePool::open(path, config, &vault)?)
        } else if config.url.starts_with("postgres") {
            Engine::Postgres(PgPool::open(config, &vault)?)
        } else {
            return Err(Error::Fault(
                "store.url must begin with sqlite: or postgres://".to_owned(),
            ));
        };
        Ok(Self { engine })
    }

    /// Runs `f` in a transaction and answers after the commit (I1). `f` may run more than once.
    ///
    /// # Errors
    /// Whatever `f` answers, a refusal too, and the engine's; nothing is kept then.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = Work::boxed(f);
        match &self.engine {
            Engine::Sqlite(pool) => pool.submit_write(job)?,
            Engine::Postgres(pool) => pool.submit_write(job)?,
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
        E: Failure,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = Work::boxed(f);
        match &self.engine {
            Engine::Sqlite(pool) => pool.submit_read(job)?,
            Engine::Postgres(pool) => pool.submit_read(job)?,
        }
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// The engine's name, for people: `SQLite` or `PostgreSQL`.
    pub fn engine_name(&self) -> &'static str {
        match &self.engine {
            Engine::Sqlite(_) => "SQLite",
            Engine::Postgres(_) => "PostgreSQL",
        }
    }

    /// Closures that wait for the writers now; a measure of overload.
    pub fn n_waiting(&self) -> usize {
        match &self.engine {
            Engine::Sqlite(pool) => pool.n_waiting(),
            Engine::Postgres(pool) => pool.n_waiting(),
        }
    }

    /// Lets the engine count its rows anew, after a large load: it plans by these numbers.
    ///
    /// # Errors
    /// The engine's.
    pub async fn analyze(&self) -> Result<()> {
        self.write(|tx| tx.script("analyze")).await
    }

    /// What the migrations of this database are.
    ///
    /// # Errors
    /// The engine's.
    pub async fn applied(&self) -> Result<Vec<migrate::Applied>> {
        self.read(migrate::applied).await
    }
}

fn stopped() -> Error {
    Error::Fault("the database closure panicked or the store was closed".to_owned())
}

/// Why what a closure did is not kept.
pub(crate) enum Undo {
    /// The engine failed.
    Failed(Error),
    /// A rule refused: the same again would be refused again.
    Refused,
}

/// A closure on its way through the store, its answer on the way back.
pub(crate) trait Job: Send {
    /// Runs the closure; answers whether its changes may be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo>;
    /// Sends the answer; `failure` is why the commit did not happen.
    fn finish(self: Box<Self>, failure: Option<Error>);
}

struct Work<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work<T, E, F>
where
    T: Send + 'static,
    E: Failure,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn boxed(f: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (answer, receiver) = oneshot::channel();
        (
            Box::new(Self {
                f,
                result: None,
                answer,
            }),
            receiver,
        )
    }
}

impl<T, E, F> Job for Work<T, E, F>
where
    T: Send + 'static,
    E: Failure,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        // A bug in one closure must not take the writer thread down with it.
        let result = catch_unwind(AssertUnwindSafe(|| (self.f)(tx)))
            .unwrap_or_else(|_| Err(stopped().into()));
        let outcome = match &result {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure
                .store()
                .map_or(Undo::Refused, |error| Undo::Failed(error.clone()))),
        };
        self.result = Some(result);
        outcome
    }

    fn finish(self: Box<Self>, failure: Option<Error>) {
        let result = match (failure, self.result) {
            (Some(error), Some(Ok(_)) | None) => Err(error.into()),
            (_, Some(result)) => result,
            (None, None) => Err(stopped().into()),
        };
        // The caller may have gone away (a closed connection); the commit stands all the same.
        let _ = self.answer.send(result);
    }
}
