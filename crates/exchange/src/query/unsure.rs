//! Messages of which customs' last word is a status that nobody can read yet: what became of them is what was known
//! before, and must not look like an end.

use super::MessageSummary;
use crate::message::MessageId;
use crate::{finder, unknown_code};
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

impl MessageSummary {
    /// Tells of a status that nobody can read yet.
    pub(crate) fn unsure(&mut self, unknown: &BTreeMap<MessageId, i64>) {
        let id = MessageId::parse(&self.id);
        self.unknown_status = id.and_then(|id| unknown.get(&id).copied());
        if self.unknown_status.is_some() {
            "平台（解释未收录的回执状态）".clone_into(&mut self.holder);
        }
    }
}

/// Statuses of these messages that nobody can read yet: neither the standard nor an operator says what they mean.
pub(crate) fn unknown_statuses(
    tx: &mut Tx<'_>,
    messages: &BTreeSet<MessageId>,
) -> Result<BTreeMap<MessageId, i64>> {
    let mut found = finder::unknown_statuses(tx, messages)?;
    let codes: BTreeSet<String> = found.values().map(i64::to_string).collect();
    let answered = unknown_code::answered(tx, &codes)?;
    found.retain(|_, status| !answered.contains(&status.to_string()));
    Ok(found)
}
