//! The built-in durable queue (内置队列): what RabbitMQ does in production, on the database.
//!
//! 1. `put` writes all messages of a call in one transaction.
//! 2. `take` claims the oldest messages that nobody leases, and leases them for
//!    [`BuiltinConfig::lease_ms`]; the claim is safe for any number of consumers and processes on one
//!    database.
//! 3. `ack` deletes them. A consumer that dies lets its lease run out, and the messages come again. The
//!    process that follows it under its number gives them back at once ([`Builtin::follow`]), so that they
//!    come before those that were put later.
//!
//! Consumers of this process that wait are woken by `put` and `release`; those of other processes
//! look every [`BuiltinConfig::poll_ms`]. All waiting is done on the clock that was passed in.
//!
//! A message whose body no key opens (damaged on the disk) would come first for ever and stop the queue. It is
//! set aside as it is, under the name of its queue with ` aside` behind it, counted and reported; the others go on.
//! So is one that still has no body when it is taken for the third time.
//!
//! An acknowledgement that comes after the lease has run out still removes the message: the work
//! was done, and doing it a third time helps nobody. A release in that case does nothing.

#[cfg(test)]
mod tests;

use crate::sql::{self, Claimed, ClaimedItems, UnreadableItem};
use crate::{BATCH_MAX, BODY_BYTES_MAX, Delivery, Queue, Result, Tag, check_sizes};
use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Db;
use store::clock::SharedClock;
use store::id::IdMaker;
use store::pack::{ENVELOPE, PackDictionary, Packed};
use store::reseal::SealedColumn;
use tokio::sync::Notify;

/// What is sealed of this module.
const SEALED: &[SealedColumn] = &[SealedColumn {
    table: "queue_body",
    column: "body",
    key: ("id", None),
    is_text: false,
}];

/// How often an item without a body is taken before it is set aside.
const BODILESS_TAKEN: i64 = 3;

/// How often a claim is repeated at once when other consumers were faster.
const CLAIM_TRIES: u32 = 8;

/// Settings of the built-in queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BuiltinConfig {
    /// How long a consumer may work on a message before it is given to another, in milliseconds.
    pub lease_ms: u64,
    /// How often a waiting consumer looks for messages of other processes, in milliseconds.
    pub poll_ms: u64,
    /// Largest body in bytes.
    pub body_bytes_max: usize,
}

impl Default for BuiltinConfig {
    fn default() -> Self {
        Self {
            lease_ms: 60_000,
            poll_ms: 100,
            body_bytes_max: BODY_BYTES_MAX,
        }
    }
}

/// A queue on the platform's own database.
pub struct Builtin {
    db: Db,
    clock: SharedClock,
    ids: IdMaker,
    node: u8,
    config: BuiltinConfig,
    bells: Mutex<HashMap<Arc<str>, Arc<Notify>>>,
}

impl Builtin {
    /// A queue on `db`. Processes that share a database have different `node` numbers, 0 to 63.
    pub fn new(db: Db, clock: SharedClock, node: u8, config: BuiltinConfig) -> Self {
        Self {
            db,
            ids: IdMaker::new(Arc::clone(&clock), node),
            node,
            clock,
            config,
            bells: Mutex::default(),
        }
    }

    /// Makes only ids after those of the messages that wait, so that they keep their order when the
    /// clock was set back meanwhile.
    pub async fn begin_after_what_waits(&self) -> Result<()> {
        self.ids.begin_after(self.db.read(sql::newest).await?);
        Ok(())
    }

    /// Gives back at once what the process before this one had taken under the same number; answers how
    /// many messages. For a process that has claimed its number, before it takes anything: then the one
    /// before is dead.
    pub async fn follow(&self) -> Result<u64> {
        let node = self.node;
        Ok(self.db.write(move |tx| sql::free(tx, node)).await?)
    }

    /// The name as it is shared by deliveries, and the bell that `put` rings for waiters.
    fn bell(&self, queue: &str) -> (Arc<str>, Arc<Notify>) {
        let mut bells = lock(&self.bells);
        if let Some((name, bell)) = bells.get_key_value(queue) {
            return (Arc::clone(name), Arc::clone(bell));
        }
        let name: Arc<str> = queue.into();
        let bell = Arc::new(Notify::new());
        bells.insert(Arc::clone(&name), Arc::clone(&bell));
        (name, bell)
    }

    fn lease_until(&self, now_ms: i64) -> i64 {
        now_ms.saturating_add(i64::try_from(self.config.lease_ms.max(1)).unwrap_or(0))
    }

    async fn take_now(&self, queue: &Arc<str>, max: usize) -> Result<Vec<Delivery>> {
        for _ in 0..CLAIM_TRIES {
            let now_ms = self.clock.now_ms();
            let lease_until = self.lease_until(now_ms);
            let name = Arc::clone(queue);
            let limit = i64::try_from(max).unwrap_or(i64::MAX);
            let node = self.node;
            let taken = self
                .db
                .write(move |tx| -> store::Result<_> {
                    let items = match sql::claim(tx, &name, limit, node, now_ms, lease_until)? {
                        ClaimedItems::Items(items) => items,
                        ClaimedItems::Lost => return Ok(None),
                    };
                    let (mut bodies, unreadable) = sql::bodies(tx, &items)?;
                    let bodiless = bodiless(&items, &bodies, &unreadable);
                    let of_damaged = unreadable.iter().map(|(id, _)| *id);
                    let aside: Vec<i64> = of_damaged.chain(bodiless.iter().copied()).collect();
                    sql::set_aside(tx, &aside)?;
                    let deliveries = items
                        .into_iter()
                        .filter_map(|item| {
                            Some(Delivery {
                                body: bodies.remove(&item.id)?,
                                n_taken: u32::try_from(item.n_taken).unwrap_or(u32::MAX),
                                queue: Arc::clone(&name),
                                tag: Tag {
                                    number: item.id.unsigned_abs(),
                                    term: lease_until.unsigned_abs(),
                                },
                            })
                        })
                        .collect::<Vec<_>>();
                    Ok(Some((deliveries, unreadable, bodiless)))
                })
                .await?;
            let Some((deliveries, unreadable, bodiless)) = taken else {
                continue;
            };
            log_unreadable(queue, &unreadable);
            log_bodiless(queue, &bodiless);
            let is_aside = !unreadable.is_empty() || !bodiless.is_empty();
            // When all that was claimed is set aside, others may wait behind it.
            if !is_aside || !deliveries.is_empty() {
                return Ok(deliveries);
            }
        }
        Ok(Vec::new())
    }
}

