//! PostgreSQL: a few threads, each with its own connection, each closure in its own transaction.
//!
//! The threads connect when work arrives and reconnect when the connection is lost; until then
//! callers are told that the database is unavailable. A serialization failure or deadlock is
//! retried here, which is why closures may run twice.

use crate::job::{StoreJob, Undo, spawn, submit};
use crate::migrate;
use crate::tx::{EngineTx, PgTx};
use crate::{Error, Result, StoreConfig, Tx, Vault};
use crossbeam_channel::{Receiver, Sender, bounded};
use postgres::{Client, NoTls, Statement};
use std::collections::HashMap;
use std::time::Duration;

/// Attempts of a transaction that loses against others.
const CONFLICT_TRIES: u32 = 5;

/// Prepared statements that a connection keeps before it forgets them all.
const STATEMENTS_MAX: usize = 512;

/// How long to wait for PostgreSQL to take a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Clone)]
pub(crate) struct PgPool {
    writes: Sender<Box<dyn StoreJob>>,
    reads: Sender<Box<dyn StoreJob>>,
}

impl PgPool {
    pub(crate) fn open(config: &StoreConfig, vault: &Vault) -> Result<Self> {
        let server = Server::from_config(config)?;
        let mut first = Connection {
            server: server.clone(),
            open: Some(server.connect()?),
            is_used: false,
            vault: vault.clone(),
        };
        first.migrate()?;
        let (writes, write_queue) = bounded(config.waiting_max.max(1));
        let (reads, read_queue) = bounded(config.waiting_max.max(1));
        let mut ready = Some(first);
        for (queue, n_threads) in [
            (write_queue, config.n_writers),
            (read_queue, config.n_readers),
        ] {
            for _ in 0..n_threads.max(1) {
                let queue: Receiver<Box<dyn StoreJob>> = queue.clone();
                let mut connection = ready.take().unwrap_or(Connection {
                    server: server.clone(),
                    open: None,
                    is_used: false,
                    vault: vault.clone(),
                });
                spawn("store-postgres", move || serve(&mut connection, &queue))?;
            }
        }
        Ok(Self { writes, reads })
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

/// Where PostgreSQL is and how to speak to it.
#[derive(Clone)]
struct Server {
    config: postgres::Config,
    tls: Option<tokio_postgres_rustls::MakeRustlsConnect>,
}

impl Server {
    fn from_config(config: &StoreConfig) -> Result<Self> {
        let mut server: postgres::Config = config
            .url
            .parse()
            .map_err(|e| Error::Fault(format!("store.url: {e}")))?;
        server
            .connect_timeout(CONNECT_TIMEOUT)
            .application_name("tongguan");
        let tls = config
            .postgres_ca_file
            .as_deref()
            .map(tls_from)
            .transpose()?;
        if tls.is_some() {
            server.ssl_mode(postgres::config::SslMode::Require);
        }
        Ok(Self {
            config: server,
            tls,
        })
    }

    fn connect(&self) -> Result<OpenConnection> {
        let client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone()),
            None => self.config.connect(NoTls),
        };
        let client = client.map_err(|error| match Error::from(error) {
            Error::Fault(text)
            | Error::Conflict(text)
            | Error::Constraint(text)
            | Error::Setting(text)
            | Error::Damaged(text)
            | Error::KeyMissing(text)
            | Error::Unavailable(text) => Error::Unavailable(text),
        })?;
        Ok(OpenConnection {
            client,
            statements: HashMap::new(),
        })
    }
}

fn tls_from(ca_file: &str) -> Result<tokio_postgres_rustls::MakeRustlsConnect> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let wrong = |why: String| Error::Fault(format!("store.postgres_ca_file {ca_file}: {why}"));
    let mut roots = rustls::RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(ca_file).map_err(|e| wrong(e.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
        roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(client))
}

struct OpenConnection {
    client: Client,
    statements: HashMap<String, Statement>,
}

struct Connection {
    server: Server,
    open: Option<OpenConnection>,
    /// Whether a thread has worked with it.
    is_used: bool,
    vault: Vault,
}

impl Connection {
    fn migrate(&mut self) -> Result<()> {
        let vault = self.vault.clone();
        let open = self.ready()?;
        let tx = open.client.transaction()?;
        let mut tx = Tx {
            engine: EngineTx::Postgres(PgTx {
                tx,
                statements: &mut open.statements,
            }),
            vault: &vault,
        };
        migrate::apply(&mut tx)?;
        commit(tx)
    }

    fn ready(&mut self) -> Result<&mut OpenConnection> {
        let open = match self.open.take() {
            Some(open) if !open.client.is_closed() => open,
            _ => self.server.connect()?,
        };
        Ok(self.open.insert(open))
    }

    /// Runs a job. A connection that was lost while it was idle is only found out when a transaction begins on
    /// it; nothing has been done then, so the job goes over a new one instead of failing.
    fn run(&mut self, job: &mut dyn StoreJob) -> Result<()> {
        let is_old = self.open.is_some();
        match self.attempt(job) {
            Err((error, false)) if is_old && error.is_unavailable() => {
                self.open = None;
                self.attempt(job).map_err(|(error, _)| error)
            }
            outcome => outcome.map_err(|(error, _)| error),
        }
    }

    /// As [`Connection::run`], over the connection that there is; the error says whether the job has begun.
    fn attempt(&mut self, job: &mut dyn StoreJob) -> std::result::Result<(), (Error, bool)> {
        let vault = self.vault.clone();
        let open = self.ready().map_err(|error| (error, false))?;
        if open.statements.len() > STATEMENTS_MAX {
            open.statements.clear();
        }
        let mut tries = 1;
        loop {
            let tx = open.client.transaction();
            let tx = tx.map_err(|error| (error.into(), tries > 1))?;
            let mut tx = Tx {
                engine: EngineTx::Postgres(PgTx {
                    tx,
                    statements: &mut open.statements,
                }),
                vault: &vault,
            };
            let outcome = match job.run(&mut tx) {
                Ok(()) => commit(tx),
                // Dropping the transaction rolls it back.
                Err(Undo::Failed(error)) => Err(error),
                Err(Undo::Refused) => return Ok(()),
            };
            match outcome {
                Err(Error::Conflict(_)) if tries < CONFLICT_TRIES => tries += 1,
                outcome => return outcome.map_err(|error| (error, true)),
            }
        }
    }
}

fn commit(tx: Tx<'_>) -> Result<()> {
    match tx.engine {
        EngineTx::Postgres(pg) => Ok(pg.tx.commit()?),
        EngineTx::Sqlite(_) => Err(Error::Fault("not a PostgreSQL transaction".to_owned())),
    }
}

fn serve(connection: &mut Connection, queue: &Receiver<Box<dyn StoreJob>>) {
    // After a panic nobody knows what the connection was in the middle of.
    if std::mem::replace(&mut connection.is_used, true) {
        connection.open = None;
    }
    while let Ok(mut job) = queue.recv() {
        let failure = connection.run(job.as_mut()).err();
        if matches!(failure, Some(Error::Unavailable(_))) {
            connection.open = None;
        }
        job.finish(failure);
    }
}
