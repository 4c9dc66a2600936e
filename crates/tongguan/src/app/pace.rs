//! Pace (最低速率): who sends or reads more slowly than this is cut off.
//!
//! What counts is the time in which we wait for the other side: in every window of it so many bytes
//! must pass. That bounds pauses (a window without a byte) and drips (too few bytes) alike, and our own
//! delays cost nobody anything.

use super::peer::Caller;
use crate::config::Pace;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use std::future::Future;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};
use web::address::network;
use web::budget::{Budget, HeldBudget};
use web::shares::{Full, Holder};
use web::{Problem, codes};

/// Measures one direction of one connection.
struct Meter {
    pace: Pace,
    /// Time waited in this window, without the wait that is going on.
    waited: Duration,
    /// Bytes that passed in this window.
    n_bytes: u64,
    /// Since when the wait goes on.
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    fn new(pace: Pace) -> Self {
        Self {
            pace,
            waited: Duration::ZERO,
            n_bytes: 0,
            since: None,
            timer: None,
        }
    }

    /// Notes that bytes passed; answers whether that was too slow.
    fn moved(&mut self, n_bytes: u64) -> bool {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.n_bytes = self.n_bytes.saturating_add(n_bytes);
        if self.waited < self.pace.window {
            return false;
        }
        let is_slow = self.n_bytes < self.pace.bytes_min;
        (self.waited, self.n_bytes) = (Duration::ZERO, 0);
        is_slow
    }

    /// Notes that nothing passes; answers whether that is too slow, and wakes the task otherwise when
    /// it would be.
    fn waits(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            let since = *self.since.get_or_insert_with(Instant::now);
            let due = since + self.pace.window.saturating_sub(self.waited);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
            if timer.deadline() != due {
                timer.as_mut().reset(due);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return false;
            }
            if self.n_bytes < self.pace.bytes_min {
                return true;
            }
            (self.waited, self.n_bytes) = (Duration::ZERO, 0);
            self.since = None;
        }
    }
}

fn slow(what: &'static str) -> Error {
    ::metrics::counter!("tongguan_slow_transfers_total", "direction" => what).increment(1);
    Error::new(ErrorKind::TimedOut, "the other side is too slow")
}

/// A connection whose reader must keep the pace.
pub struct Paced<S> {
    stream: S,
    meter: Meter,
}

impl<S> Paced<S> {
    /// A connection with this pace.
    pub fn new(stream: S, pace: Pace) -> Self {
        Self {
            stream,
            meter: Meter::new(pace),
        }
    }

