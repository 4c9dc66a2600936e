//! How an outcome is told to people: beside the state, never against it.

use crate::message::State;
use ceb::Outcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Messages by outcome (按办理结果计数).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeCounts {
    /// Accepted by customs (已入库).
    pub accepted: i64,
    /// Released or cleared (已放行).
    pub released: i64,
    /// Rejected by customs (海关退单).
    pub rejected: i64,
    /// Faulty (处理异常).
    pub faulty: i64,
    /// Refused by the platform (平台拒收).
    pub refused: i64,
}

impl OutcomeCounts {
    /// Adds messages with an outcome; those that wait are not counted.
    pub fn add(&mut self, outcome: Outcome, n: i64) {
        let place = match outcome {
            Outcome::Waiting => return,
            Outcome::Accepted => &mut self.accepted,
            Outcome::Released => &mut self.released,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Faulty => &mut self.faulty,
            Outcome::Refused => &mut self.refused,
        };
        *place = place.saturating_add(n);
    }

    /// Messages that were turned down, by whomever.
    #[must_use]
    pub fn bad(&self) -> i64 {
        self.rejected
            .saturating_add(self.faulty)
            .saturating_add(self.refused)
    }
}

/// The state's Chinese name with the outcome in mind: of what was turned down its own, which says more than that
/// the receipts are there.
#[must_use]
pub fn state_chinese(state: State, outcome: Outcome) -> &'static str {
    match (state, outcome) {
        (State::Answered | State::Settled, Outcome::Rejected | Outcome::Faulty) => {
            outcome.chinese()
        }
        // A status after the last one that was expected, such as 人工审核: customs is not done.
        (State::Settled, Outcome::Waiting) => State::Answered.chinese(),
        _ => state.chinese(),
    }
}

/// Who has a message or document now (当前处理方).
#[must_use]
pub fn holder(state: State, outcome: Outcome, needs_action: bool) -> &'static str {
    match (outcome, needs_action) {
        (Outcome::Rejected, true) => "企业（海关退单，请更正后重新申报）",
        (Outcome::Faulty, true) => "企业（处理异常，请按回执处理）",
        (Outcome::Refused, true) => "企业（平台拒收，请更正后重新申报）",
        (Outcome::Rejected | Outcome::Faulty | Outcome::Refused, false) => {
            "无（已重新申报或不再处理）"
        }
        (Outcome::Waiting, _) if state == State::Settled => State::Answered.holder(),
        (Outcome::Waiting | Outcome::Accepted | Outcome::Released, _) => state.holder(),
    }
}
