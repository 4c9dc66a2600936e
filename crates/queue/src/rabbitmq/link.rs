//! One connection to the broker: a channel that publishes, and a channel for each consumer.
//!
//! A link is never repaired. When the connection fails it is given up, and [`super::RabbitMq`]
//! makes a new one; that way nothing can be acknowledged on a connection it did not come over.

use super::{RabbitQueueKind, Settlement};
use crate::{Delivery, Tag};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use lapin::message::Delivery as Arrival;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicNackOptions, BasicPublishOptions, BasicQosOptions,
    ConfirmSelectOptions, QueueDeclareOptions,
};
use lapin::tcp::OwnedTLSConfig;
use lapin::types::{AMQPValue, FieldTable};
use lapin::uri::AMQPUri;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties, Consumer};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;

/// Messages that are published before their confirmations are waited for.
const CONFIRM_WINDOW: usize = 256;

/// AMQP's number for a message that outlives a restart of the broker.
const PERSISTENT: u8 = 2;

/// RabbitMQ 4 throws a message away after 20 deliveries unless told otherwise; we never do.
const DELIVERY_LIMIT: i32 = i32::MAX;

/// What became of a batch.
pub(super) enum Published {
    /// Every message is durable.
    All,
    /// The broker gave one back: there is no such queue.
    Returned(String),
    /// The broker could not keep one.
    Refused,
}

pub(super) struct Link {
    connection: Connection,
    publisher: Channel,
    intakes: Mutex<HashMap<String, Arc<StandingConsumer>>>,
    given_up: AtomicBool,
}

impl Link {
    pub(super) async fn connect(uri: AMQPUri, ca: Option<String>) -> lapin::Result<Self> {
        let properties = ConnectionProperties::default().with_connection_name("tongguan".into());
        let tls = OwnedTLSConfig {
            identity: None,
            cert_chain: ca,
        };
        let runtime = lapin::runtime::default_runtime()?;
        let connection = Connection::connect_uri_with_config(uri, properties, tls, runtime).await?;
        let publisher = connection.create_channel().await?;
        publisher
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        Ok(Self {
            connection,
            publisher,
            intakes: Mutex::default(),
            given_up: AtomicBool::new(false),
        })
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.given_up.load(Ordering::Relaxed)
            && self.connection.status().connected()
            && self.publisher.status().connected()
    }

    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    pub(super) async fn declare(&self, queue: &str, kind: RabbitQueueKind) -> lapin::Result<()> {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        // A refused passive declaration closes its channel, so each has one of its own.
        let looking = self.connection.create_channel().await?;
        let found = looking
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await;
        match found {
            Ok(_) => return looking.close(200, "OK".into()).await,
            Err(error) if error.is_amqp_soft_error() => {}
            Err(error) => return Err(error),
        }
        let mut arguments = FieldTable::default();
        if kind == RabbitQueueKind::Quorum {
            arguments.insert(
                "x-queue-type".into(),
                AMQPValue::LongString("quorum".into()),
            );
            arguments.insert(
                "x-delivery-limit".into(),
                AMQPValue::LongInt(DELIVERY_LIMIT),
            );
        }
        let making = self.connection.create_channel().await?;
        making
            .queue_declare(queue.into(), QueueDeclareOptions::durable(), arguments)
            .await?;
        making.close(200, "OK".into()).await
    }

    pub(super) async fn depth(&self, queue: &str) -> lapin::Result<u64> {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let channel = self.connection.create_channel().await?;
        let found = channel
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await?;
        channel.close(200, "OK".into()).await?;
        Ok(u64::from(found.message_count()))
    }

