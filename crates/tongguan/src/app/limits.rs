//! A listener that holds at most so many connections open, with or without TLS: the rest waits in
//! the system's queue.
//!
//! With TLS the handshake is done beside the listener, with a limit of its own in time, so that a
//! slow or silent caller keeps nobody else waiting.

use anyhow::Context;
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Waker, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a caller may take for the handshake of TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections whose handshake is done and that wait to be served.
const READY_MAX: usize = 256;

/// A listener with a limit.
pub struct Limited {
    local: SocketAddr,
    ready: mpsc::Receiver<(Held, SocketAddr)>,
}

impl Limited {
    /// Limits a listener to `connections_max` open connections; speaks TLS when `tls` says how.
    ///
    /// # Errors
    /// When the listener does not know its own address.
    pub fn new(
        listener: TcpListener,
        connections_max: usize,
        tls: Option<TlsAcceptor>,
    ) -> anyhow::Result<Self> {
        let local = listener.local_addr()?;
        let (done, ready) = mpsc::channel(READY_MAX);
        let free = Arc::new(Semaphore::new(connections_max.max(1)));
        tokio::spawn(accept(listener, free, tls, done));
        Ok(Self { local, ready })
    }
}

/// Reads a certificate with its chain and its key, both PEM.
///
/// # Errors
/// When a file cannot be read or the two do not belong together.
pub fn tls(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
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

async fn accept(
    mut listener: TcpListener,
    free: Arc<Semaphore>,
    tls: Option<TlsAcceptor>,
    done: mpsc::Sender<(Held, SocketAddr)>,
) {
    loop {
        let permit = Arc::clone(&free).acquire_owned().await.ok();
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            // The server is gone, and with it the reason to listen.
            () = done.closed() => return,
        };
        // Answers are small and wait for a commit: sending them at once is worth a packet.
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls.clone() else {
            let held = Held {
                stream: Stream::Plain(stream),
                _permit: permit,
            };
            if done.send((held, address)).await.is_err() {
                return;
            }
            continue;
        };
        let done = done.clone();
        tokio::spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
            if let Ok(Ok(stream)) = shaken {
                let held = Held {
                    stream: Stream::Tls(Box::new(stream)),
                    _permit: permit,
                };
                // The server is gone: so is the connection.
                let _ = done.send((held, address)).await;
            }
        });
    }
}

impl Listener for Limited {
    type Io = Held;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // The task that accepts ends only when this listener is gone.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.local)
    }
}

/// A connection with or without TLS.
enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that gives its place back when it is closed.
pub struct Held {
    stream: Stream,
    _permit: Option<OwnedSemaphorePermit>,
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Waker<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Waker<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Waker<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Waker<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Waker<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }
}
