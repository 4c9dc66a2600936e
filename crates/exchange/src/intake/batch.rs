//! Many arrivals, one commit.
//!
//! A task takes whatever waits and hands it to the store as one closure. While that commit is under
//! way the next arrivals gather, so the batch grows with the load by itself: no timer, no delay
//! when there is one caller, and one fsync for hundreds when there are hundreds.

use super::{Arrival, BATCH_MAX, DECLARE};
use crate::message::{self, MessageId};
use crate::quota::{self, Left, Limits, Reached};
use crate::shared::Bell;
use registry::audit;
use registry::company::CompanyId;
use registry::context::AppContext;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;
use store::event::Event;
use store::id::IdMaker;
use store::task::Tasks;
use store::{Error, Result, Tx};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot, watch};

/// Arrivals that may wait beside the batch that is being written.
const WAITING_MAX: usize = 4 * BATCH_MAX;

/// Bytes in one commit, beyond which the rest waits for the next.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// Commits under way at once: one is written while the next is prepared.
const COMMITS_MAX: usize = 2;

/// How far ahead the clock of another node may be, in milliseconds, for its messages to count as earlier ones: two hours. The ids
/// of all that this node makes go as far ahead, so a clock that is wrong by days must not take the others with it; then the order
/// of a lane is not kept.
const AHEAD_MS_MAX: i64 = 2 * 3_600_000;

/// What became of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArrivalOutcome {
    /// It is stored under this id.
    Accepted(MessageId),
    /// The same bytes were accepted before, at this time.
    Duplicate(MessageId, i64),
    /// Other bytes with the same guid were accepted before.
    Conflict(MessageId),
    /// It was not accepted: the company has reached a limit.
    Full(Reached),
    /// It was not stored because another message of the same form could not be.
    Withheld,
}

type WaitingArrivals = (Arrival, oneshot::Sender<Result<ArrivalOutcome>>);

/// Arrivals that are accepted together or not at all.
type Together = (Vec<Arrival>, oneshot::Sender<Result<Vec<ArrivalOutcome>>>);

/// What waits for its commit.
enum BatchWork {
    One(Box<WaitingArrivals>),
    Together(Together),
}

/// Intake; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    waiting: mpsc::Sender<BatchWork>,
}

impl Intake {
    /// Starts the task that commits; it ends with the process, or when the last handle is dropped.
    /// `accepted` is rung after every commit, so that the check need not poll.
    pub fn start(
        context: &AppContext,
        accepted: Arc<Bell>,
        tasks: &Tasks,
        stop: &watch::Receiver<bool>,
    ) -> Self {
        let (waiting, arrivals) = mpsc::channel(WAITING_MAX);
        let context = context.clone();
        // What waits outlives the loop: one that is started again goes on with it.
        let arrivals = Arc::new(Mutex::new(arrivals));
        tasks.start("intake", Duration::MAX, stop.clone(), move |_| {
            let accepted = Arc::clone(&accepted);
            run(context.clone(), accepted, Arc::clone(&arrivals))
        });
        Self { waiting }
    }

