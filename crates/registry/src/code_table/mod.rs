//! Code tables that were loaded (载入的代码表) while the platform runs, beside the built-in ones.
//!
//! A newer version is a file ([`ceb::code_table::file`]) that somebody at the machine loads; it is
//! kept whole and for ever, because a document is judged by the table of its own day. Every process
//! looks for new versions each [`LOOK`] ([`follow`]) and keeps all tables in memory ([`CodeTables`]), so
//! that judging a message costs no query. [`Standing`] is the code tables and the time at one moment: what
//! a message is judged by.

mod sql;
#[cfg(test)]
mod tests;

use crate::actor::Actor;
use crate::audit;
use crate::parameter::LOOK;
use ceb::code_table::{CodeTable, CodeTableDifference, Table, TableFault, Tables, read};
use ceb::{Profile, Terms};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use store::clock::{SharedClock, beijing_compact};
use store::task::Pulse;
use store::{Db, Result as StoreResult, Tx};
use tokio::sync::watch;

pub use sql::{LoadedVersion, list};

crate::acts! {
    /// A newer code table was loaded.
    pub LOADED = "code_table.load", "载入代码表";
}

/// Every code table of a process, as last read.
pub struct CodeTables(RwLock<CodeTableState>);

struct CodeTableState {
    tables: Arc<Tables>,
    /// Ids of the versions that were read: ids of several machines do not come in order.
    known: Vec<i64>,
}

impl Default for CodeTables {
    fn default() -> Self {
        Self(RwLock::new(CodeTableState {
            tables: Arc::new(Tables::built_in().clone()),
            known: Vec::new(),
        }))
    }
}

impl fmt::Debug for CodeTables {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CodeTables")
    }
}

impl CodeTables {
    /// The tables.
    pub fn tables(&self) -> Arc<Tables> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&state.tables)
    }

    /// What messages are judged by at this moment.
    pub fn standing(&self, now_ms: i64) -> Standing {
        Standing {
            now_ms,
            now: beijing_compact(now_ms),
            tables: self.tables(),
        }
    }

    fn known(&self) -> Vec<i64> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.known.clone()
    }

    fn take(&self, found: Vec<(i64, String)>) {
        if found.is_empty() {
            return;
        }
        let mut tables = (*self.tables()).clone();
        let mut ids = Vec::with_capacity(found.len());
        for (id, content) in found {
            ids.push(id);
            match read(&content) {
                Ok(table) => {
                    tables.add(table);
                }
                Err(faults) => {
                    let n_faults = faults.len();
                    tracing::error!(id, n_faults, "a loaded code table can no longer be read");
                }
            }
        }
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.known.extend(ids);
        state.tables = Arc::new(tables);
    }
}

/// The code tables and the time at one moment.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// The same in Beijing, `YYYYMMDDhhmmss`.
    pub now: String,
    /// The tables.
    pub tables: Arc<Tables>,
}

impl Standing {
    /// What a message is judged by.
    pub fn terms(&self, profile: Profile) -> Terms<'_> {
        Terms::new(profile).at(&self.now).with_tables(&self.tables)
    }

    /// Today in Beijing, `YYYYMMDD`.
    pub fn day(&self) -> &str {
        self.now.get(..8).unwrap_or(&self.now)
    }
}

/// Reads the versions that this process does not have yet.
///
/// # Errors
/// The engine's; the tables stay as they were.
pub async fn refresh(db: &Db, tables: &CodeTables) -> StoreResult<()> {
    let known = tables.known();
    let found = db
        .read(move |tx: &mut Tx<'_>| sql::newer(tx, &known))
        .await?;
    tables.take(found);
    Ok(())
}

/// Looks for new versions again and again until it is told to stop.
pub async fn follow(
    (db, clock): (Db, SharedClock),
    tables: Arc<CodeTables>,
    mut stop: watch::Receiver<bool>,
    pulse: Pulse,
) {
    while !*stop.borrow() {
        pulse.beat();
        if let Err(error) = refresh(&db, &tables).await {
            tracing::warn!(%error, "the code tables could not be read; those known hold");
        }
        tokio::select! {
            () = clock.sleep(LOOK) => {}
            // An error means that the sender is gone, which is a reason to stop as well.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
}

/// The built-in and the loaded tables, from the database: for commands, which live for a moment.
pub fn all(tx: &mut Tx<'_>) -> StoreResult<Tables> {
    let mut tables = Tables::built_in().clone();
    for (_, content) in sql::newer(tx, &[])? {
        if let Ok(table) = read(&content) {
            tables.add(table);
        }
    }
    Ok(tables)
}

/// Why a file is not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableRefusal {
    /// The file has faults, each with its line.
    Malformed(Vec<TableFault>),
    /// It is not newer than what is there: table and newest version.
    NotNewer(CodeTable, u32),
    /// The store failed.
    Store(store::Error),
}

store::failure!(TableRefusal);

impl From<store::Error> for TableRefusal {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// A file that may be loaded, and what it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// The table.
    pub table: Table,
    /// Version that it follows, if there is one.
    pub follows: Option<u32>,
    /// What is different.
    pub difference: CodeTableDifference,
}

/// Reads a file and compares it with what is there.
///
/// # Errors
/// Why it cannot be loaded.
pub fn compare(tables: &Tables, content: &str) -> Result<Newer, TableRefusal> {
    let table = read(content).map_err(TableRefusal::Malformed)?;
    let newest = tables.newest(table.which);
    let follows = newest.map(|newest| newest.version);
    match follows {
        Some(version) if version >= table.version => {
            Err(TableRefusal::NotNewer(table.which, version))
        }
        _ => Ok(Newer {
            difference: CodeTableDifference::between(newest, &table),
            follows,
            table,
        }),
    }
}

/// Loads a file: it holds from its own day on, and the versions before it stay.
///
/// # Errors
/// The store's, or why nothing was loaded.
pub fn load(
    tx: &mut Tx<'_>,
    id: i64,
    now_ms: i64,
    actor: &Actor,
    content: &str,
) -> Result<Newer, TableRefusal> {
    // Asked again inside the transaction: somebody may have loaded one since it was shown.
    let newer = compare(&all(tx)?, content)?;
    let table = &newer.table;
    sql::insert(tx, id, now_ms, table, content, &actor.name)?;
    let object = format!("code_table:{}", table.which.name());
    let difference = &newer.difference;
    let detail = format!(
        "{} 版本 {}，{} 起有效：新增 {}，删除 {}，变更 {}",
        table.which.chinese(),
        table.version,
        table.effective,
        difference.added.len(),
        difference.removed.len(),
        difference.changed.len()
    );
    audit::done(tx, now_ms, actor, LOADED, &object, &detail)?;
    Ok(newer)
}