    pub(super) async fn publish(&self, queue: &str, bodies: &[Bytes]) -> lapin::Result<Published> {
        let options = BasicPublishOptions {
            mandatory: true,
            ..BasicPublishOptions::default()
        };
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        for window in bodies.chunks(CONFIRM_WINDOW) {
            let mut confirms = Vec::with_capacity(window.len());
            for body in window {
                let confirm = self
                    .publisher
                    .basic_publish("".into(), queue.into(), options, body, properties.clone())
                    .await?;
                confirms.push(confirm);
            }
            for confirm in confirms {
                match confirm.await? {
                    Confirmation::Ack(None) => {}
                    Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
                        return Ok(Published::Returned(returned.reply_text.to_string()));
                    }
                    Confirmation::Nack(None) | Confirmation::NotRequested => {
                        return Ok(Published::Refused);
                    }
                }
            }
        }
        Ok(Published::All)
    }

    /// The consumer of a queue, opened when there is none; `term` becomes the number of a new one.
    pub(super) async fn intake(
        &self,
        queue: &str,
        prefetch: u16,
        term: u64,
    ) -> lapin::Result<Arc<StandingConsumer>> {
        let mut intakes = self.intakes.lock().await;
        if let Some(intake) = intakes.get(queue)
            && intake.channel.status().connected()
        {
            return Ok(Arc::clone(intake));
        }
        let channel = self.connection.create_channel().await?;
        channel
            .basic_qos(prefetch, BasicQosOptions::default())
            .await?;
        let consumer = channel
            .basic_consume(
                queue.into(),
                "".into(),
                BasicConsumeOptions::default(),
                FieldTable::default(),
            )
            .await?;
        let intake = Arc::new(StandingConsumer {
            queue: queue.into(),
            term,
            channel,
            consumer: Mutex::new(consumer),
            outstanding: std::sync::Mutex::default(),
            settling: Mutex::default(),
        });
        intakes.insert(queue.to_owned(), Arc::clone(&intake));
        Ok(intake)
    }

    /// The consumer that a delivery of `term` came from, if it is still open.
    pub(super) async fn open_intake(
        &self,
        queue: &str,
        term: u64,
    ) -> Option<Arc<StandingConsumer>> {
        if !self.is_usable() {
            return None;
        }
        let intakes = self.intakes.lock().await;
        let intake = intakes.get(queue)?;
        (intake.term == term && intake.channel.status().connected()).then(|| Arc::clone(intake))
    }

    pub(super) async fn forget_intake(&self, queue: &str) {
        self.intakes.lock().await.remove(queue);
    }
}

/// A standing consumer of one queue.
pub(super) struct StandingConsumer {
    queue: Arc<str>,
    term: u64,
    channel: Channel,
    consumer: Mutex<Consumer>,
    /// Tags that were handed out and not settled.
    outstanding: std::sync::Mutex<BTreeSet<u64>>,
    /// Held while frames go out: a "multiple" frame must not overtake a release of an earlier tag.
    settling: Mutex<()>,
}

impl StandingConsumer {
    /// The next messages: waits for the first, then takes what is there. Nothing is lost when the
    /// wait is abandoned, because after the first message there is no waiting.
    pub(super) async fn next(&self, max: usize) -> lapin::Result<Option<Vec<Delivery>>> {
        let mut consumer = self.consumer.lock().await;
        let Some(first) = consumer.next().await else {
            return Ok(None);
        };
        let mut deliveries = vec![self.delivery(first?)];
        while deliveries.len() < max {
            match consumer.next().now_or_never() {
                Some(Some(Ok(arrival))) => deliveries.push(self.delivery(arrival)),
                // An error or the end comes again at the next call; what we have goes out first.
                Some(Some(Err(_)) | None) | None => break,
            }
        }
        let mut outstanding = self
            .outstanding
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        outstanding.extend(deliveries.iter().map(|delivery| delivery.tag.number));
        Ok(Some(deliveries))
    }

    fn delivery(&self, arrival: Arrival) -> Delivery {
        Delivery {
            n_taken: n_taken(&arrival),
            body: Bytes::from(arrival.data),
            queue: Arc::clone(&self.queue),
            tag: Tag {
                number: arrival.delivery_tag,
                term: self.term,
            },
        }
    }