    /// Stores an arrival; answers after the commit.
    ///
    /// # Errors
    /// The store's; nothing was kept then, and nothing must be acknowledged.
    pub async fn accept(&self, arrival: Arrival) -> Result<ArrivalOutcome> {
        let (answer, outcome) = oneshot::channel();
        let closed = || Error::Unavailable("intake was closed".to_owned());
        self.waiting
            .send(BatchWork::One(Box::new((arrival, answer))))
            .await
            .map_err(|_| closed())?;
        outcome.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Stores arrivals of one form in one commit, all of them or none; answers after it. A message with a guid
    /// that was used for other content is a [`ArrivalOutcome::Conflict`], and then nothing was stored: the others of
    /// the form are told as [`ArrivalOutcome::Withheld`].
    ///
    /// # Errors
    /// The store's; nothing was kept then.
    pub async fn accept_together(&self, arrivals: Vec<Arrival>) -> Result<Vec<ArrivalOutcome>> {
        let (answer, outcomes) = oneshot::channel();
        let closed = || Error::Unavailable("intake was closed".to_owned());
        self.waiting
            .send(BatchWork::Together((arrivals, answer)))
            .await
            .map_err(|_| closed())?;
        outcomes.await.unwrap_or_else(|_| Err(closed()))
    }
}

async fn run(
    context: AppContext,
    accepted: Arc<Bell>,
    arrivals: Arc<Mutex<mpsc::Receiver<BatchWork>>>,
) {
    let mut arrivals = arrivals.lock().await;
    let mut next = None;
    let commits = Arc::new(Semaphore::new(COMMITS_MAX));
    loop {
        let first = match next.take() {
            Some(work) => work,
            None => match arrivals.recv().await {
                Some(work) => work,
                None => return,
            },
        };
        let Ok(permit) = Arc::clone(&commits).acquire_owned().await else {
            return;
        };
        let first = match first {
            BatchWork::One(first) => *first,
            BatchWork::Together((together, answer)) => {
                let (context, accepted) = (context.clone(), Arc::clone(&accepted));
                tokio::spawn(async move {
                    let outcomes = commit_together(&context, together).await;
                    accepted.ring();
                    drop(permit);
                    // A caller that has gone away will ask again and get the same answer.
                    let _ = answer.send(outcomes);
                });
                continue;
            }
        };
        let (batch, other) = gather(first, &mut arrivals);
        next = other;
        let (context, accepted) = (context.clone(), Arc::clone(&accepted));
        tokio::spawn(async move {
            commit(&context, batch).await;
            accepted.ring();
            drop(permit);
        });
    }
}

/// What waits, up to the limits of a commit, and what was taken from the queue and has a commit of its own.
fn gather(
    first: WaitingArrivals,
    arrivals: &mut mpsc::Receiver<BatchWork>,
) -> (Vec<WaitingArrivals>, Option<BatchWork>) {
    let mut n_bytes = first.0.body.len();
    let mut batch = vec![first];
    while batch.len() < BATCH_MAX && n_bytes < BATCH_BYTES_MAX {
        match arrivals.try_recv() {
            Ok(BatchWork::One(next)) => {
                n_bytes += next.0.body.len();
                batch.push(*next);
            }
            Ok(together) => return (batch, Some(together)),
            Err(_) => break,
        }
    }
    (batch, None)
}

async fn commit_together(
    context: &AppContext,
    together: Vec<Arrival>,
) -> Result<Vec<ArrivalOutcome>> {
    let n_arrivals = together.len();
    let (ids, limits) = (Arc::clone(&context.ids), Limits::of(context));
    let together: Arc<[Arrival]> = together.into();
    let same = compare(context, &together).await?;
    let outcomes = context
        .db
        .write(move |tx| store_together(tx, &ids, &together, &same, limits))
        .await?;
    count_full(&outcomes);
    let accepted = outcomes
        .iter()
        .filter(|o| matches!(o, ArrivalOutcome::Accepted(_)));
    metrics::counter!("tongguan_messages_accepted_total")
        .increment(u64::try_from(accepted.count()).unwrap_or(0));
    metrics::histogram!("tongguan_intake_batch_messages")
        .record(f64::from(u32::try_from(n_arrivals).unwrap_or(u32::MAX)));
    Ok(outcomes)
}

/// Earlier messages under the guids of a form, and whether each says the same as the new one.
type Same = HashMap<MessageId, bool>;

/// Compares the messages of a form with earlier ones of other bytes under their guids; where these bytes are in the archive, with
/// their hash. Read and compared before the commit: a large form must not hold up the writer.
async fn compare(context: &AppContext, together: &Arc<[Arrival]>) -> Result<Same> {
    let asked = Arc::clone(together);
    let read = context.db.read(move |tx| -> Result<_> {
        let mut earlier = Vec::new();
        for (at, arrival) in asked.iter().enumerate() {
            let known = message::guid::sql::find(tx, arrival.company_id, &arrival.guid)?;
            if let Some((id, hash, received_at)) = known
                && hash != arrival.hash
            {
                let body = message::sql::body_as_received(tx, id)?;
                earlier.push((at, id, body, (hash, received_at)));
            }
        }
        Ok(earlier)
    });
    let earlier = read.await?;
    if earlier.is_empty() {
        return Ok(Same::new());
    }
    let together = Arc::clone(together);
    let comparing = store::offload::offload(move || {
        let same = earlier
            .into_iter()
            .filter_map(|(at, id, body, (hash, before_ms))| {
                // Made of the same form at another moment, it differs in the time only.
                let new = together.get(at)?;
                let is_same = match body {
                    Some(body) => super::same::says_the_same(&body, &new.body),
                    None => {
                        let made = (&*new.body, new.received_at);
                        super::same::is_made_again(made, (&hash, before_ms))
                    }
                };
                Some((id, is_same))
            });
        same.collect()
    });
    comparing
        .await
        .map_err(|error| Error::Fault(error.to_string()))
}

/// Stores all of a form or nothing: what an earlier message forbids is looked for before anything is written.
fn store_together(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    together: &[Arrival],
    same: &Same,
    limits: Limits,
) -> Result<Vec<ArrivalOutcome>> {
    let mut outcomes = Vec::with_capacity(together.len());
    for arrival in together {
        let earlier = message::guid::sql::find(tx, arrival.company_id, &arrival.guid)?;
        outcomes.push(match earlier {
            Some((id, hash, received_at)) if hash == arrival.hash => {
                ArrivalOutcome::Duplicate(id, received_at)
            }
            Some((id, _, received_at)) => match same.get(&id) {
                Some(true) => ArrivalOutcome::Duplicate(id, received_at),
                Some(false) => ArrivalOutcome::Conflict(id),
                None => return Err(came_twice()),
            },
            None => ArrivalOutcome::Withheld,
        });
    }
    if outcomes
        .iter()
        .any(|outcome| matches!(outcome, ArrivalOutcome::Conflict(_)))
    {
        return Ok(outcomes);
    }
    let new: Vec<Arrival> = together
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| **outcome == ArrivalOutcome::Withheld)
        .map(|(arrival, _)| arrival.clone())
        .collect();
    if let Some(why) = reached(tx, &new, limits)?.values().next() {
        for outcome in &mut outcomes {
            if *outcome == ArrivalOutcome::Withheld {
                *outcome = ArrivalOutcome::Full(*why);
            }
        }
        return Ok(outcomes);
    }
    let mut stored = store(tx, ids, &new, limits)?.into_iter();
    for outcome in &mut outcomes {
        if *outcome == ArrivalOutcome::Withheld {
            *outcome = stored.next().unwrap_or(ArrivalOutcome::Withheld);
        }
        if matches!(outcome, ArrivalOutcome::Conflict(_)) {
            return Err(came_twice());
        }
    }
    Ok(outcomes)
}

