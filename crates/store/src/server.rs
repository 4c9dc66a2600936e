//! The PostgreSQL server behind a database: the places where it may be, the one that takes writes, and whether it
//! still answers.
//!
//! `store.url` may name several places. All are asked at the same time, so that one that is silent delays nobody. Of
//! those that take writes the one with the latest [`Timeline`] is taken, else the first in the list. A server whose machine is gone is found out by TCP
//! within [`PEER_DEAD`]. One that is only silent may be busy: when a statement has had no answer for [`SILENCE`], the
//! server is asked over a second connection, and the statement is given up when that is not answered either.

use crate::error::with_cause;
use crate::timeline::Timeline;
use crate::{Error, Result, StoreConfig};
use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to accept a connection, login included, unless `connect_timeout` in the address says
/// otherwise.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// How long to wait for the other servers, once one takes writes.
const HEAD_START: Duration = Duration::from_millis(200);

/// How long a statement may be without an answer before the server is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(3);

/// How long after an answer to that question it is asked again.
const SILENCE_AGAIN: Duration = Duration::from_secs(10);

/// How long a server that lives may take to accept a connection and say so, busy as it may be.
const SIGN_OF_LIFE_MAX: Duration = Duration::from_secs(3);

/// How long a server may take to begin a transaction, which waits for nothing and nobody.
pub(crate) const BEGIN_MAX: Duration = Duration::from_secs(3);

/// How long what was sent may be without confirmation of the other side's system.
const PEER_DEAD: Duration = Duration::from_secs(5);

/// After how long without traffic the other side's system is asked for a sign of life, and how often until it counts
/// as dead.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
const KEEPALIVE_PAUSE: Duration = Duration::from_secs(2);
const KEEPALIVES_MAX: u32 = 2;

/// How long a connection may take to be closed in order, which a server that lives does at once.
const CLOSE_MAX: Duration = Duration::from_millis(100);

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where PostgreSQL may be and how to speak to it; cheap to clone.
#[derive(Clone)]
pub(crate) struct Server {
    places: Arc<[Place]>,
    tls: Option<MakeRustlsConnect>,
    /// The latest timeline that this process has seen.
    latest: Arc<Mutex<Option<Timeline>>>,
}

/// A place that takes writes.
struct ServerCandidate {
    n_place: usize,
    client: Client,
    driver: Driver,
    timeline: Option<Timeline>,
}

/// One place.
struct Place {
    /// For people: `db1.example:5432`.
    name: String,
    config: Config,
}

/// A connection, and the runtime that moves its bytes while its thread waits. The client stands first, so that it is
/// dropped first.
pub(crate) struct Open {
    pub(crate) client: Client,
    pub(crate) line: ServerLine,
    pub(crate) statements: HashMap<String, Statement>,
}

/// What one waits on for answers of a server.
pub(crate) struct ServerLine {
    /// Only taken when the line is dropped.
    runtime: Option<Runtime>,
    /// What moves the bytes; it ends when nobody holds the client any more.
    driver: Option<JoinHandle<()>>,
    server: Server,
    n_place: usize,
    pub(crate) lost: Cell<Option<Lost>>,
}

/// Why no connection to a server is of use any more, other than that this one was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It takes no writes: another one does now. Nothing that was asked of it is kept.
    ReadOnly,
    /// It gives no answer. What became of the statement is not known.
    Silent,
}

impl Server {
    /// As the settings say; a server that takes writes.
    ///
    /// # Errors
    /// [`Error::Fault`] when the address or the certificate authority cannot be read.
    pub(crate) fn from_config(config: &StoreConfig) -> Result<Self> {
        let url = ("store.url", config.url.as_str());
        Self::at(config, url, TargetSessionAttrs::ReadWrite)
    }

    /// As [`Server::from_config`], a server at `url` whether it takes writes or not.
    pub(crate) fn reading(config: &StoreConfig, url: &str) -> Result<Self> {
        let url = ("store.replica_url", url);
        Self::at(config, url, TargetSessionAttrs::Any)
    }

    fn at(
        config: &StoreConfig,
        (setting, url): (&str, &str),
        is: TargetSessionAttrs,
    ) -> Result<Self> {
        let wrong = |why: String| Error::Fault(format!("{setting}: {why}"));
        let url: Config = url.parse().map_err(|error| wrong(with_cause(&error)))?;
        let tls = config
            .postgres_ca_file
            .as_deref()
            .map(tls_from)
            .transpose()?;
        let mut places = Vec::new();
        for n in 0..url.get_hosts().len().max(url.get_hostaddrs().len()) {
            let mut place = place(&url, n).ok_or_else(|| wrong(format!("place {}", n + 1)))?;
            place.config.target_session_attrs(is);
            if tls.is_some() {
                place.config.ssl_mode(SslMode::Require);
            }
            places.push(place);
        }
        if places.is_empty() {
            return Err(wrong("names no host".to_owned()));
        }
        Ok(Self {
            places: places.into(),
            tls,
            latest: Arc::default(),
        })
    }

