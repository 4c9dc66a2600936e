//! The wire: the queues between platform and customs, as one process reaches them.
//!
//! The queues themselves are the built-in queue on a database of its own, on which nothing goes wrong; what goes wrong does so on
//! the way: a put that is answered with an error after half of it, a body that comes twice, an acknowledgement that is lost. What a
//! process had taken when it was killed comes again, as from a broker that loses a connection.

use crate::life::{ProcessLife, Sabotage, StepTarget};
use crate::witness::Witness;
use async_trait::async_trait;
use bytes::Bytes;
use queue::{Delivery, Queue, Result};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// At which end of the wire a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Platform,
    Customs,
}

/// The queues as one process reaches them.
pub(crate) struct FaultyWire {
    inner: Arc<dyn Queue>,
    life: Arc<ProcessLife>,
    end: End,
    witness: Arc<Witness>,
    /// What this process has taken and not acknowledged.
    held: Mutex<Vec<Delivery>>,
}

impl FaultyWire {
    pub(crate) fn new(
        inner: &Arc<dyn Queue>,
        life: &Arc<ProcessLife>,
        end: End,
        witness: &Arc<Witness>,
    ) -> Arc<Self> {
        Arc::new(Self {
            inner: Arc::clone(inner),
            life: Arc::clone(life),
            end,
            witness: Arc::clone(witness),
            held: Mutex::default(),
        })
    }

    /// The connection is lost: what the process had taken comes again.
    pub(crate) async fn hang_up(&self) {
        let held = std::mem::take(&mut *lock(&self.held));
        // The built-in queue gives back by leases: an error means that this one has run out.
        let _ = self.inner.release(&held).await;
    }

    /// An error on a connection is the end of it.
    async fn connected(&self, passed: store::Result<()>) -> Result<()> {
        if passed.is_err() {
            self.hang_up().await;
        }
        Ok(passed?)
    }

    async fn before(&self) -> Result<()> {
        self.connected(self.life.before(StepTarget::Queue).await)
            .await
    }

    async fn after(&self) -> Result<()> {
        self.connected(self.life.after().await).await
    }

    /// What customs puts comes in another order at times, or torn beside what is whole.
    fn unruly(&self, bodies: &[Bytes]) -> Vec<Bytes> {
        let (chance, faults) = (&self.life.weather.chance, self.life.weather.faults());
        let mut bodies = bodies.to_vec();
        if self.end == End::Customs && chance.hits(faults.unruly) {
            chance.shuffle(&mut bodies);
            if let Some(one) = chance.one_of(&bodies) {
                let torn = one.slice(..one.len() / 2);
                bodies.push(torn);
            }
        }
        bodies
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_same(one: &Delivery, other: &Delivery) -> bool {
    one.body.as_ptr() == other.body.as_ptr()
}

#[async_trait]
impl Queue for FaultyWire {
    fn name(&self) -> String {
        "simulated".to_owned()
    }

    async fn declare(&self, queue: &str) -> Result<()> {
        self.inner.declare(queue).await
    }

    async fn put(&self, queue: &str, bodies: &[Bytes]) -> Result<()> {
        self.before().await?;
        if self.end == End::Customs {
            self.witness.customs_answers(bodies);
        }
        let (chance, faults) = (&self.life.weather.chance, self.life.weather.faults());
        let sent = self.unruly(bodies);
        if chance.hits(faults.answer_lost) {
            // Some of them arrive, and who put them hears of an error.
            let half = sent.get(..sent.len() / 2).unwrap_or_default();
            self.inner.put(queue, half).await?;
            return Err(store::simulated::away().into());
        }
        self.inner.put(queue, &sent).await?;
        if chance.hits(faults.doubled) {
            self.inner.put(queue, bodies).await?;
        }
        self.after().await
    }

    async fn take(&self, queue: &str, max: usize, wait: Duration) -> Result<Vec<Delivery>> {
        self.before().await?;
        let taken = self.inner.take(queue, max, wait).await?;
        if taken.is_empty() {
            return Ok(taken);
        }
        lock(&self.held).extend(taken.iter().cloned());
        if self.life.is_dead() {
            self.hang_up().await;
        }
        if self.life.weather.broken == Sabotage::QueueAcknowledgedFirst {
            self.inner.ack(&taken).await?;
            lock(&self.held).clear();
        }
        if self.end == End::Customs {
            self.witness.customs_sees(&taken);
        }
        self.after().await?;
        Ok(taken)
    }

    async fn ack(&self, deliveries: &[Delivery]) -> Result<()> {
        self.before().await?;
        self.inner.ack(deliveries).await?;
        lock(&self.held).retain(|held| !deliveries.iter().any(|one| is_same(one, held)));
        self.after().await
    }

    async fn release(&self, deliveries: &[Delivery]) -> Result<()> {
        self.before().await?;
        self.inner.release(deliveries).await?;
        lock(&self.held).retain(|held| !deliveries.iter().any(|one| is_same(one, held)));
        self.after().await
    }

    async fn depth(&self, queue: &str) -> Result<u64> {
        self.inner.depth(queue).await
    }
}
