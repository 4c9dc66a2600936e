//! The steps of a message: each is told as it was when it was taken, whatever came after it.

use super::{OPERATORS, TimelineEntry};
use crate::downlink::Item;
use crate::message::{Back, State, StoredMessage};
use crate::outcome::{self, holder};
use crate::receipt;
use ceb::Outcome;
use ceb::code::matching as code;
use std::collections::BTreeMap;
use store::clock::beijing_rfc3339;
use store::event::Event;
use store::{Result, Tx};

/// Events told with one message.
const EVENTS_MAX: i64 = 200;

/// Whether a step of the timeline is brought about by a receipt.
pub(crate) fn follows_receipt(step: &str) -> bool {
    ["answered", "settled", "rejected", "faulty"].contains(&step)
}

/// The Chinese name of a step of the timeline.
pub(crate) fn step_name(kind: &str, state: Option<State>) -> &'static str {
    match state {
        Some(state) => state.chinese(),
        None if kind == outcome::DISMISSED_EVENT => "企业不再处理",
        None if kind == outcome::RESUMED_EVENT => "企业恢复处理",
        None => crate::matching::event_name(kind),
    }
}

/// What had become of a message at a moment, by what customs had said of its documents until then.
fn outcome_at(message: &StoredMessage, receipts: &[Item], at_ms: i64) -> Outcome {
    let mut outcomes: BTreeMap<i64, Outcome> = BTreeMap::new();
    let until = receipts.iter().filter(|item| item.received_at <= at_ms);
    for item in until {
        let says = receipt::outcome_of(&item.kind, &item.guid, item.return_status);
        if let Some(outcome) = says {
            outcomes.insert(item.document_id, outcome);
        }
    }
    let all = outcomes
        .into_values()
        .map(|outcome| (outcome, outcome.is_bad()));
    let (outcome, _) = Outcome::of_documents(all);
    // Nothing that is told here says it: receipts beyond the limit, or none.
    if outcome == Outcome::Waiting {
        return message.outcome;
    }
    outcome
}

/// The steps of a message that the platform took, with their moments.
pub(super) fn steps(
    tx: &mut Tx<'_>,
    message: &StoredMessage,
    receipts: &[Item],
) -> Result<Vec<(i64, TimelineEntry)>> {
    let mut is_dismissed = false;
    let mut timeline = Vec::new();
    for event in store::event::of_subject(tx, message.id.0, EVENTS_MAX)? {
        let state = event
            .kind
            .strip_prefix("message.")
            .and_then(State::from_name);
        let event_outcome = outcome::of_event(&event);
        is_dismissed = match &*event.kind {
            outcome::DISMISSED_EVENT => true,
            outcome::RESUMED_EVENT => false,
            _ => is_dismissed && event_outcome.is_none(),
        };
        let became = match state {
            Some(State::Settled) => Some(outcome_at(message, receipts, event.at_ms)),
            Some(State::Refused) => Some(Outcome::Refused),
            _ => event_outcome,
        };
        // One that was declared anew before it was refused asks nobody.
        let asks = !is_dismissed && event.detail != code::HOLD_REPLACED.title;
        timeline.push((
            event.at_ms,
            entry(event, state, event_outcome, became, asks),
        ));
    }
    Ok(timeline)
}

fn entry(
    event: Event,
    state: Option<State>,
    event_outcome: Option<Outcome>,
    became: Option<Outcome>,
    asks: bool,
) -> TimelineEntry {
    let step = match (event_outcome, state) {
        (Some(outcome), _) => outcome.name().to_owned(),
        (None, Some(state)) => state.name().to_owned(),
        (None, None) => event.kind.clone(),
    };
    let name = event_outcome.map_or_else(|| step_name(&event.kind, state), Outcome::chinese);
    let holder = match (became, state) {
        (Some(outcome), _) => {
            let asks = asks || event_outcome.is_some();
            holder(state.unwrap_or(State::Answered), outcome, asks)
        }
        (None, Some(_)) if event.detail == Back::Unclear.chinese() => OPERATORS,
        (None, Some(state)) => state.holder(),
        (None, None) => "",
    };
    TimelineEntry {
        at: beijing_rfc3339(event.at_ms),
        step,
        step_name: name.to_owned(),
        holder: holder.to_owned(),
        detail: match event_outcome {
            Some(_) => String::new(),
            None => event.detail,
        },
        outcome: became.map(|outcome| outcome.name().to_owned()),
    }
}
