//! Messages of which customs' last word is a status that the standard does not have: what became of them is what was
//! known before, and must not look like an end.

use super::MessageSummary;
use crate::message::{MessageId, State};
use crate::outcome::state_chinese;
use crate::{finder, unknown_code};
use ceb::Outcome;
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
    /// The name of a message's state: a status that leaves it open is no end.
    #[must_use]
    pub fn state_name(self, state: State, outcome: Outcome) -> &'static str {
        match state {
            State::Settled => State::Answered.chinese(),
            _ => state_chinese(state, outcome),
        }
    }

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
        self.unknown_status_explained = one.is_explained;
        one.holder().clone_into(&mut self.holder);
        if self.state == State::Settled.name() {
            State::Answered.chinese().clone_into(&mut self.state_name);
        }
    }
}

/// Those of the messages of which the latest status of a document is one that neither the standard has nor an operator
/// has explained, for its kind, as nothing to act upon.
pub fn unsure(
    tx: &mut Tx<'_>,
    messages: impl Iterator<Item = MessageId>,
) -> Result<BTreeMap<MessageId, Unsure>> {
    let messages: BTreeSet<MessageId> = messages.collect();
    let found = finder::unknown_statuses(tx, &messages)?;
    let key = |kind: &str, status: i64| (status.to_string(), kind.to_owned());
    let keys = found.iter().map(|(_, kind, status)| key(kind, *status));
    let answers = unknown_code::answers(tx, &keys.collect())?;
    let mut open = BTreeMap::new();
    for (id, kind, status) in found {
        let answer = answers.get(&key(&kind, status));
        if answer.is_some_and(|answer| !answer.wants_act()) {
            continue;
        }
        let one = Unsure {
            status,
            is_explained: answer.is_some(),
        };
        // Of several the one that nobody can read yet.
        let known = open.entry(id).or_insert(one);
        if known.is_explained && !one.is_explained {
            *known = one;
        }
    }
    Ok(open)
}

/// One message's; see [`unsure`].
pub fn unsure_one(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<Unsure>> {
    Ok(unsure(tx, [id].into_iter())?.remove(&id))
}
