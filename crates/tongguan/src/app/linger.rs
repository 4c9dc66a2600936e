//! Last words: an answer that comes before all of the request was read still reaches the caller.
//!
//! A connection that is closed with something unread takes back what was said on it. So what is still
//! on its way from the caller is read and thrown away for a moment, and only then it is closed.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use web::shares::HeldShare;

/// How long that goes on at most.
const TIME: Duration = Duration::from_secs(1);

/// Bytes that are thrown away at most.
const BYTES_MAX: u64 = 16 << 20;

/// Reads and throws away what still comes.
pub(super) async fn linger(stream: TcpStream) {
    let rest = async {
        let mut rest = stream.take(BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // Whether he is done or not: he had his moment.
    let _ = tokio::time::timeout(TIME, rest).await;
}

/// A connection with the place that it takes; both are given up together.
pub(super) struct Lingering {
    /// Taken out at the end only.
    inner: Option<(TcpStream, HeldShare)>,
    /// Whether the other side has ended, so that nothing comes any more.
    has_ended: bool,
}

impl Lingering {
    /// A connection that holds this place.
    pub(super) fn new(stream: TcpStream, place: HeldShare) -> Self {
        Self {
            inner: Some((stream, place)),
            has_ended: false,
        }
    }

    fn stream(self: Pin<&mut Self>) -> Option<Pin<&mut TcpStream>> {
        self.get_mut()
            .inner
            .as_mut()
            .map(|(stream, _)| Pin::new(stream))
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some((stream, place)) = self.inner.take() else {
            return;
        };
        if let (false, Ok(runtime)) = (self.has_ended, Handle::try_current()) {
            runtime.spawn(async move {
                linger(stream).await;
                drop(place);
            });
        }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let n_before = buffer.filled().len();
        let read = match self.as_mut().stream() {
            Some(stream) => stream.poll_read(cx, buffer),
            None => Poll::Ready(Ok(())),
        };
        self.has_ended |= match &read {
            Poll::Ready(Ok(())) => buffer.filled().len() == n_before,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        read
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        match self.stream() {
            Some(stream) => stream.poll_write(cx, bytes),
            None => Poll::Ready(Ok(0)),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        match self.stream() {
            Some(stream) => stream.poll_write_vectored(cx, slices),
            None => Poll::Ready(Ok(0)),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self.stream() {
            Some(stream) => stream.poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        match self.stream() {
            Some(stream) => stream.poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}
