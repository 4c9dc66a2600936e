//! RabbitMQ over AMQP 0-9-1.
//!
//! 1. One connection for each [`RabbitMq`], made at the first call and made again after it was
//!    lost; between failed tries the pause doubles, up to [`RabbitConfig::retry_ms_max`].
//! 2. `put` publishes persistent messages and waits for the broker's confirmation of every one
//!    (I1). They are `mandatory`: RabbitMQ confirms a message for a queue that does not exist, and
//!    only its return tells that it was thrown away.
//! 3. `take` reads from a standing consumer with a bounded prefetch, one for each queue.
//! 4. `ack` and `release` go over the channel of that consumer. When the connection was lost in
//!    between, the broker has already given the messages back, and the call says so.
//!
//! A queue that exists is used as it is, whatever its type and arguments, because operators make
//! queues too; only a missing one is made, durable and of [`RabbitConfig::queue_kind`].
//!
//! The password is part of [`RabbitConfig::url`] and appears in no text, no log and no `Debug`.

mod link;

use crate::{BATCH_MAX, BODY_BYTES_MAX, Delivery, Error, Queue, Result, check_sizes};
use async_trait::async_trait;
use bytes::Bytes;
use lapin::uri::{AMQPScheme, AMQPUri};
use link::{Link, StandingConsumer};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::clock::SharedClock;
use tokio::sync::Mutex;

/// The first pause after a failed try to connect, in milliseconds; each further one doubles.
const RETRY_MS_FIRST: u64 = 100;

/// Settings of a RabbitMQ broker.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RabbitConfig {
    /// `amqp://user:password@host:port/vhost`, or `amqps://…` for TLS; `/` as vhost is `%2f`.
    pub url: String,
    /// PEM file with the certificate authority of the broker; without it the system's are used.
    pub ca_file: Option<String>,
    /// Messages that the broker hands to one consumer before it waits for acknowledgements.
    pub prefetch: u16,
    /// Seconds between signs of life; after two without one the connection counts as lost.
    pub heartbeat_s: u16,
    /// How long a connection may take to be made, in milliseconds.
    pub connect_ms_max: u64,
    /// How long the broker may take to confirm a batch, in milliseconds.
    pub confirm_ms_max: u64,
    /// The longest pause between two tries to connect, in milliseconds.
    pub retry_ms_max: u64,
    /// What kind of queue is made where one is missing.
    pub queue_kind: RabbitQueueKind,
    /// Largest body in bytes.
    pub body_bytes_max: usize,
}

/// The kinds of durable queues that RabbitMQ has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RabbitQueueKind {
    /// Replicated, on disk before confirmed, counts deliveries; RabbitMQ 3.8 and later.
    Quorum,
    /// The older kind, for brokers without the other.
    Classic,
}

impl Default for RabbitConfig {
    fn default() -> Self {
        Self {
            url: "amqp://guest:guest@127.0.0.1:5672/%2f".to_owned(),
            ca_file: None,
            prefetch: 1000,
            heartbeat_s: 10,
            connect_ms_max: 5000,
            confirm_ms_max: 15_000,
            retry_ms_max: 10_000,
            queue_kind: RabbitQueueKind::Quorum,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }
}

impl fmt::Debug for RabbitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("rabbitmq::Config")
            .field("url", &self.place())
            .field("ca_file", &self.ca_file)
            .field("prefetch", &self.prefetch)
            .field("heartbeat_s", &self.heartbeat_s)
            .field("connect_ms_max", &self.connect_ms_max)
            .field("confirm_ms_max", &self.confirm_ms_max)
            .field("retry_ms_max", &self.retry_ms_max)
            .field("queue_kind", &self.queue_kind)
            .field("body_bytes_max", &self.body_bytes_max)
            .finish()
    }
}

impl RabbitConfig {
    /// Where the broker is, without user and password.
    pub fn place(&self) -> String {
        match self.uri() {
            Ok(uri) => format!(
                "{}://{}:{}/{}",
                uri.scheme,
                uri.authority.host,
                uri.authority.port,
                uri.vhost.trim_start_matches('/')
            ),
            Err(_) => "(not an AMQP URL)".to_owned(),
        }
    }

