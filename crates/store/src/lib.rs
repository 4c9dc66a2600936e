//! F2 存储: the only crate that knows SQL engines.
//!
//! What it does, in the order a statement meets it:
//!
//! 1. A module writes a closure over [`Tx`] and hands it to [`Db::write`] or [`Db::read`].
//! 2. On SQLite one writer thread takes every closure that is waiting and commits them together: one
//!    fsync for many callers (group commit); where one of them fails, all run again, each in a savepoint of its own. Readers
//!    have their own connections and never wait for the writer.
//! 3. On PostgreSQL a small set of threads runs each closure in its own transaction; the server
//!    groups the commits. Of several servers the one that takes writes is found, again after each failover.
//! 4. The caller's future resolves only after the commit (I1), with an [`Error`] that says whether
//!    the database is unavailable, a constraint refused, or the statement is wrong; or with the module's own
//!    [`TxFailure`], when a rule refuses: it undoes the closure as well.
//!
//! One SQL text serves both engines: `$1` placeholders, times and ids made by the application
//! ([`clock`], [`id`]), no JSON operators, no `now()`. [`Many`] writes statements over lists of
//! rows, because a round trip for each row is what makes PostgreSQL slow.
//!
//! Closures may run twice (a serialization failure is retried), so they only compute and write;
//! they do no other I/O. The modules stand from high to low: one uses only those after it. Deliberately absent: an ORM, a query builder, a generic repository, and
//! caches.

// What is done with a database as a whole.
pub mod check;
pub mod walk;

// The handle, and the engines behind it.
mod db;
mod postgres;
mod sqlite;
pub mod simulated;
pub mod compact;
mod migrate;
mod job;

// Tables of this crate.
pub mod node;
pub mod event;
mod replica;
pub mod reseal;
pub mod repack;
pub mod unreadable;
mod vault;
pub mod purge;
pub mod partition;

// Transactions and values.
mod tx;
mod outage;
mod server;
mod timeline;
mod seal;
pub mod pack;
mod value;
mod error;
mod config;

// Time, ids and background work.
pub mod task;
pub mod offload;
pub mod id;
pub mod clock;

#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use config::{SchemaCare, StoreConfig};
pub use db::Db;
pub use error::{Error, Result, TxFailure};
pub use migrate::{Applied, migrations};
pub use replica::ReplicaHealth;
pub use seal::Vault;
pub use tx::{Many, Tx};
pub use value::{Row, Value};