/// Somebody was faster between the look and the write: nothing is kept, and the next try sees it.
fn came_twice() -> Error {
    Error::Unavailable("a message of the form came twice".into())
}

fn count_full(outcomes: &[ArrivalOutcome]) {
    let full = outcomes
        .iter()
        .filter(|o| matches!(o, ArrivalOutcome::Full(_)));
    metrics::counter!("tongguan_quota_refusals_total")
        .increment(u64::try_from(full.count()).unwrap_or(0));
}

async fn commit(context: &AppContext, batch: Vec<WaitingArrivals>) {
    let (arrivals, answers): (Vec<Arrival>, Vec<_>) = batch.into_iter().unzip();
    let (ids, limits) = (Arc::clone(&context.ids), Limits::of(context));
    let write = context
        .db
        .write(move |tx| store(tx, &ids, &arrivals, limits));
    match write.await {
        Ok(outcomes) => {
            let n_accepted = outcomes
                .iter()
                .filter(|o| matches!(o, ArrivalOutcome::Accepted(_)))
                .count();
            metrics::counter!("tongguan_messages_accepted_total")
                .increment(u64::try_from(n_accepted).unwrap_or(0));
            metrics::histogram!("tongguan_intake_batch_messages")
                .record(f64::from(u32::try_from(outcomes.len()).unwrap_or(u32::MAX)));
            count_full(&outcomes);
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

/// [`store`] without limits.
#[cfg(test)]
pub(crate) fn store_unlimited(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    arrivals: &[Arrival],
) -> Result<Vec<ArrivalOutcome>> {
    store(tx, ids, arrivals, Limits::default())
}

/// The one transaction of acceptance (I2). Usage is counted last: who hands in for the same company waits for its row until the end.
pub(crate) fn store(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    arrivals: &[Arrival],
    limits: Limits,
) -> Result<Vec<ArrivalOutcome>> {
    let arrivals = &*behind_what_is_there(tx, ids, arrivals)?;
    let reached = reached(tx, arrivals, limits)?;
    let within: Vec<&Arrival> = arrivals
        .iter()
        .filter(|arrival| !reached.contains_key(&arrival.id.0))
        .collect();
    let new = message::guid::sql::insert(tx, &within)?;
    let accepted: Vec<&Arrival> = arrivals.iter().filter(|a| new.contains(&a.id.0)).collect();
    message::sql::insert(tx, &accepted)?;
    message::sql::insert_bodies(tx, &accepted)?;
    append_events(tx, ids, &accepted)?;
    used(tx, &accepted, limits)?;
    arrivals
        .iter()
        .map(|arrival| {
            if new.contains(&arrival.id.0) {
                return Ok(ArrivalOutcome::Accepted(arrival.id));
            }
            let known = message::guid::sql::find(tx, arrival.company_id, &arrival.guid)?;
            let Some((id, hash, received_at)) = known else {
                return match reached.get(&arrival.id.0) {
                    Some(reached) => Ok(ArrivalOutcome::Full(*reached)),
                    None => Err(Error::Conflict("the earlier message is not visible".into())),
                };
            };
            Ok(if hash == arrival.hash {
                ArrivalOutcome::Duplicate(id, received_at)
            } else {
                ArrivalOutcome::Conflict(id)
            })
        })
        .collect()
}

/// The arrivals under ids that stand behind all that their companies have handed in before: lanes are worked in the order of ids, and
/// another node, whose clock is ahead, may have accepted what came before.
fn behind_what_is_there<'a>(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    arrivals: &'a [Arrival],
) -> Result<Cow<'a, [Arrival]>> {
    let mut first: BTreeMap<CompanyId, i64> = BTreeMap::new();
    for arrival in arrivals {
        let least = first.entry(arrival.company_id).or_insert(arrival.id.0);
        *least = arrival.id.0.min(*least);
    }
    let latest_ms = arrivals.iter().map(|one| one.received_at).max();
    let until_ms = latest_ms.unwrap_or(0).saturating_add(AHEAD_MS_MAX);
    let companies = first.keys().copied().collect();
    let mut behind = BTreeSet::new();
    for (company, newest) in message::guid::sql::newest_messages(tx, &companies, until_ms)? {
        if first.get(&company).is_some_and(|id| newest >= *id) {
            ids.begin_after(newest);
            store::node::note_ids(tx, ids)?;
            behind.insert(company);
        }
    }
    if behind.is_empty() {
        return Ok(Cow::Borrowed(arrivals));
    }
    let mut arrivals = arrivals.to_vec();
    for arrival in &mut arrivals {
        if behind.contains(&arrival.company_id) {
            arrival.id = MessageId(ids.next());
        }
    }
    Ok(Cow::Owned(arrivals))
}

/// Which arrivals would pass a limit of their company, by id. The companies come in order, so that two
/// transactions cannot wait for each other in a circle.
fn reached(tx: &mut Tx<'_>, arrivals: &[Arrival], limits: Limits) -> Result<HashMap<i64, Reached>> {
    let mut left = BTreeMap::new();
    for arrival in arrivals {
        left.insert(arrival.company_id, (None, arrival.received_at));
    }
    for (company, (left, at_ms)) in &mut left {
        *left = Some(Left::read(tx, limits, *company, *at_ms)?);
    }
    let mut reached = HashMap::new();
    for arrival in arrivals {
        let left = left.get_mut(&arrival.company_id);
        if let Some((Some(left), _)) = left
            && let Err(why) = left.take(bytes_of(arrival))
        {
            reached.insert(arrival.id.0, why);
        }
    }
    Ok(reached)
}

fn bytes_of(arrival: &Arrival) -> i64 {
    i64::try_from(arrival.body.len()).unwrap_or(i64::MAX)
}

/// Adds what was accepted to the days of its companies.
fn used(tx: &mut Tx<'_>, accepted: &[&Arrival], limits: Limits) -> Result<()> {
    let mut sums: BTreeMap<CompanyId, (i64, i64, i64)> = BTreeMap::new();
    for arrival in accepted {
        let sum = sums.entry(arrival.company_id).or_default();
        *sum = (sum.0 + 1, sum.1 + bytes_of(arrival), arrival.received_at);
    }
    for (company, (n_messages, n_bytes, at_ms)) in sums {
        quota::add(tx, limits, company, n_messages, n_bytes, at_ms)?;
    }
    Ok(())
}

/// Writes the events of what was accepted, and the audit of what people brought.
fn append_events(tx: &mut Tx<'_>, ids: &IdMaker, accepted: &[&Arrival]) -> Result<()> {
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
    for arrival in accepted {
        if let Some(actor) = &arrival.by {
            let object = format!("message:{}", arrival.id);
            let of = (ids.next(), arrival.received_at);
            audit::later(tx, of, actor, DECLARE, &object, arrival.kind)?;
        }
    }
    Ok(())
}
