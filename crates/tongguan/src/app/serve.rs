//! The HTTP server: who may connect, and for how long he may keep us waiting.
//!
//! A connection takes a place of all and one of its address's share; whoever gets none is told so at
//! once and counted. The head of a request, the handshake of TLS and the pause between two requests
//! have a limit in time, bodies and answers a pace ([`super::pace`]). So neither silence nor dripping
//! holds a place for long, and one address never holds all.

use super::descriptors;
use super::linger::{Lingering, linger};
use super::pace::Paced;
use super::peer::Peer;
use crate::config::{HttpConfig, Pace};
use crate::roles::Process;
use anyhow::Context;
use axum::Router;
use axum::http::Request;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::clock::SharedClock;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::Service;
use web::address::{Network, network};
use web::shares::{Full, HeldShare, Holder, Shares};
use web::{Problem, codes};

/// Longest head of a request, in bytes: addresses, cookies and all.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// How long we wait when the system gives no connection, for want of descriptors or memory.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that the system keeps until they are let in.
const WAITING_MAX: u32 = 1024;

/// When a refused caller should come back.
const COME_BACK: Duration = Duration::from_secs(2);

/// Refusals that are told at once; more are only cut off.
const REFUSALS_MAX: usize = 512;

/// How long a refusal may take.
const REFUSAL_TIME: Duration = Duration::from_secs(1);

/// Takes the address of the settings, before anything else is taken. Nobody is let in yet: who comes while the process starts is
/// refused at once, and a proxy asks another node.
///
/// # Errors
/// When it cannot be bound.
pub async fn bind(listen: &str) -> anyhow::Result<TcpSocket> {
    let bind = async || {
        let mut last = std::io::Error::from(ErrorKind::InvalidInput);
        for address in tokio::net::lookup_host(listen).await? {
            let socket = match address.is_ipv4() {
                true => TcpSocket::new_v4()?,
                false => TcpSocket::new_v6()?,
            };
            // After a restart the address is free at once.
            socket.set_reuseaddr(true)?;
            match socket.bind(address) {
                Ok(()) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(last)
    };
    bind()
        .await
        .map_err(|error| crate::input::deaf(listen, &error))
}

/// Serves until the process is told to stop; answers when the last request is done.
///
/// # Errors
/// When nobody can be let in at the address, or a file of TLS not be read: then the process is told to stop.
pub async fn serve(
    process: &Process,
    socket: TcpSocket,
    router: Router,
    ready: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let http = &process.config.http;
    let begin = || {
        let listener = socket
            .listen(WAITING_MAX)
            .map_err(|error| crate::input::deaf(&http.listen, &error))?;
        let proxies = process.config.registry.trusted_proxies.clone();
        let acceptor = Acceptor::new(http, proxies.into(), router.clone())?;
        anyhow::Ok((listener.local_addr()?, listener, Arc::new(acceptor)))
    };
    // Told before the router is gone, so that what it hands its work to does not wonder.
    let begun = begin().inspect_err(|_| {
        process.stop.send_replace(true);
    });
    let (address, listener, acceptor) = begun?;
    drop(router);
    let connections = GracefulShutdown::new();
    let mut stop = process.stop.subscribe();
    ready(address);
    let clock = &process.shared.clock;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => acceptor.admit(stream, peer, connections.watcher()),
                Err(error) => failed(&error, clock).await,
            },
            // An error means that the process is ending, which is a reason to stop as well.
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    // Nobody comes in any more; who is inside gets his answer.
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = clock.sleep(Duration::from_millis(http.stop_ms_max)) => {
            tracing::warn!("some requests were still open and were cut off");
        }
    }
    Ok(())
}

/// A caller who went away again is none of our business; of anything else there will be more, so we
/// wait until something was given back.
async fn failed(error: &std::io::Error, clock: &SharedClock) {
    let is_gone = matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    );
    if !is_gone {
        ::metrics::counter!("tongguan_accept_failures_total").increment(1);
        tracing::warn!(%error, "the system gave no connection");
        clock.sleep(ACCEPT_PAUSE).await;
    }
}