    /// Settles tags, with one frame for all that no unsettled tag precedes.
    pub(super) async fn settle(&self, tags: &[u64], settlement: Settlement) -> lapin::Result<()> {
        let _one_at_a_time = self.settling.lock().await;
        let (together, singly) = {
            let mut outstanding = self
                .outstanding
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            split(&mut outstanding, tags)
        };
        if let Some(last) = together {
            self.settle_one(last, true, settlement).await?;
        }
        for tag in singly {
            self.settle_one(tag, false, settlement).await?;
        }
        Ok(())
    }

    async fn settle_one(
        &self,
        tag: u64,
        multiple: bool,
        settlement: Settlement,
    ) -> lapin::Result<()> {
        match settlement {
            Settlement::Ack => {
                self.channel
                    .basic_ack(tag, BasicAckOptions { multiple })
                    .await
            }
            Settlement::Release => {
                let options = BasicNackOptions {
                    multiple,
                    requeue: true,
                };
                self.channel.basic_nack(tag, options).await
            }
        }
    }
}

/// Removes `tags` from `outstanding`; answers the last tag of those that stand at its beginning
/// (one "multiple" frame settles them) and the others. Tags that are not outstanding are left out:
/// settling twice would close the channel.
fn split(outstanding: &mut BTreeSet<u64>, tags: &[u64]) -> (Option<u64>, Vec<u64>) {
    let mut wanted: BTreeSet<u64> = tags
        .iter()
        .copied()
        .filter(|tag| outstanding.contains(tag))
        .collect();
    let together = outstanding
        .iter()
        .copied()
        .take_while(|tag| wanted.contains(tag))
        .last();
    for tag in &wanted {
        outstanding.remove(tag);
    }
    if let Some(last) = together {
        wanted = wanted.split_off(&(last + 1));
    }
    (together, wanted.into_iter().collect())
}

fn n_taken(arrival: &Arrival) -> u32 {
    let counted = arrival.properties.headers().as_ref().and_then(|headers| {
        match headers.inner().get("x-delivery-count")? {
            AMQPValue::LongLongInt(n) => u32::try_from(*n).ok(),
            AMQPValue::LongInt(n) => u32::try_from(*n).ok(),
            AMQPValue::LongUInt(n) => Some(*n),
            AMQPValue::ShortShortInt(n) => u32::try_from(*n).ok(),
            AMQPValue::ShortShortUInt(n) => Some(u32::from(*n)),
            AMQPValue::ShortInt(n) => u32::try_from(*n).ok(),
            AMQPValue::ShortUInt(n) => Some(u32::from(*n)),
            AMQPValue::Boolean(_)
            | AMQPValue::Float(_)
            | AMQPValue::Double(_)
            | AMQPValue::DecimalValue(_)
            | AMQPValue::ShortString(_)
            | AMQPValue::LongString(_)
            | AMQPValue::FieldArray(_)
            | AMQPValue::Timestamp(_)
            | AMQPValue::FieldTable(_)
            | AMQPValue::ByteArray(_)
            | AMQPValue::Void => None,
        }
    });
    counted
        .unwrap_or(u32::from(arrival.redelivered))
        .saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::split;
    use std::collections::BTreeSet;

    fn check(outstanding: &[u64], tags: &[u64], expected: (Option<u64>, &[u64]), left: &[u64]) {
        let mut set: BTreeSet<u64> = outstanding.iter().copied().collect();
        let (together, singly) = split(&mut set, tags);
        assert_eq!((together, singly.as_slice()), expected);
        assert_eq!(set.into_iter().collect::<Vec<_>>(), left);
    }

    #[test]
    fn one_frame_settles_what_no_unsettled_tag_precedes() {
        check(&[1, 2, 3], &[1, 2, 3], (Some(3), &[]), &[]);
        check(&[1, 2, 3], &[2, 3], (None, &[2, 3]), &[1]);
        check(&[1, 2, 4, 5], &[5, 2, 1], (Some(2), &[5]), &[4]);
        check(&[4], &[3], (None, &[]), &[4]);
        check(&[], &[], (None, &[]), &[]);
    }
}