    /// Connects to the first place that is what it should be.
    ///
    /// # Errors
    /// [`Error::Unavailable`], with what each place has answered, when there is none.
    pub(crate) fn connect(&self) -> Result<Open> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Unavailable(format!("no connection: {error}")))?;
        // From here on the runtime is ended without waiting for a name that is still being looked up.
        let mut line = ServerLine {
            runtime: Some(runtime),
            driver: None,
            server: self.clone(),
            n_place: 0,
            lost: Cell::new(None),
        };
        let (n_place, client, driver) = line.run(async {
            let best = self.best_place().await?;
            Ok((best.n_place, best.client, tokio::spawn(best.driver)))
        })?;
        (line.n_place, line.driver) = (n_place, Some(driver));
        Ok(Open {
            client,
            line,
            statements: HashMap::new(),
        })
    }

    async fn best_place(&self) -> Result<ServerCandidate> {
        let mut tries = JoinSet::new();
        for n in 0..self.places.len() {
            let server = self.clone();
            tries.spawn(async move { (n, server.connect_to(n).await) });
        }
        let mut refusals = vec!["no answer".to_owned(); self.places.len()];
        let mut candidates = Vec::new();
        let mut deadline: Option<Instant> = None;
        let has_seen = self.latest.lock().is_ok_and(|latest| latest.is_some());
        loop {
            let next = match deadline {
                None => tries.join_next().await,
                Some(deadline) => timeout_at(deadline, tries.join_next())
                    .await
                    .unwrap_or(None),
            };
            match next {
                Some(Ok((_, Ok(candidate)))) => {
                    candidates.push(candidate);
                    // Who has seen no timeline yet hears all servers that answer in the usual time.
                    let head_start = if has_seen { HEAD_START } else { CONNECT_MAX };
                    deadline.get_or_insert(Instant::now() + head_start);
                }
                Some(Ok((n, Err(why)))) => refusals[n] = why,
                Some(Err(_)) => {}
                None => break,
            }
        }
        self.best_of(candidates, &mut refusals).ok_or_else(|| {
            let answers = self.places.iter().zip(refusals);
            let answers = answers.map(|(place, why)| format!("{}: {why}", place.name));
            Error::Unavailable(answers.collect::<Vec<_>>().join("; "))
        })
    }

    /// The candidate with the latest timeline, else the first; none that was left behind.
    fn best_of(
        &self,
        mut candidates: Vec<ServerCandidate>,
        refusals: &mut [String],
    ) -> Option<ServerCandidate> {
        candidates.sort_by_key(|one| one.n_place);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut best: Option<ServerCandidate> = None;
        for one in candidates {
            let own = one.timeline.as_ref();
            if let (Some(known), Some(own)) = (latest.as_ref(), own)
                && known.is_ahead_of(own)
            {
                refusals[one.n_place] = format!(
                    "takes writes on timeline {}, which timeline {} has followed: it must become a standby",
                    own.number(),
                    known.number()
                );
                continue;
            }
            let is_better = best.as_ref().is_none_or(|best| {
                let pair = own.zip(best.timeline.as_ref());
                pair.is_some_and(|(own, best)| own.is_ahead_of(best))
            });
            if is_better {
                best = Some(one);
            }
        }
        if let Some(timeline) = best.as_ref().and_then(|best| best.timeline.clone()) {
            *latest = Some(timeline);
        }
        best
    }

    /// Connects to one place, which must be what it should be; says why it could not.
    async fn connect_to(&self, n: usize) -> std::result::Result<ServerCandidate, String> {
        let config = &self.places[n].config;
        let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT_MAX);
        let connecting = async {
            let (client, mut driver) = match &self.tls {
                Some(tls) => {
                    let (client, connection) = config.connect(tls.clone()).await?;
                    (client, driver(connection))
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await?;
                    (client, driver(connection))
                }
            };
            let timeline = tokio::select! {
                timeline = Timeline::of(&client) => timeline,
                () = &mut driver => {
                    // It was closed at once: whoever uses it hears so.
                    driver = Box::pin(async {});
                    None
                }
            };
            Ok(ServerCandidate {
                n_place: n,
                client,
                driver,
                timeline,
            })
        };
        match timeout(limit, connecting).await {
            Ok(connected) => connected.map_err(|error: tokio_postgres::Error| with_cause(&error)),
            Err(_) => Err(format!("no answer within {} ms", limit.as_millis())),
        }
    }

    /// Whether a place answers, be it with a refusal: one that has too many connections lives.
    async fn lives(&self, n: usize) -> bool {
        let mut config = self.places[n].config.clone();
        config.target_session_attrs(TargetSessionAttrs::Any);
        let asking = async {
            match &self.tls {
                Some(tls) => config.connect(tls.clone()).await.map(|_| ()),
                None => config.connect(NoTls).await.map(|_| ()),
            }
        };
        match timeout(SIGN_OF_LIFE_MAX, asking).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => error.as_db_error().is_some(),
            Err(_) => false,
        }
    }
}

