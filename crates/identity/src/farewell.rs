//! Single logout (统一退出): tells services and clients that a session has ended (C21).
//!
//! A session ends by logout, by the administrator, by its limits: all of them leave the time of its
//! end in its row, and this loop reads on from there. A visit is taken from the list before the
//! service is called, so that it is told once at most; errors are ignored, as the protocol says.

use crate::cas::{self, Cas, Visit};
use crate::oidc;
use crate::oidc::farewell::Leaving;
use registry::session;
use std::sync::Arc;
use std::time::Duration;
use store::clock::utc_rfc3339;
use store::task::Pulse;
use store::{Result, Tx};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often the loop looks by itself.
const LOOK: Duration = Duration::from_secs(2);

/// How far it looks back when it starts, in milliseconds: an hour.
const BACK_MS: i64 = 3_600_000;

/// How far it looks back every time, for ends that were committed late: a minute.
const OVERLAP_MS: i64 = 60_000;

/// Sessions at a time.
const SESSIONS_MAX: i64 = 200;

/// Longest time of one look: many services that do not answer are waited for.
pub const ROUND_MAX: Duration = Duration::from_secs(300);

/// Rows that are cleaned away at a time.
const CLEAN_MAX: i64 = 1000;

/// Runs until told to stop.
pub async fn run(cas: Arc<Cas>, mut stop: watch::Receiver<bool>, pulse: Pulse) {
    let mut from_ms = cas.context().now_ms() - BACK_MS;
    while !*stop.borrow() {
        pulse.beat();
        match round(&cas, from_ms).await {
            Ok(next_ms) => from_ms = next_ms,
            Err(error) => tracing::warn!(%error, "single logout waits for the database"),
        }
        tokio::select! {
            () = cas.context().clock.sleep(LOOK) => {}
            () = cas.ended.notified() => {}
            // An error means that the process is ending, which is a reason to stop as well.
            _ = stop.changed() => {}
        }
    }
}

/// One look: tells the services of the sessions that ended since `from_ms`; answers where to begin
/// next time.
pub async fn round(cas: &Cas, from_ms: i64) -> Result<i64> {
    let context = cas.context();
    let now_ms = context.now_ms();
    let idle_ms = session::SessionLimits::of(context).idle_ms;
    context
        .db
        .write(move |tx| session::ended_or_stale(tx, now_ms - idle_ms, now_ms, SESSIONS_MAX))
        .await?;
    let mut calls = JoinSet::new();
    // After the clock was set back the list goes on earlier than where it stopped.
    let from_ms = if from_ms > now_ms {
        now_ms - BACK_MS
    } else {
        from_ms
    };
    let mut after = Some((from_ms, 0));
    while let Some(place) = after {
        let taken = context.db.write(move |tx| take(tx, place, now_ms)).await?;
        for (url, visit) in taken.services {
            let (courier, at) = (cas.courier.clone(), utc_rfc3339(now_ms));
            calls.spawn(async move { cas::farewell(&courier, url, &visit, &at).await });
        }
        for leaving in taken.clients {
            let (courier, context) = (cas.courier.clone(), context.clone());
            calls.spawn(async move { oidc::farewell::notify(&context, &courier, leaving).await });
        }
        after = taken.next;
    }
    // A call that panicked has told its story in the log.
    while calls.join_next().await.is_some() {}
    context
        .db
        .write(move |tx| cas::clean(tx, now_ms - BACK_MS, CLEAN_MAX))
        .await?;
    Ok(from_ms.max(now_ms - OVERLAP_MS))
}

/// Whom to tell, and where the list goes on when it is longer.
struct FarewellBatch {
    services: Vec<(String, Visit)>,
    clients: Vec<Leaving>,
    next: Option<(i64, i64)>,
}

fn take(tx: &mut Tx<'_>, after: (i64, i64), now_ms: i64) -> Result<FarewellBatch> {
    let ended = session::ended_since(tx, after, SESSIONS_MAX)?;
    let is_full = i64::try_from(ended.len()).unwrap_or(i64::MAX) >= SESSIONS_MAX;
    let next = ended.last().copied().filter(|_| is_full);
    let (mut services, mut clients) = (Vec::new(), Vec::new());
    for (_, session) in ended {
        services.extend(cas::take(tx, session, now_ms)?);
        clients.extend(oidc::farewell::take(tx, session, now_ms)?);
    }
    Ok(FarewellBatch {
        services,
        clients,
        next,
    })
}
