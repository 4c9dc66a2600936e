//! Settings of the store.

use serde::{Deserialize, Serialize};

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

    /// The path of the SQLite file that the settings name, if they name one.
    pub(crate) fn sqlite_path(&self) -> Option<&str> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(path.trim_start_matches("//"))
    }
}
