//! Many arrivals, one commit.
//!
//! A task takes whatever waits and hands it to the store as one closure. While that commit is under
//! way the next arrivals gather, so the batch grows with the load by itself: no timer, no delay
//! when there is one caller, and one fsync for hundreds when there are hundreds.

use super::{Arrival, BATCH_MAX, DECLARE};
use crate::message::{self, MessageId};
use crate::pipeline::Bell;
use registry::audit;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use store::event::Event;
use store::id::IdMaker;
use store::task::Tasks;
use store::{Db, Error, Result, Tx};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot, watch};

/// Arrivals that may wait beside the batch that is being written.
const WAITING_MAX: usize = 4 * BATCH_MAX;

/// Bytes in one commit, beyond which the rest waits for the next.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// Commits under way at once: one is written while the next is prepared.
const COMMITS_MAX: usize = 2;

/// What became of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is stored under this id.
    Accepted(MessageId),
    /// The same bytes were accepted before, at this time.
    Duplicate(MessageId, i64),
    /// Other bytes with the same guid were accepted before.
    Conflict(MessageId),
}

type Waiting = (Arrival, oneshot::Sender<Result<Outcome>>);

/// The door of intake; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    waiting: mpsc::Sender<Waiting>,
}

impl Intake {
    /// Starts the task that commits; it ends with the process, or when the last handle is dropped.
    /// `accepted` is rung after every commit, so that the check need not poll.
    pub fn start(
        (db, ids): (Db, Arc<IdMaker>),
        accepted: Arc<Bell>,
        tasks: &Tasks,
        stop: &watch::Receiver<bool>,
    ) -> Self {
        let (waiting, arrivals) = mpsc::channel(WAITING_MAX);
        // What waits outlives the loop: one that is started again goes on with it.
        let arrivals = Arc::new(Mutex::new(arrivals));
        tasks.start("intake", Duration::MAX, stop.clone(), move |_| {
            let (db, ids, accepted) = (db.clone(), Arc::clone(&ids), Arc::clone(&accepted));
            run(db, ids, accepted, Arc::clone(&arrivals))
        });
        Self { waiting }
    }

    /// Stores an arrival; answers after the commit.
    ///
    /// # Errors
    /// The store's; nothing was kept then, and nothing must be acknowledged.
    pub async fn accept(&self, arrival: Arrival) -> Result<Outcome> {
        let (answer, outcome) = oneshot::channel();
        let closed = || Error::Unavailable("intake was closed".to_owned());
        self.waiting
            .send((arrival, answer))
            .await
            .map_err(|_| closed())?;
        outcome.await.unwrap_or_else(|_| Err(closed()))
    }
}

async fn run(
    db: Db,
    ids: Arc<IdMaker>,
    accepted: Arc<Bell>,
    arrivals: Arc<Mutex<mpsc::Receiver<Waiting>>>,
) {
    let mut arrivals = arrivals.lock().await;
    let commits = Arc::new(Semaphore::new(COMMITS_MAX));
    while let Some(first) = arrivals.recv().await {
        let Ok(permit) = Arc::clone(&commits).acquire_owned().await else {
            return;
        };
        let batch = gather(first, &mut arrivals);
        let (db, ids, accepted) = (db.clone(), Arc::clone(&ids), Arc::clone(&accepted));
        tokio::spawn(async move {
            commit(&db, ids, batch).await;
            accepted.ring();
            drop(permit);
        });
    }
}

fn gather(first: Waiting, arrivals: &mut mpsc::Receiver<Waiting>) -> Vec<Waiting> {
    let mut n_bytes = first.0.body.len();
    let mut batch = vec![first];
    while batch.len() < BATCH_MAX && n_bytes < BATCH_BYTES_MAX {
        let Ok(next) = arrivals.try_recv() else { break };
        n_bytes += next.0.body.len();
        batch.push(next);
    }
    batch
}

async fn commit(db: &Db, ids: Arc<IdMaker>, batch: Vec<Waiting>) {
    let (arrivals, answers): (Vec<Arrival>, Vec<_>) = batch.into_iter().unzip();
    match db.write(move |tx| store(tx, &ids, &arrivals)).await {
        Ok(outcomes) => {
            let n_accepted = outcomes
                .iter()
                .filter(|o| matches!(o, Outcome::Accepted(_)))
                .count();
            metrics::counter!("tongguan_messages_accepted_total")
                .increment(u64::try_from(n_accepted).unwrap_or(0));
            metrics::histogram!("tongguan_intake_batch_messages")
                .record(f64::from(u32::try_from(outcomes.len()).unwrap_or(u32::MAX)));
            for (answer, outcome) in answers.into_iter().zip(outcomes) {
                // A caller that has gone away will ask again and get the same answer.
                let _ = answer.send(Ok(outcome));
            }
        }
        Err(error) => {
            for answer in answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
    }
}

/// The one transaction of acceptance: message, bytes and event together (I2).
pub(crate) fn store(tx: &mut Tx<'_>, ids: &IdMaker, arrivals: &[Arrival]) -> Result<Vec<Outcome>> {
    let new: HashSet<i64> = message::sql::insert(tx, arrivals)?.into_iter().collect();
    let accepted: Vec<&Arrival> = arrivals.iter().filter(|a| new.contains(&a.id.0)).collect();
    message::sql::insert_bodies(tx, &accepted)?;
    let events: Vec<Event> = accepted
        .iter()
        .map(|arrival| Event {
            id: ids.next(),
            at_ms: arrival.received_at,
            kind: "message.received".to_owned(),
            company_id: Some(arrival.company_id.0),
            subject_id: arrival.id.0,
            detail: String::new(),
        })
        .collect();
    store::event::append(tx, &events)?;
    for arrival in &accepted {
        if let Some(actor) = &arrival.by {
            let object = format!("message:{}", arrival.id);
            audit::done(
                tx,
                arrival.received_at,
                actor,
                DECLARE,
                &object,
                arrival.kind,
            )?;
        }
    }
    arrivals
        .iter()
        .map(|arrival| {
            if new.contains(&arrival.id.0) {
                return Ok(Outcome::Accepted(arrival.id));
            }
            let (id, hash, received_at) =
                message::sql::by_guid(tx, arrival.company_id, &arrival.guid)?
                    .ok_or_else(|| Error::Conflict("the earlier message is not visible".into()))?;
            Ok(if hash == arrival.hash {
                Outcome::Duplicate(id, received_at)
            } else {
                Outcome::Conflict(id)
            })
        })
        .collect()
}
