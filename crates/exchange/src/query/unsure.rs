//! Messages of which customs' last word is a status that the standard does not have: what became of them is what was
//! known before, and must not look like an end.

use super::MessageSummary;
use crate::message::{Message, MessageId, State};
use crate::{finder, unknown_code};
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// A latest status (未收录的回执状态) that leaves open what became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure {
    pub(crate) status: i64,
    /// Whether an operator has explained it, and that the company is to do something.
    pub(crate) is_explained: bool,
}

impl Unsure {
    /// Who has the message now.
    #[must_use]
    pub fn holder(self) -> &'static str {
        match self.is_explained {
            true => "企业（按平台对回执状态的解释处理）",
            false => "平台（解释未收录的回执状态）",
        }
    }
}

impl MessageSummary {
    /// Tells of a status that leaves open what became of the message: it is not settled.
    pub fn unsure(&mut self, unsure: &BTreeMap<MessageId, Unsure>) {
        let id = MessageId::parse(&self.id);
        let Some(one) = id.and_then(|id| unsure.get(&id)) else {
            return;
        };
        self.unknown_status = Some(one.status);
        one.holder().clone_into(&mut self.holder);
        if self.state == State::Settled.name() {
            State::Answered.chinese().clone_into(&mut self.state_name);
        }
    }
}

/// Those of the messages of which the latest status is one that neither the standard has nor an operator has explained
/// as nothing to act upon.
///
/// # Errors
/// The engine's.
pub fn unsure<'a>(
    tx: &mut Tx<'_>,
    messages: impl Iterator<Item = &'a Message>,
) -> Result<BTreeMap<MessageId, Unsure>> {
    let messages: BTreeSet<MessageId> = messages.map(|message| message.id).collect();
    let found = finder::unknown_statuses(tx, &messages)?;
    let codes: BTreeSet<String> = found.values().map(i64::to_string).collect();
    let answered = unknown_code::answered(tx, &codes)?;
    let open = found.into_iter().filter_map(|(id, status)| {
        let wants_act = answered.get(&status.to_string()).copied();
        (wants_act != Some(false)).then_some((
            id,
            Unsure {
                status,
                is_explained: wants_act.is_some(),
            },
        ))
    });
    Ok(open.collect())
}