    fn uri(&self) -> Result<AMQPUri> {
        // The parser's own text may repeat the URL, and with it the password.
        let mut uri: AMQPUri = self
            .url
            .parse()
            .map_err(|_| Error::Fault("queue.url is not a valid AMQP URL".to_owned()))?;
        if uri.query.heartbeat.is_none() {
            uri.query.heartbeat = Some(self.heartbeat_s);
        }
        Ok(uri)
    }
}

/// A RabbitMQ broker.
pub struct RabbitMq {
    config: RabbitConfig,
    uri: AMQPUri,
    ca: Option<String>,
    clock: SharedClock,
    state: Mutex<LinkState>,
    next_term: AtomicU64,
}

#[derive(Default)]
struct LinkState {
    link: Option<Arc<Link>>,
    n_failures: u32,
    retry_at_ms: i64,
    last_failure: String,
}

impl RabbitMq {
    /// A broker by its settings; connects at the first call.
    ///
    /// # Errors
    /// [`Error::Fault`] when the URL or the file of the certificate authority cannot be read.
    pub fn new(config: RabbitConfig, clock: SharedClock) -> Result<Self> {
        let uri = config.uri()?;
        let ca = match &config.ca_file {
            Some(path) if uri.scheme == AMQPScheme::AMQPS => Some(
                std::fs::read_to_string(path)
                    .map_err(|e| Error::Fault(format!("queue.ca_file {path}: {e}")))?,
            ),
            Some(_) | None => None,
        };
        Ok(Self {
            config,
            uri,
            ca,
            clock,
            state: Mutex::default(),
            next_term: AtomicU64::new(1),
        })
    }

    /// The connection, made anew when it was lost and the pause after the last failure is over.
    async fn link(&self) -> Result<Arc<Link>> {
        let mut state = self.state.lock().await;
        if let Some(link) = &state.link
            && link.is_usable()
        {
            return Ok(Arc::clone(link));
        }
        state.link = None;
        let now_ms = self.clock.monotonic_ms();
        if now_ms < state.retry_at_ms {
            return Err(Error::Unavailable(format!(
                "{} (next try in {} ms)",
                state.last_failure,
                state.retry_at_ms - now_ms
            )));
        }
        let made = self
            .within(self.config.connect_ms_max, "connecting", self.connect())
            .await;
        match made {
            Ok(link) => {
                tracing::info!(broker = %self.config.place(), "connected to the message queue");
                let link = Arc::new(link);
                *state = LinkState {
                    link: Some(Arc::clone(&link)),
                    ..LinkState::default()
                };
                Ok(link)
            }
            Err(error) => {
                let pause_ms = RETRY_MS_FIRST
                    .saturating_mul(1 << state.n_failures.min(16))
                    .min(self.config.retry_ms_max);
                tracing::warn!(broker = %self.config.place(), %error, pause_ms, "no message queue");
                state.n_failures = state.n_failures.saturating_add(1);
                state.retry_at_ms = now_ms.saturating_add_unsigned(pause_ms);
                state.last_failure = error.to_string();
                Err(error)
            }
        }
    }

    async fn connect(&self) -> Result<Link> {
        Link::connect(self.uri.clone(), self.ca.clone())
            .await
            .map_err(|error| Error::Unavailable(error.to_string()))
    }

    /// A failure of the connection costs the connection; one of a channel only the channel.
    fn failure(link: &Link, error: &lapin::Error) -> Error {
        if error.is_amqp_soft_error() {
            return Error::Fault(error.to_string());
        }
        link.give_up();
        Error::Unavailable(error.to_string())
    }

    async fn within<T>(
        &self,
        ms: u64,
        what: &str,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        tokio::select! {
            outcome = work => outcome,
            () = self.clock.sleep(Duration::from_millis(ms)) => {
                Err(Error::Unavailable(format!("{what} took longer than {ms} ms")))
            }
        }
    }

    async fn intake(&self, link: &Link, queue: &str) -> Result<Arc<StandingConsumer>> {
        let term = self.next_term.fetch_add(1, Ordering::Relaxed);
        let opening = async {
            link.intake(queue, self.config.prefetch, term)
                .await
                .map_err(|error| Self::failure(link, &error))
        };
        self.within(self.config.connect_ms_max, "opening a consumer", opening)
            .await
    }

