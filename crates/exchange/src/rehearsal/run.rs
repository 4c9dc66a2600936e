//! The loop of the rehearsal: one process, so many messages a turn, after the hot path.

use super::{Coming, sql};
use crate::lane::Lease;
use crate::message::State;
use crate::message::sql::Loaded;
use crate::shared::{Shared, TURN_MAX};
use crate::workbook::profile;
use ceb::{Finding, Standard, Terms};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use store::Result;
use store::id::first_at_ms;
use store::task::{Pulse, Tasks};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Messages of one turn.
const TURN_MESSAGES_MAX: i64 = 50;

/// Pause after a turn that had work: at most fifty messages in half a second, whatever waits.
const PAUSE: Duration = Duration::from_millis(500);

/// Pause when there is nothing to rehearse, and after a failure.
const IDLE: Duration = Duration::from_secs(10);

/// A message younger than this is left for the next turn: its id may be made and not yet committed.
pub(crate) const SETTLED_MS: i64 = 30_000;

/// Starts the loop; it ends when `stop` becomes true.
pub fn start(
    shared: &Arc<Shared>,
    tasks: &Tasks,
    owner: &str,
    stop: &watch::Receiver<bool>,
) -> JoinHandle<()> {
    let (shared, owner, stopped) = (Arc::clone(shared), owner.to_owned(), stop.clone());
    tasks.start("rehearsal", TURN_MAX, stop.clone(), move |pulse| {
        serve(Arc::clone(&shared), owner.clone(), stopped.clone(), pulse)
    })
}

async fn serve(shared: Arc<Shared>, owner: String, mut stop: watch::Receiver<bool>, pulse: Pulse) {
    let mut lease = Lease::new("rehearsal", owner);
    while !*stop.borrow() {
        pulse.beat();
        let wait = match once(&shared, &mut lease).await {
            Ok(0) => IDLE,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "the rehearsal failed and will be repeated");
                IDLE
            }
        };
        tokio::select! {
            () = shared.clock.sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
    if let Err(error) = lease.give_back(&shared.db).await {
        tracing::warn!(%error, "the lease could not be given back; it runs out by itself");
    }
}

async fn once(shared: &Arc<Shared>, lease: &mut Lease) -> Result<usize> {
    // Where no version is loaded the rehearsal costs one look and writes nothing.
    let coming = shared.db.read(sql::coming).await?;
    if coming.is_none() || !lease.hold(&shared.db, &shared.clock).await? {
        return Ok(0);
    }
    turn(shared).await
}

/// A key of what is counted: company, kind, code, element.
pub(super) type CountKey = (CompanyId, String, String, String);

/// What one turn found under a key.
pub(super) struct KeyCount {
    pub(super) severity: &'static str,
    pub(super) text: String,
    pub(super) n_messages: i64,
    pub(super) example: i64,
}

/// Rehearses the next messages; answers how many.
pub(crate) async fn turn(shared: &Arc<Shared>) -> Result<usize> {
    let now_ms = shared.clock.now_ms();
    let until = first_at_ms(now_ms - SETTLED_MS);
    let found = shared
        .db
        .read(move |tx| -> Result<_> {
            let Some(coming) = sql::coming(tx)? else {
                return Ok(None);
            };
            let (from, limit) = (coming.cursor, TURN_MESSAGES_MAX);
            let messages = crate::message::sql::between(tx, from, until, limit)?;
            Ok(Some((coming, messages)))
        })
        .await?;
    let Some((coming, messages)) = found else {
        return Ok(0);
    };
    // Live traffic comes first: what waits for its check is not overtaken.
    let ready: Vec<(Loaded, State)> = messages
        .into_iter()
        .take_while(|(_, state)| *state != State::Received)
        .collect();
    let Some((last, _)) = ready.last() else {
        return Ok(0);
    };
    let (last, n_ready) = (last.id.0, ready.len());
    let overlay = coming.overlay.clone();
    let judged = tokio::task::spawn_blocking(move || judge(&overlay, &ready)).await;
    let judged = judged.map_err(|error| store::Error::Fault(error.to_string()))?;
    let Some((counts, figures)) = judged else {
        tracing::error!(standard = coming.id, "the coming version cannot be read");
        return Ok(0);
    };
    shared
        .db
        .write(move |tx| -> Result<_> {
            let Coming { id, cursor, .. } = &coming;
            // Another process that was here first, or a version that is gone: nothing is counted.
            if sql::advance(tx, id, *cursor, last, figures)? {
                sql::count(tx, id, &counts, now_ms)?;
            }
            Ok(())
        })
        .await?;
    Ok(n_ready)
}

type JudgedMessage = (BTreeMap<CountKey, KeyCount>, Figures);

/// What a turn counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Figures {
    pub(super) n_rehearsed: i64,
    pub(super) n_broken: i64,
    /// Messages that are damaged.
    pub(super) n_unreadable: i64,
}

/// What the coming version finds and the current one does not. Messages that are refused now are left
/// out: they will be put right first.
fn judge(overlay: &str, messages: &[(Loaded, State)]) -> Option<JudgedMessage> {
    let standard = Standard::of_overlay(overlay).ok()?;
    let (mut counts, mut figures) = (BTreeMap::new(), Figures::default());
    for (loaded, state) in messages {
        figures.n_unreadable += i64::from(loaded.body.is_empty());
        let Ok(sniffed) = ceb::sniff(&loaded.body) else {
            continue;
        };
        if *state == State::Refused {
            continue;
        }
        figures.n_rehearsed += 1;
        let terms = Terms::new(profile(&loaded.profile));
        let after = ceb::parse_under(&sniffed.inner, &terms.under(standard)).findings;
        if after.is_empty() {
            continue;
        }
        let before = ceb::parse_under(&sniffed.inner, &terms).findings;
        let known: BTreeSet<(&str, String)> = before.iter().map(place).collect();
        let mut broken = BTreeSet::new();
        for finding in after
            .iter()
            .filter(|finding| !known.contains(&place(finding)))
        {
            let (code, element) = place(finding);
            if !broken.insert((code, element.clone())) {
                continue;
            }
            let key = (
                loaded.company_id,
                loaded.kind.clone(),
                code.to_owned(),
                element,
            );
            let count = counts.entry(key).or_insert_with(|| KeyCount {
                severity: finding.severity.name(),
                text: ceb::personal::masked_text(&finding.text),
                n_messages: 0,
                example: loaded.id.0,
            });
            count.n_messages += 1;
        }
        figures.n_broken += i64::from(!broken.is_empty());
    }
    Some((counts, figures))
}

/// The code of a finding and the element that it is about, without the numbers of documents and lines.
fn place(finding: &Finding) -> (&'static str, String) {
    let steps = finding.path.rsplit('/').take(2);
    let names: Vec<&str> = steps
        .map(|step| step.split('[').next().unwrap_or_default())
        .filter(|step| !step.is_empty())
        .collect();
    let element: Vec<&str> = names.into_iter().rev().collect();
    (finding.code, element.join("/"))
}
