//! Messages that are damaged on the disk: a person must look at them, and the others of the turn go on. Their
//! bytes stay as they are.

use crate::message::{MessageId, State, Step, Unreadable, advance, sql};
use crate::shared::Shared;
use crate::signing;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Result;
use store::event::Event;

/// What the timeline of such a message says.
pub(crate) const REASON: &str =
    "平台存储的内容已损坏，无法读取，原样保留，待人工处理；平台从备份恢复后可放行";

/// Holds messages and raises the alarm; answers how many were under way. One that waits for its signature, which
/// may be held already, waits for it no more: there is nothing to sign, and others stand behind it.
pub(crate) async fn hold(shared: &Arc<Shared>, unreadable: Vec<Unreadable>) -> Result<usize> {
    if unreadable.is_empty() {
        return Ok(0);
    }
    let why: BTreeMap<MessageId, String> = unreadable.into_iter().collect();
    let found: Vec<MessageId> = why.keys().copied().collect();
    let (writer, at_ms) = (Arc::clone(shared), shared.clock.now_ms());
    let write = shared.db.write(move |tx| -> Result<_> {
        let step = Step {
            to: State::Held,
            at_ms,
            detail: REASON,
        };
        let moved = advance(tx, &writer.ids, &found, step)?;
        let mut waited = signing::stop_waiting(tx, &found)?;
        waited.retain(|id| moved.iter().all(|moved| moved.id != *id));
        let mut events = Vec::with_capacity(waited.len());
        for id in &waited {
            events.push(Event {
                id: writer.ids.next(),
                at_ms,
                kind: format!("message.{}", State::Held.name()),
                company_id: sql::owner(tx, *id)?.map(|(company, _)| company.0),
                subject_id: id.0,
                detail: REASON.to_owned(),
            });
        }
        store::event::append(tx, &events)?;
        Ok(moved.len() + waited.len())
    });
    let n_held = write.await?;
    for (id, why) in &why {
        store::unreadable::report(("message", (id.0, 0)), why);
    }
    Ok(n_held)
}