/// One place of an address that may name several.
fn place(url: &Config, n: usize) -> Option<Place> {
    let mut config = Config::new();
    let (host, address) = (url.get_hosts().get(n), url.get_hostaddrs().get(n));
    let mut name = match (host, address) {
        (Some(Host::Tcp(host)), _) if host.is_empty() => return None,
        (Some(Host::Tcp(host)), _) => {
            config.host(host);
            host.clone()
        }
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => {
            config.host_path(path);
            path.display().to_string()
        }
        (None, Some(address)) => address.to_string(),
        (None, None) => return None,
    };
    if let Some(address) = address {
        config.hostaddr(*address);
    }
    let ports = url.get_ports();
    let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
    config.port(port);
    name.push_str(&format!(":{port}"));
    if let Some(user) = url.get_user() {
        config.user(user);
    }
    if let Some(password) = url.get_password() {
        config.password(password);
    }
    if let Some(name) = url.get_dbname() {
        config.dbname(name);
    }
    if let Some(options) = url.get_options() {
        config.options(options);
    }
    if let Some(limit) = url.get_connect_timeout() {
        config.connect_timeout(*limit);
    }
    let idle = match url.get_keepalives_idle() {
        // The library's own, which means that the address says nothing.
        idle if idle == Config::new().get_keepalives_idle() => KEEPALIVE_IDLE,
        idle => idle,
    };
    config
        .application_name(url.get_application_name().unwrap_or("tongguan"))
        .ssl_mode(url.get_ssl_mode())
        .ssl_negotiation(url.get_ssl_negotiation())
        .channel_binding(url.get_channel_binding())
        .tcp_user_timeout(url.get_tcp_user_timeout().copied().unwrap_or(PEER_DEAD))
        .keepalives(url.get_keepalives())
        .keepalives_idle(idle)
        .keepalives_interval(url.get_keepalives_interval().unwrap_or(KEEPALIVE_PAUSE))
        .keepalives_retries(url.get_keepalives_retries().unwrap_or(KEEPALIVES_MAX));
    Some(Place { name, config })
}

/// What moves the bytes of a connection. What it ends with is told to those who wait for an answer.
fn driver<S, T>(connection: tokio_postgres::Connection<S, T>) -> Driver
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    Box::pin(async {
        let _ = connection.await;
    })
}

impl ServerLine {
    /// The name of the place to which it goes.
    pub(crate) fn place(&self) -> &str {
        self.server
            .places
            .get(self.n_place)
            .map_or("", |place| &place.name)
    }

    fn run<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(future),
            None => Err(Error::Unavailable("the connection was closed".to_owned())),
        }
    }

    /// Waits for an answer as long as the server lives.
    ///
    /// # Errors
    /// What the server says; [`Error::Unavailable`] when it says nothing, also when it is asked whether it lives.
    /// What became of the statement is not known then.
    pub(crate) fn wait<T>(
        &self,
        answer: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        self.run(async {
            let mut answer = std::pin::pin!(answer);
            let mut silence = SILENCE;
            loop {
                if let Ok(answer) = timeout(silence, answer.as_mut()).await {
                    return self.heard(answer);
                }
                // The answer may come while the question is on its way.
                tokio::select! {
                    biased;
                    answer = answer.as_mut() => return self.heard(answer),
                    lives = self.server.lives(self.n_place) => if !lives {
                        return Err(self.silent());
                    },
                }
                silence = SILENCE_AGAIN;
            }
        })
    }

    /// Waits for an answer that must come within `limit`.
    ///
    /// # Errors
    /// As [`ServerLine::wait`].
    pub(crate) fn wait_for<T>(
        &self,
        limit: Duration,
        answer: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        self.run(async {
            match timeout(limit, answer).await {
                Ok(answer) => self.heard(answer),
                Err(_) => Err(self.silent()),
            }
        })
    }

    /// What the answers say about the server, if it is of no use any more.
    pub(crate) fn lost(&self) -> Option<Lost> {
        self.lost.get()
    }

    fn heard<T>(&self, answer: std::result::Result<T, tokio_postgres::Error>) -> Result<T> {
        answer.map_err(|error| {
            if error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) {
                self.lost.set(Some(Lost::ReadOnly));
            }
            error.into()
        })
    }

    fn silent(&self) -> Error {
        self.lost.set(Some(Lost::Silent));
        Error::Unavailable(format!("no answer from {}", self.place()))
    }
}

impl Drop for ServerLine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // The client is gone by now, so the server hears that the connection ends.
            if let Some(driver) = self.driver.take() {
                let _ = runtime.block_on(async { timeout(CLOSE_MAX, driver).await });
            }
            // Without waiting for a name that is still being looked up.
            runtime.shutdown_background();
        }
    }
}

fn tls_from(ca_file: &str) -> Result<MakeRustlsConnect> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let wrong = |why: String| Error::Fault(format!("store.postgres_ca_file {ca_file}: {why}"));
    let mut roots = rustls::RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(ca_file).map_err(|e| wrong(e.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
        roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(client))
}

#[cfg(test)]
mod tests;
