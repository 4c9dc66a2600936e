//! Dispatch (发送): step 4. Checked messages go to customs, byte for byte.
//!
//! A turn of a lane is wrapped, put on customs' queue in one call, and only when the queue has
//! confirmed all of it are the messages `Sent`. After a crash in between the same turn is sent
//! again with the same transmission numbers, and customs counts each once (I3). While the queue
//! cannot be reached everything waits in `Checked`; nothing is lost and nobody is told a lie.
//! A message that the queue can never take, or that no key opens, is `Held` for a person.

use crate::customs::{self, Parcel};
use crate::lane::LaneFence;
use crate::message::sql::Loaded;
use crate::message::{self, MessageId, State, Step};
use crate::shared::Shared;
use crate::unreadable;
use bytes::Bytes;
use ceb::{Direction, Kind};
use std::sync::Arc;
use store::id::made_at_ms;
use store::{Result, Tx};

/// Why a turn could not be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendFailure {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The queue to customs failed; the turn waits.
    #[error(transparent)]
    Queue(#[from] queue::Error),
}

/// Sends the messages of one turn; answers how many there were.
pub(crate) async fn step(
    shared: &Arc<Shared>,
    direction: Direction,
    turn: Vec<MessageId>,
    fence: &LaneFence,
) -> std::result::Result<usize, SendFailure> {
    shared.directory.refresh().await?;
    let (loaded, unreadable) = shared
        .db
        .read(move |tx| message::sql::load(tx, &turn))
        .await?;
    let n_unreadable = unreadable::hold(shared, unreadable).await?;
    let wrapping = Arc::clone(shared);
    let (loaded, bodies) = store::offload::offload(move || {
        let bodies: Vec<Option<Bytes>> = loaded
            .iter()
            .map(|message| wrap(&wrapping, direction, message))
            .collect();
        (loaded, bodies)
    })
    .await
    .map_err(|error| store::Error::Fault(error.to_string()))?;

    let mut sent = Vec::with_capacity(loaded.len());
    let mut held = Vec::new();
    let mut parcels = Vec::with_capacity(loaded.len());
    for (message, body) in loaded.into_iter().zip(bodies) {
        match body.filter(|body| body.len() <= queue::BODY_BYTES_MAX) {
            Some(body) => {
                parcels.push(body);
                sent.push(message);
            }
            None => held.push(message.id),
        }
    }
    fence.is_ahead(shared.clock.now_ms())?;
    shared
        .queue
        .put(shared.customs.up(direction), &parcels)
        .await?;
    metrics::counter!("tongguan_messages_sent_total")
        .increment(u64::try_from(sent.len()).unwrap_or(0));
    let n_messages = sent.len() + held.len() + n_unreadable;
    let now_ms = shared.clock.now_ms();
    // Not fenced: customs has them, whoever works the lanes now, and only those move that have not moved yet.
    let writer = Arc::clone(shared);
    let write = shared
        .db
        .write(move |tx| commit(tx, &writer, &sent, &held, now_ms));
    write.await?;
    Ok(n_messages)
}

fn wrap(shared: &Shared, direction: Direction, message: &Loaded) -> Option<Bytes> {
    let company = shared.directory.by_id(message.company_id)?;
    let kind = Kind::from_code(&message.kind)?;
    let sniffed = ceb::sniff(&message.body).ok()?;
    Some(customs::wrap(
        &shared.customs,
        &Parcel {
            id: message.id,
            root: kind.root(),
            direction,
            sender_id: &company.dxp_id,
            xml: &sniffed.inner,
            at_ms: made_at_ms(message.id.0),
        },
    ))
}

fn commit(
    tx: &mut Tx<'_>,
    shared: &Shared,
    sent: &[Loaded],
    held: &[MessageId],
    now_ms: i64,
) -> Result<()> {
    let ids: Vec<MessageId> = sent.iter().map(|message| message.id).collect();
    let step = Step {
        to: State::Sent,
        at_ms: now_ms,
        detail: "",
    };
    let moved = message::advance(tx, &shared.ids, &ids, step)?;
    let step = Step {
        to: State::Held,
        at_ms: now_ms,
        detail: "队列无法承载该报文",
    };
    message::advance(tx, &shared.ids, held, step)?;
    // What an answer has overtaken, or another process has sent, was counted there.
    message::count_sent(tx, &shared.ids, &moved, now_ms)
}