    /// The consumers that the deliveries came from; one that is gone has given them back already.
    async fn settle(&self, deliveries: &[Delivery], settlement: Settlement) -> Result<()> {
        let mut rest: Vec<&Delivery> = deliveries.iter().collect();
        let link = self.state.lock().await.link.clone();
        let mut lost = false;
        while let Some(first) = rest.first().copied() {
            let (same, others): (Vec<&Delivery>, Vec<&Delivery>) =
                rest.into_iter().partition(|delivery| {
                    delivery.tag.term == first.tag.term && delivery.queue == first.queue
                });
            rest = others;
            let intake = match &link {
                Some(link) => link.open_intake(&first.queue, first.tag.term).await,
                None => None,
            };
            let (Some(intake), Some(link)) = (intake, &link) else {
                lost = true;
                continue;
            };
            let tags: Vec<u64> = same.iter().map(|delivery| delivery.tag.number).collect();
            intake
                .settle(&tags, settlement)
                .await
                .map_err(|error| Self::failure(link, &error))?;
        }
        if lost {
            return Err(Error::Unavailable(
                "the connection was lost in between; the messages come again".to_owned(),
            ));
        }
        Ok(())
    }
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settlement {
    Ack,
    Release,
}

#[async_trait]
impl Queue for RabbitMq {
    fn name(&self) -> String {
        format!("RabbitMQ {}", self.config.place())
    }

    async fn declare(&self, queue: &str) -> Result<()> {
        let link = self.link().await?;
        let declaring = async {
            link.declare(queue, self.config.queue_kind)
                .await
                .map_err(|error| Self::failure(&link, &error))
        };
        self.within(self.config.connect_ms_max, "declaring", declaring)
            .await
    }

    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<()> {
        check_sizes(bodies, self.config.body_bytes_max)?;
        if bodies.is_empty() {
            return Ok(());
        }
        let link = self.link().await?;
        let publishing = async {
            link.publish(queue, bodies)
                .await
                .map_err(|error| Self::failure(&link, &error))
        };
        let put = self
            .within(self.config.confirm_ms_max, "confirming", publishing)
            .await;
        match put {
            Ok(link::Published::All) => Ok(()),
            Ok(link::Published::Returned(why)) => Err(Error::Fault(format!(
                "the broker returned a message for {queue}: {why}"
            ))),
            Ok(link::Published::Refused) => Err(Error::Unavailable(
                "the broker did not keep a message".to_owned(),
            )),
            Err(error) => {
                // A late confirmation must not be taken for that of a later batch.
                link.give_up();
                Err(error)
            }
        }
    }

    async fn take(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Delivery>> {
        let max = max.min(BATCH_MAX);
        if max == 0 {
            return Ok(Vec::new());
        }
        let end = self.clock.sleep(wait);
        let link = match self.link().await {
            Ok(link) => link,
            Err(error) => {
                // Whoever takes in a loop must not spin while the broker is away.
                end.await;
                return Err(error);
            }
        };
        let intake = self.intake(&link, queue).await?;
        let outcome = tokio::select! {
            biased;
            outcome = intake.next(max) => outcome,
            () = end => return Ok(Vec::new()),
        };
        match outcome {
            Ok(Some(deliveries)) => Ok(deliveries),
            Ok(None) => {
                link.forget_intake(queue).await;
                Err(Error::Unavailable(format!(
                    "the broker cancelled the consumer of {queue}"
                )))
            }
            Err(error) => {
                link.forget_intake(queue).await;
                Err(Self::failure(&link, &error))
            }
        }
    }

    async fn ack(&self, deliveries: &[Delivery]) -> Result<()> {
        self.settle(deliveries, Settlement::Ack).await
    }

    async fn release(&self, deliveries: &[Delivery]) -> Result<()> {
        self.settle(deliveries, Settlement::Release).await
    }

    async fn depth(&self, queue: &str) -> Result<u64> {
        let link = self.link().await?;
        let looking = async {
            link.depth(queue)
                .await
                .map_err(|error| Self::failure(&link, &error))
        };
        self.within(self.config.connect_ms_max, "looking", looking)
            .await
    }
}
