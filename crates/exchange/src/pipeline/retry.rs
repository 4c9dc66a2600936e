//! Trying again: what waits for a key is signed and checked when the key can sign.
//!
//! One process does it at a time, by a lease. Companies do not wait for each other: each has its own
//! key and its own turn.

use crate::lane::Lease;
use crate::message::{self, MessageId, State};
use crate::shared::Shared;
use crate::{check, signing};
use futures_util::future::join_all;
use registry::company::CompanyId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::Tx;
use store::task::Pulse;
use tokio::sync::watch;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Pause after a failure, and of a process without the lease.
const PAUSE: Duration = Duration::from_secs(5);

/// Messages taken at once.
const DUE_MAX: i64 = 256;

/// Messages of one company in one turn.
const TURN_MAX: usize = 32;

/// What the signatures of one turn may take.
const BUDGET: Duration = Duration::from_secs(15);

/// Tries again until told to stop.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    owner: String,
    mut stop: watch::Receiver<bool>,
    pulse: Pulse,
) {
    let mut lease = Lease::new("signing.retry", owner);
    while !*stop.borrow() {
        pulse.beat();
        let wait = match once(&shared, &mut lease).await {
            Ok(Some(0)) => LOOK,
            Ok(Some(_)) => Duration::ZERO,
            Ok(None) => PAUSE,
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "signing again failed and will be repeated"
                );
                give_back(&mut lease, &shared).await;
                PAUSE
            }
        };
        tokio::select! {
            biased;
            () = shared.clock.sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
    give_back(&mut lease, &shared).await;
}

async fn give_back(lease: &mut Lease, shared: &Shared) {
    if let Err(error) = lease.give_back(&shared.db).await {
        tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
    }
}

async fn once(shared: &Arc<Shared>, lease: &mut Lease) -> anyhow::Result<Option<usize>> {
    if !lease.hold(&shared.db, &shared.clock).await? {
        return Ok(None);
    }
    Ok(Some(turn(shared).await?))
}

/// One turn over all companies; answers how many messages were tried.
pub(crate) async fn turn(shared: &Arc<Shared>) -> anyhow::Result<usize> {
    let now_ms = shared.clock.now_ms();
    let read = move |tx: &mut Tx<'_>| {
        let due = signing::due(tx, now_ms, DUE_MAX)?;
        message::sql::owners(tx, &due)
    };
    let found = shared.db.read(read).await?;
    let mut gone = Vec::new();
    let mut companies: BTreeMap<CompanyId, Vec<MessageId>> = BTreeMap::new();
    for (id, company, state) in found {
        match state {
            State::Received | State::Held => companies.entry(company).or_default().push(id),
            // A person has decided meanwhile.
            State::Waiting
            | State::Checked
            | State::Refused
            | State::Sent
            | State::Answered
            | State::Settled => gone.push(id),
        }
    }
    if !gone.is_empty() {
        let write = move |tx: &mut Tx<'_>| signing::forget(tx, &gone);
        shared.db.write(write).await?;
    }
    let turns = companies.into_values().map(|mut ids| async move {
        ids.sort_unstable();
        ids.truncate(TURN_MAX);
        check::again(shared, ids, BUDGET).await
    });
    let mut n_done = 0;
    for outcome in join_all(turns).await {
        n_done += outcome?;
    }
    Ok(n_done)
}