    fn judged(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<Result<usize>>,
    ) -> Poll<Result<usize>> {
        let is_slow = match &written {
            Poll::Ready(Ok(n_bytes)) => self.meter.moved(u64::try_from(*n_bytes).unwrap_or(0)),
            Poll::Ready(Err(_)) => false,
            Poll::Pending => self.meter.waits(cx),
        };
        if is_slow {
            return Poll::Ready(Err(slow("answer")));
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judged(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.judged(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Why a body was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CutOff {
    /// It did not keep the pace.
    Slow,
    /// There is no room for it.
    Full(Full),
}

/// What is known of a body on its way in, and the room for it: held until the request is answered,
/// because what was read of it is in memory until then.
struct BodyPace {
    budget: HeldBudget,
    cut: Option<CutOff>,
}

/// The body of a request, which must keep the pace and its share of memory.
struct PacedBody {
    body: Body,
    meter: Meter,
    way: Arc<Mutex<BodyPace>>,
}

impl PacedBody {
    /// Takes room for a piece, or cuts off.
    fn takes(&self, n_bytes: usize) -> std::result::Result<(), axum::Error> {
        let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        way.budget.try_add(n_bytes).map_err(|full| {
            way.cut = Some(CutOff::Full(full));
            axum::Error::new(Error::new(ErrorKind::StorageFull, "no room for the body"))
        })
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.body).poll_frame(cx);
        let is_slow = match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let n_bytes = frame.data_ref().map_or(0, Bytes::len);
                if let Err(error) = this.takes(n_bytes) {
                    return Poll::Ready(Some(Err(error)));
                }
                this.meter.moved(u64::try_from(n_bytes).unwrap_or(0))
            }
            Poll::Ready(Some(Err(_)) | None) => false,
            Poll::Pending => this.meter.waits(cx),
        };
        if is_slow {
            let mut way = this.way.lock().unwrap_or_else(PoisonError::into_inner);
            way.cut = Some(CutOff::Slow);
            return Poll::Ready(Some(Err(axum::Error::new(slow("body")))));
        }
        Poll::Ready(ready!(polled))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What holds for the bodies of all requests.
#[derive(Clone)]
pub struct Bodies {
    /// How fast they must come.
    pub pace: Pace,
    /// Room for them, by caller's network.
    pub budget: Budget,
}

/// Cuts off bodies that do not keep the pace or for which there is no room, whatever route reads them.
pub async fn bodies(State(bodies): State<Bodies>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let caller = request.extensions().get::<Caller>();
    let address = caller.map_or_else(String::new, |Caller(address)| address.to_string());
    let budget = match bodies.budget.try_begin(&Holder::Network(network(&address))) {
        Ok(budget) => budget,
        Err(full) => return closing(Problem::from(full).into_response()),
    };
    let way = Arc::new(Mutex::new(BodyPace { budget, cut: None }));
    let own = Arc::clone(&way);
    let request = request.map(|body| {
        Body::new(PacedBody {
            body,
            meter: Meter::new(bodies.pace),
            way: own,
        })
    });
    let response = next.run(request).await;
    let cut = way.lock().unwrap_or_else(PoisonError::into_inner).cut;
    match cut {
        None => response,
        Some(cut) => cut_off(response, cut),
    }
}

/// The answer to a caller whose body was cut off; the route only knows that it broke off.
fn cut_off(mut response: Response, cut: CutOff) -> Response {
    let problem = match cut {
        CutOff::Slow => Problem::new(codes::BODY_SLOW),
        CutOff::Full(full) => full.into(),
    };
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        *response.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(status);
    } else if !status.is_success() && status.as_u16() != problem.status {
        // Customs' own form of an answer stays as it is, and so does a route's own word for the same.
        response = problem.into_response();
    }
    closing(response)
}

/// An answer after which the connection is closed, because the rest of the body is on it.
fn closing(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

#[cfg(test)]
mod tests {
    use super::{BodyPace, CutOff, Pace, Paced, PacedBody};
    use axum::body::{Body, to_bytes};
    use bytes::Bytes;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::sync::mpsc;
    use web::budget::Budget;
    use web::shares::{Full, Holder};

    const PACE: Pace = Pace {
        window: Duration::from_secs(10),
        bytes_min: 100,
    };

    /// Lets the clock of the test run on; what is due in between happens in its order.
    async fn pass(seconds: u64) {
        let never = std::future::pending::<()>();
        let _ = tokio::time::timeout(Duration::from_secs(seconds), never).await;
    }

    /// A body of these pieces, with room for 8 KiB.
    fn paced(pieces: mpsc::Receiver<Bytes>) -> (Body, Arc<Mutex<BodyPace>>) {
        let budget = Budget::new("test", 16 << 10, 8 << 10);
        let budget = budget.try_begin(&Holder::Company(1)).unwrap();
        let way = Arc::new(Mutex::new(BodyPace { budget, cut: None }));
        let stream = futures_util::stream::unfold(pieces, |mut pieces| async move {
            let piece = pieces.recv().await?;
            Some((Ok::<_, std::io::Error>(piece), pieces))
        });
        let body = PacedBody {
            body: Body::from_stream(stream),
            meter: super::Meter::new(PACE),
            way: Arc::clone(&way),
        };
        (Body::new(body), way)
    }

    /// Sends pieces of these lengths, each after so many seconds; answers why it was cut off.
    async fn cut(pieces: &[(u64, usize)]) -> Option<CutOff> {
        let (sender, receiver) = mpsc::channel(1);
        let (body, way) = paced(receiver);
        let read = tokio::spawn(async move { to_bytes(body, 1 << 20).await });
        for (seconds, n_bytes) in pieces {
            tokio::task::yield_now().await;
            pass(*seconds).await;
            // Nobody receives any more when the body was cut off.
            let _ = sender.send(Bytes::from(vec![b'x'; *n_bytes])).await;
            tokio::task::yield_now().await;
        }
        drop(sender);
        let whole = read.await.unwrap();
        let cut = way.lock().unwrap().cut;
        assert_eq!(whole.is_err(), cut.is_some());
        cut
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_keeps_the_pace_or_is_cut_off() {
        assert_eq!(cut(&[(0, 5000)]).await, None);
        assert_eq!(cut(&[(9, 100), (9, 100), (9, 100)]).await, None);
        assert_eq!(cut(&[(5, 1)]).await, None, "short and within the window");
        let slow = Some(CutOff::Slow);
        assert_eq!(cut(&[(11, 5000)]).await, slow, "silence");
        assert_eq!(cut(&[(0, 5000), (9, 0), (11, 1), (11, 1)]).await, slow);
        assert_eq!(cut(&[(4, 1), (4, 1), (4, 1), (4, 1)]).await, slow, "a drip");
        let full = Some(CutOff::Full(Full::Share));
        assert_eq!(cut(&[(0, 8000), (0, 1000)]).await, full, "beyond the share");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_reads_is_cut_off() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Paced::new(ours, PACE);
        let writing = tokio::spawn(async move {
            let written = ours.write_all(&[b'x'; 2000]).await;
            written.map_err(|error| error.kind())
        });
        // As long as it is read, slowly but fast enough, nothing happens.
        let mut piece = [0; 64];
        for _ in 0..10 {
            tokio::task::yield_now().await;
            pass(5).await;
            theirs.read_exact(&mut piece).await.unwrap();
        }
        // Then nobody reads; the clock of the test runs on by itself while all wait, for a day at most.
        let day = Duration::from_secs(24 * 3600);
        let written = tokio::time::timeout(day, writing).await;
        let written = written.expect("it is cut off within a day").unwrap();
        assert_eq!(written.err(), Some(std::io::ErrorKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_not_too_slow() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Paced::new(ours, PACE);
        for _ in 0..5 {
            ours.write_all(b"a short answer").await.unwrap();
            let mut piece = [0; 14];
            theirs.read_exact(&mut piece).await.unwrap();
            pass(3600).await;
        }
    }
}
