//! Messages of which customs' last word is a status that the standard does not have and nobody has explained: what
//! became of them is not known, and the platform's operators have them.

use super::MessageSummary;
use crate::finder;
use crate::message::MessageId;
use crate::unknown_code;
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// Who has such a message (当前处理方).
pub const OPERATORS: &str = "平台（解释未收录的回执状态）";

/// Latest statuses that leave open what became of messages.
pub type Unsure = BTreeMap<MessageId, i64>;

impl MessageSummary {
    /// Tells of a status that leaves open what became of the message.
    pub fn unsure(&mut self, unsure: &Unsure) {
        let id = MessageId::parse(&self.id);
        if let Some(status) = id.and_then(|id| unsure.get(&id)) {
            self.unknown_status = Some(*status);
            OPERATORS.clone_into(&mut self.holder);
        }
    }
}

/// Those of the messages of which the latest status of a document is one that neither the standard has nor an operator
/// has explained for its kind.
pub fn unsure(tx: &mut Tx<'_>, messages: impl Iterator<Item = MessageId>) -> Result<Unsure> {
    let messages: BTreeSet<MessageId> = messages.collect();
    let found = finder::unknown_statuses(tx, &messages)?;
    if found.is_empty() {
        return Ok(Unsure::new());
    }
    let explained = unknown_code::explained(tx)?;
    let open = found
        .into_iter()
        .filter(|(_, kind, status)| !explained.contains_key(&(kind.clone(), *status)));
    Ok(open.map(|(id, _, status)| (id, status)).collect())
}
