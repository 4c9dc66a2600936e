//! F4 队列: message queues of the outside world, behind one trait.
//!
//! Companies and customs reach the platform through queues: RabbitMQ in production, the built-in
//! queue on the platform's own database on a laptop. Everything above this layer holds an
//! `Arc<dyn Queue>` and does not know which.
//!
//! What every queue promises, checked by one suite of tests:
//!
//! 1. [`Queue::put`] answers only when every message is durable (I1).
//! 2. [`Queue::take`] hands a message to one consumer at a time, in the order in which one producer
//!    put them. The message stays in the queue until [`Queue::ack`].
//! 3. A message that is not acknowledged comes again: after [`Queue::release`], after the lease has
//!    run out (built-in) or after the connection is lost (brokers).
//! 4. So delivery is at least once, and the reader makes it count once (I3).
//! 5. Bodies are bytes; nothing here looks inside them, and nothing here logs them (I8).
//!
//! Deliberately absent: topics, routing keys, delays and priorities. A lane is a queue of its own
//! (I6), and waiting is the business of the module that waits.

pub mod builtin;
pub mod rabbitmq;
mod unmade;
mod sql;
mod error;
#[cfg(test)]
mod suite;

pub use builtin::Builtin;
pub use error::{Error, Result};
pub use rabbitmq::RabbitMq;
pub use unmade::UnmadeQueue;

use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use store::Db;
use store::reseal::SealedColumn;

/// Most messages that one call of [`Queue::take`] answers.
pub const BATCH_MAX: usize = 1000;

/// The default size limit of one body: 16 MiB, twice the largest legal message in its envelope.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// A message that was taken and waits for its acknowledgement.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What the producer put, byte for byte.
    pub body: Bytes,
    /// How often it has been taken, this time included; brokers that do not count say 2 for "again".
    pub n_taken: u32,
    pub(crate) queue: Arc<str>,
    pub(crate) tag: Tag,
}

/// What the adapter needs to find the message again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag {
    /// The item's id, or the broker's delivery tag.
    pub(crate) number: u64,
    /// The end of the lease, or the number of the connection it came over.
    pub(crate) term: u64,
}

impl Delivery {
    /// The queue it was taken from.
    pub fn queue(&self) -> &str {
        &self.queue
    }
}

/// A place where messages wait; see the [crate] for what it promises.
#[async_trait]
pub trait Queue: Send + Sync + 'static {
    /// What and where this is, for people; without passwords.
    fn name(&self) -> String;

    /// Makes sure that the queue exists.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be reached; [`Error::Fault`] when it cannot be made.
    async fn declare(&self, queue: &str) -> Result<()>;

    /// Appends messages; answers when every one of them is durable. After an error some of them may
    /// be in the queue: the producer puts all of them again.
    ///
    /// # Errors
    /// [`Error::TooLarge`] before anything is put; [`Error::Unavailable`] when it must be repeated.
    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<()>;

    /// Takes up to `max` messages, in order; waits up to `wait` for the first and not for more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue cannot be reached.
    async fn take(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Delivery>>;

    /// Removes messages that were dealt with.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when that did not arrive: the messages will come again.
    async fn ack(&self, deliveries: &[Delivery]) -> Result<()>;

    /// Gives messages back at once, for this or another consumer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when that did not arrive: they come again later all the same.
    async fn release(&self, deliveries: &[Delivery]) -> Result<()>;

    /// The database in which bodies wait, and its columns whose values are sealed; nothing for a broker.
    fn sealed(&self) -> Option<(&Db, &'static [SealedColumn])> {
        None
    }

    /// Messages that wait and are not in a consumer's hands. A broker counts those that it has
    /// sent ahead to a consumer (its prefetch) as being in its hands.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue cannot be reached.
    async fn depth(&self, queue: &str) -> Result<u64>;
}

/// Refuses bodies above the limit, before anything is sent.
pub(crate) fn check_sizes(bodies: &[Bytes], body_bytes_max: usize) -> Result<()> {
    match bodies.iter().find(|body| body.len() > body_bytes_max) {
        Some(body) => Err(Error::TooLarge {
            n_bytes: body.len(),
            body_bytes_max,
        }),
        None => Ok(()),
    }
}
