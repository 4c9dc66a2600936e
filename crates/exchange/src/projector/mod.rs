//! The projector (投影器): adds up behind the steps what they have noted as facts, so that no step waits for another at a
//! row that all of them change. Each fact counts once: how far it came is kept in the transaction of the counts
//! ([`store::event::cursor`]), so it may stop anywhere, and several processes may run it. It also gives their numbers to the
//! rows of the audit that wait for them ([`audit::number_waiting`]).

#[cfg(test)]
mod tests;

use crate::lane::Lease;
use crate::message;
use crate::outcome;
use crate::shared::Shared;
use crate::tally::Tally;
use registry::audit;
use std::sync::Arc;
use std::time::Duration;
use store::event::cursor::{self, EventBatch};
use store::task::Pulse;
use store::unreadable::report;
use store::{Error, Result, Tx};
use tokio::sync::watch;

/// The name under which it follows the facts.
pub(crate) const READER: &str = "exchange.counts";

/// The name of its lease.
const LEASE: &str = "projector";

/// Facts in one transaction.
const FACTS_MAX: i64 = 2000;

/// Pause when there is nothing to add: by so much a count may be late.
const PAUSE: Duration = Duration::from_millis(250);

/// Pause after a failure, and of a process without the lease.
const LONG_PAUSE: Duration = Duration::from_secs(1);

/// Adds up until `stop` becomes true.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    owner: String,
    mut stop: watch::Receiver<bool>,
    pulse: Pulse,
) {
    let mut lease = Lease::new(LEASE, owner);
    while !*stop.borrow() {
        pulse.beat();
        let pause = match once(&shared, &mut lease).await {
            Ok(Some(true)) => continue,
            Ok(found) => {
                pulse.ended(true);
                found.map_or(LONG_PAUSE, |_| PAUSE)
            }
            Err(error) => {
                tracing::warn!(%error, "counts could not be added up; this will be repeated");
                pulse.ended(false);
                LONG_PAUSE
            }
        };
        tokio::select! {
            biased;
            () = shared.clock.sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = lease.give_back(&shared.db).await {
        tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
    }
}

/// One turn, under the lease; answers whether there may be more.
async fn once(shared: &Shared, lease: &mut Lease) -> Result<Option<bool>> {
    match lease.hold(&shared.db, &shared.clock).await? {
        true => {
            let (counts, rows) = (turn(shared).await, number_audit(shared).await);
            Ok(Some(counts? | rows?))
        }
        false => Ok(None),
    }
}

/// Adds the next facts to the counts; answers whether there may be more.
///
/// # Errors
/// The engine's; nothing was added then, or all of it.
pub(crate) async fn turn(shared: &Shared) -> Result<bool> {
    let now_ms = shared.clock.now_ms();
    let read = shared.db.read(|tx| cursor::next(tx, READER, FACTS_MAX));
    let batch = read.await?;
    if batch.events.is_empty() {
        return Ok(false);
    }
    let goes_on = batch.goes_on;
    let tally = tally(&batch);
    let add = move |tx: &mut Tx<'_>| {
        message::sql::add_days(tx, &tally.days)?;
        outcome::sql::add_outcomes(tx, &tally.outcomes)?;
        batch.passed(tx, now_ms)
    };
    shared.db.write(add).await?;
    Ok(goes_on)
}

/// How far it is behind, in milliseconds: since when the oldest fact has not been added up, or the oldest row of the audit waits
/// for its number; 0 when nothing waits.
///
/// # Errors
/// The engine's.
pub fn lag_ms(tx: &mut Tx<'_>, now_ms: i64) -> Result<i64> {
    let readers = cursor::lags(tx)?;
    let unread = readers.iter().filter_map(|reader| reader.unread_since_ms);
    let oldest = unread.chain(audit::oldest_waiting(tx)?).min();
    Ok(oldest.map_or(0, |since_ms| (now_ms - since_ms).max(0)))
}

/// Gives their numbers to rows of the audit; answers whether there may be more.
async fn number_audit(shared: &Shared) -> Result<bool> {
    match shared.db.read(audit::oldest_waiting).await? {
        Some(_) => shared.db.write(audit::number_waiting).await,
        None => Ok(false),
    }
}

/// What the facts of a batch add up to. One that is damaged is reported and passed over: all that come after it count.
fn tally(batch: &EventBatch) -> Tally {
    let mut tally = Tally::default();
    for event in &batch.events {
        if let Err(Error::Damaged(why)) = tally.add(event) {
            report(("event", (event.id, 0)), &why);
        }
    }
    tally
}

/// Adds up all that is there, for tests and tools.
///
/// # Errors
/// The engine's.
pub(crate) async fn settle(shared: &Shared) -> Result<()> {
    loop {
        while turn(shared).await? {}
        while number_audit(shared).await? {}
        let has_all = |tx: &mut Tx<'_>| cursor::has_read_all(tx, READER);
        if shared.db.read(has_all).await? {
            return Ok(());
        }
        // A transaction of somebody else, begun before these facts were written, is about to end.
        tokio::task::yield_now().await;
    }
}
