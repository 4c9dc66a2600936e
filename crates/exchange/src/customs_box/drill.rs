//! Drills of the line (线路故障演练): what is wrong, in which direction, and until when.

use super::CustomsBox;
use ceb::Direction;
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;
use std::time::Duration;

/// What can be wrong with the line (线路故障).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// 静默: nothing is taken and nothing is sent until it is over.
    Silent,
    /// 乱码: every portion of receipts is preceded by bytes that are no message.
    Garbage,
    /// 缓慢: answers to what arrives now come ten seconds later.
    Slow,
}

/// A drill that is on (正在进行的演练).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drill {
    /// What is wrong.
    pub outage: Outage,
    /// The line that is broken; both when absent.
    pub direction: Option<Direction>,
    /// When it ends by itself, milliseconds since 1970-01-01 UTC.
    pub until: i64,
}

impl Drill {
    /// Whether the drill plays this outage on this line.
    pub(super) fn hits(&self, outage: Outage, direction: Direction) -> bool {
        self.outage == outage && self.direction.is_none_or(|hit| hit == direction)
    }
}

impl CustomsBox {
    /// Breaks one line, or both, for a while; a new drill replaces the old one, a zero time ends it.
    pub fn fail_for(&self, outage: Outage, direction: Option<Direction>, how_long: Duration) {
        let ms = i64::try_from(how_long.as_millis()).unwrap_or(i64::MAX);
        let until = self.clock.now_ms().saturating_add(ms);
        tracing::warn!(
            ?outage,
            ?direction,
            ms,
            "the customs simulator plays an outage"
        );
        let drill = Drill {
            outage,
            direction,
            until,
        };
        *self.drill.lock().unwrap_or_else(PoisonError::into_inner) = Some(drill);
    }

    /// The drill that is on.
    pub fn drill(&self) -> Option<Drill> {
        let drill = self.drill.lock().unwrap_or_else(PoisonError::into_inner);
        (*drill).filter(|drill| self.clock.now_ms() < drill.until)
    }
}