#[async_trait]
impl Queue for Builtin {
    fn name(&self) -> String {
        format!("built-in ({})", self.db.engine_name())
    }

    async fn declare(&self, _queue: &str) -> Result<()> {
        // A queue is a value in a column; it needs no making.
        Ok(())
    }

    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<()> {
        check_sizes(bodies, self.config.body_bytes_max)?;
        if bodies.is_empty() {
            return Ok(());
        }
        let (name, bell) = self.bell(queue);
        let with = PackDictionary::of(ENVELOPE);
        let items = bodies
            .iter()
            .map(|body| Ok((self.ids.next(), Packed::of(body, with)?)))
            .collect::<store::Result<Vec<(i64, Packed)>>>()?;
        self.db
            .write(move |tx| sql::insert(tx, &name, &items))
            .await?;
        bell.notify_waiters();
        Ok(())
    }

    async fn take(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Delivery>> {
        let max = max.min(BATCH_MAX);
        if max == 0 {
            return Ok(Vec::new());
        }
        let (name, bell) = self.bell(queue);
        let end = self
            .clock
            .monotonic_ms()
            .saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        loop {
            // Listening begins before looking, so that no message slips in between.
            let rung = bell.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            let deliveries = self.take_now(&name, max).await?;
            let left_ms = u64::try_from(end.saturating_sub(self.clock.monotonic_ms())).unwrap_or(0);
            if !deliveries.is_empty() || left_ms == 0 {
                return Ok(deliveries);
            }
            let pause = Duration::from_millis(left_ms.min(self.config.poll_ms.max(1)));
            tokio::select! {
                biased;
                () = rung => {}
                () = self.clock.sleep(pause) => {}
            }
        }
    }

    async fn ack(&self, deliveries: &[Delivery]) -> Result<()> {
        let ids: Vec<i64> = deliveries.iter().map(id_of).collect();
        if ids.is_empty() {
            return Ok(());
        }
        Ok(self.db.write(move |tx| sql::delete(tx, &ids)).await?)
    }

    async fn release(&self, deliveries: &[Delivery]) -> Result<()> {
        let mut by_lease: HashMap<u64, Vec<i64>> = HashMap::new();
        for delivery in deliveries {
            by_lease
                .entry(delivery.tag.term)
                .or_default()
                .push(id_of(delivery));
        }
        self.db
            .write(move |tx| -> store::Result<_> {
                for (lease_until, ids) in &by_lease {
                    sql::release(tx, i64::try_from(*lease_until).unwrap_or(0), ids)?;
                }
                Ok(())
            })
            .await?;
        for delivery in deliveries {
            self.bell(&delivery.queue).1.notify_waiters();
        }
        Ok(())
    }

    fn sealed(&self) -> Option<(&Db, &'static [SealedColumn])> {
        Some((&self.db, SEALED))
    }

    async fn depth(&self, queue: &str) -> Result<u64> {
        let (name, _) = self.bell(queue);
        let now_ms = self.clock.now_ms();
        let lease_until = self.lease_until(now_ms);
        let depth = self
            .db
            .read(move |tx| sql::depth(tx, &name, now_ms, lease_until))
            .await?;
        Ok(u64::try_from(depth).unwrap_or(0))
    }
}

/// Items without a body, taken so often that none will come: whoever puts one in by hand in two steps has done the
/// second by then.
fn bodiless(
    items: &[Claimed],
    bodies: &HashMap<i64, Bytes>,
    unreadable: &[UnreadableItem],
) -> Vec<i64> {
    let is_there =
        |id| bodies.contains_key(&id) || unreadable.iter().any(|(other, _)| *other == id);
    items
        .iter()
        .filter(|item| item.n_taken >= BODILESS_TAKEN && !is_there(item.id))
        .map(|item| item.id)
        .collect()
}

/// Raises the alarm for messages that were set aside.
fn log_unreadable(queue: &str, unreadable: &[UnreadableItem]) {
    for (id, why) in unreadable {
        store::unreadable::report(("queue", (*id, 0)), why);
        tracing::error!(queue, id, "a message that is damaged was set aside");
    }
}

/// Raises the alarm for items without a body. Nothing of them is damaged: they were put in wrongly, by hand.
fn log_bodiless(queue: &str, bodiless: &[i64]) {
    for id in bodiless {
        metrics::counter!("tongguan_queue_items_bodiless_total").increment(1);
        tracing::error!(
            queue,
            id,
            "an item without a body was set aside: it was put in wrongly, by hand"
        );
    }
}

fn id_of(delivery: &Delivery) -> i64 {
    i64::try_from(delivery.tag.number).unwrap_or(0)
}

/// The map of bells is whole after every step, so a panic elsewhere does not spoil it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