/// Reads a certificate with its chain and its key, both PEM.
///
/// # Errors
/// When a file cannot be read or the two do not belong together.
fn tls(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let at = |path: &Path| format!("TLS 文件 {}", path.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| at(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| at(key))?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("证书与私钥不匹配")?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Lets callers in.
struct Acceptor {
    router: Router,
    places: Shares,
    proxies: Arc<[Network]>,
    tls: Option<TlsAcceptor>,
    http: http1::Builder,
    head_time: Duration,
    pace: Pace,
    refusal: Arc<[u8]>,
    refusals: Arc<Semaphore>,
}

impl Acceptor {
    fn new(http: &HttpConfig, proxies: Arc<[Network]>, router: Router) -> anyhow::Result<Self> {
        let tls = match (&http.tls_certificate, &http.tls_key) {
            (Some(certificate), Some(key)) => Some(tls(certificate, key)?),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!("http.tls_certificate 与 http.tls_key 须同时填写")
            }
        };
        let n_places = descriptors::connections(http.connections_max);
        let head_time = Duration::from_millis(http.head_ms_max);
        let idle_time = Duration::from_millis(http.idle_ms_max);
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(idle_time)
            .max_buf_size(HEAD_BYTES_MAX);
        Ok(Self {
            router,
            places: Shares::new("connections", n_places, http.connections_per_address_max),
            proxies,
            tls,
            http: builder,
            head_time,
            pace: http.pace(),
            refusal: refusal().into(),
            refusals: Arc::new(Semaphore::new(REFUSALS_MAX)),
        })
    }

    /// Serves a connection when there is a place for it.
    fn admit(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        let address = peer.ip().to_canonical();
        // A proxy of ours speaks for many; their requests have shares of their own.
        let place = if self.proxies.iter().any(|proxy| proxy.contains(address)) {
            self.places.try_take_for_many(1)
        } else {
            let holder = Holder::Network(network(&address.to_string()));
            self.places.try_take(&holder, 1)
        };
        match place {
            Ok(place) => {
                let acceptor = Arc::clone(self);
                tokio::spawn(async move { acceptor.serve(stream, address, place, watcher).await });
            }
            Err(full) => self.refuse(stream, full),
        }
    }

    async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        address: IpAddr,
        place: HeldShare,
        to: Watcher,
    ) {
        // Answers are small and wait for a commit: sending them at once is worth a packet.
        let _ = stream.set_nodelay(true);
        let stream = Paced::new(Lingering::new(stream, place), self.pace);
        match &self.tls {
            None => self.talk(stream, address, to).await,
            Some(tls) => {
                let shaken = tokio::time::timeout(self.head_time, tls.accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    self.talk(stream, address, to).await;
                } else {
                    ::metrics::counter!("tongguan_tls_failures_total").increment(1);
                }
            }
        }
    }

    async fn talk<S>(&self, stream: S, address: IpAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let router = self.router.clone();
        let heard = Arc::new(Notify::new());
        let first = Arc::clone(&heard);
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            heard.notify_one();
            request.extensions_mut().insert(Peer(address));
            router.clone().call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        let mut served = std::pin::pin!(watcher.watch(connection));
        // hyper has one limit for idle connections and for heads; who has not asked anything yet gets less.
        tokio::select! {
            _ = &mut served => return,
            asked = tokio::time::timeout(self.head_time, first.notified()) => if asked.is_err() {
                return;
            },
        }
        // How a caller breaks off is his business; what we answer is counted where it is made.
        let _ = served.await;
    }

    /// Tells a caller that there is no place for him, and lets go of him.
    fn refuse(&self, mut stream: TcpStream, full: Full) {
        tracing::debug!(?full, "a connection was refused");
        let refusals = Arc::clone(&self.refusals);
        let Ok(turn) = refusals.try_acquire_owned() else {
            return;
        };
        if self.tls.is_some() {
            return;
        }
        let refusal = Arc::clone(&self.refusal);
        tokio::spawn(async move {
            let refuse = async {
                stream.write_all(&refusal).await?;
                stream.shutdown().await
            };
            if let Ok(Ok(())) = tokio::time::timeout(REFUSAL_TIME, refuse).await {
                linger(stream).await;
            }
            drop(turn);
        });
    }
}

/// The answer to a caller for whom there is no place.
fn refusal() -> Vec<u8> {
    let problem = Problem::new(codes::UNAVAILABLE).detail("连接数已达上限");
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let response = problem.retry_after(COME_BACK).into_response();
    let mut text = b"HTTP/1.1 503 Service Unavailable\r\n".to_vec();
    for (name, value) in response.headers() {
        text.extend(name.as_str().as_bytes());
        text.extend(b": ");
        text.extend(value.as_bytes());
        text.extend(b"\r\n");
    }
    text.extend(
        format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )
        .bytes(),
    );
    text.extend(body);
    text
}
