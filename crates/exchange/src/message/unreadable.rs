//! Messages that no key opens, damaged on the disk or by a key that is gone: a person must look at them, and the
//! others of the turn go on. Their bytes stay as they are.

use super::{MessageId, State, Step, advance};
use crate::pipeline::Shared;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Result;

/// What the timeline of such a message says.
pub(crate) const REASON: &str = "存储的报文用现有密钥无法解密，原样保留，待人工处理";

/// The id of a message that no key opens, and why, for the log.
pub(crate) type Unreadable = (MessageId, String);

/// Holds messages and raises the alarm; answers how many were not held before.
///
/// # Errors
/// The store's.
pub(crate) async fn hold(shared: &Arc<Shared>, unreadable: Vec<Unreadable>) -> Result<usize> {
    if unreadable.is_empty() {
        return Ok(0);
    }
    let why: BTreeMap<MessageId, String> = unreadable.into_iter().collect();
    let found: Vec<MessageId> = why.keys().copied().collect();
    let (writer, at_ms) = (Arc::clone(shared), shared.clock.now_ms());
    let write = shared.db.write(move |tx| {
        let step = Step {
            to: State::Held,
            at_ms,
            detail: REASON,
        };
        advance(tx, &writer.ids, &found, step)
    });
    let moved = write.await?;
    for one in &moved {
        let error = why.get(&one.id).map_or("", String::as_str);
        metrics::counter!("tongguan_values_unreadable_total", "place" => "message").increment(1);
        tracing::error!(
            message = one.id.0,
            error,
            "a message that no key opens is held"
        );
    }
    Ok(moved.len())
}
