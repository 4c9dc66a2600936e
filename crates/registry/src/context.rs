//! What the modules of the registry are given: database, time, ids, randomness, the seal and the
//! settings, as arguments.

use crate::code_table::CodeTables;
use crate::config::RegistryConfig;
use crate::parameter::{Parameter, ParameterBoard};
use crate::seal::Seal;
use std::sync::Arc;
use store::clock::SharedClock;
use store::id::IdMaker;
use store::{Db, Result as StoreResult, Tx};
use web::{Problem, codes};

pub use crate::seal::RandomSecret;

/// Where randomness comes from: a test brings its own.
pub type Random = Arc<dyn Fn() -> Option<RandomSecret> + Send + Sync>;

/// What every handler and job is given (基础设施): database, time, ids, settings.
#[derive(Clone)]
pub struct AppContext {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The ids.
    pub ids: Arc<IdMaker>,
    /// Randomness.
    pub random: Random,
    /// Closes and opens what must be readable again.
    pub seal: Arc<Seal>,
    /// The settings.
    pub config: Arc<RegistryConfig>,
    /// The settings that were changed while the platform runs.
    pub parameters: Arc<ParameterBoard>,
    /// The code tables: built in, and loaded while the platform runs.
    pub code_tables: Arc<CodeTables>,
}

impl AppContext {
    /// Fresh random bytes.
    ///
    /// # Errors
    /// A fault when the machine has none.
    pub fn secret(&self) -> Result<RandomSecret, Problem> {
        (self.random)().ok_or_else(|| {
            tracing::error!("the machine has no random bytes");
            Problem::new(codes::FAULT)
        })
    }

    /// A new session or link secret as text: 43 characters of base64url.
    ///
    /// # Errors
    /// A fault when the machine has no random bytes.
    pub fn token(&self) -> Result<String, Problem> {
        Ok(crate::token_text(&self.secret()?))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The value of a parameter as it is now: what was set while the platform runs, else the
    /// program's own.
    pub fn number(&self, parameter: &Parameter) -> i64 {
        let changed = self.parameters.value(parameter);
        changed.unwrap_or_else(|| parameter.own(&self.config))
    }

    /// Runs `f` in a transaction that only reads.
    ///
    /// # Errors
    /// The problem of a fault of the store.
    pub async fn read<T, F>(&self, f: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> StoreResult<T> + Send + 'static,
    {
        Ok(self.db.read(f).await?)
    }

    /// Runs `f` in a transaction; a problem that `f` answers undoes everything in it.
    ///
    /// # Errors
    /// The problem that `f` answers, or that of a fault of the store.
    pub async fn act<T, F>(&self, f: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    {
        self.db.write(f).await
    }
}

/// What was decided, where a refusal is an answer like any other: its transaction is committed, for a refused
/// attempt leaves its traces. A refusal that undoes everything is an error instead.
#[must_use = "a refusal that nobody looks at lets everybody through"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling<T, R> {
    /// It may be.
    Granted(T),
    /// It may not be, and what was written about it stays.
    Refused(R),
}

impl<T, R> Ruling<T, R> {
    /// The same with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Ruling<U, R> {
        match self {
            Self::Granted(value) => Ruling::Granted(f(value)),
            Self::Refused(refusal) => Ruling::Refused(refusal),
        }
    }

    /// As a result, outside the transaction.
    ///
    /// # Errors
    /// The refusal.
    pub fn result(self) -> Result<T, R> {
        match self {
            Self::Granted(value) => Ok(value),
            Self::Refused(refusal) => Err(refusal),
        }
    }
}

impl<T, R> From<Result<T, R>> for Ruling<T, R> {
    fn from(result: Result<T, R>) -> Self {
        match result {
            Ok(value) => Self::Granted(value),
            Err(refusal) => Self::Refused(refusal),
        }
    }
}

/// Randomness of the operating system.
pub fn system_random() -> Random {
    Arc::new(|| {
        let mut secret = RandomSecret::default();
        getrandom::fill(&mut secret).ok().map(|()| secret)
    })
}
