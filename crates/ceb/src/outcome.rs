//! Outcome (办理结果): what became of a document, beside how far it has come.
//!
//! A document that customs has finished with may have been accepted or rejected; the state alone
//! does not say which, and the one who must act is another. The outcome of a document follows from
//! its kind and its latest status ([`Outcome::of`]), that of a message from its documents
//! ([`Outcome::of_documents`]): the worst that needs an action wins.

use crate::kind::Kind;
use crate::status::ReturnStatus;

/// Outcome (办理结果).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// Waiting (未办结): neither accepted nor turned down so far.
    #[default]
    Waiting,
    /// Accepted (入库): stored, or reviewed where the kind ends with a review.
    Accepted,
    /// Released (放行/结关).
    Released,
    /// Rejected (海关退单): to be corrected and declared again.
    Rejected,
    /// Faulty (处理异常): the E-Port failed on it, it never reached customs, or it was detained or
    /// sent back.
    Faulty,
    /// Refused (平台拒收): the platform found errors; it was not sent.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Those after which the company must act.
    pub const BAD: [Self; 3] = [Self::Rejected, Self::Faulty, Self::Refused];

    /// The name in the database and the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The outcome with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Waiting => "未办结",
            Self::Accepted => "已入库",
            Self::Released => "已放行",
            Self::Rejected => "海关退单",
            Self::Faulty => "处理异常",
            Self::Refused => "平台拒收",
        }
    }

    /// Whether the company must act: correct and declare again, or look into it.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Rejected | Self::Faulty | Self::Refused)
    }

    /// What a status says of a document; `None` for a status that says nothing of it: an unknown code,
    /// or none, as in a tax bill.
    #[must_use]
    pub const fn of(status: ReturnStatus) -> Option<Self> {
        Some(match status.0 {
            ..=-1 | 4 | 501 | 502 | 503 | 599 | 700 => Self::Faulty,
            100 => Self::Rejected,
            120 | 399 => Self::Accepted,
            800 | 899 => Self::Released,
            1..=3 | 300 | 400 | 500 | 505 | 600 => Self::Waiting,
            _ => return None,
        })
    }

    /// What a receipt of a kind says: a format check that failed (CEB900) is a fault whatever its
    /// number; tax bills and summaries (816, 818, 792) say nothing of acceptance.
    #[must_use]
    pub const fn of_receipt(kind: Kind, status: ReturnStatus) -> Option<Self> {
        if matches!(kind, Kind::Ceb900) {
            Some(Self::Faulty)
        } else if matches!(kind, Kind::Ceb816 | Kind::Ceb818 | Kind::Ceb792) {
            None
        } else {
            Self::of(status)
        }
    }

    /// The outcome of a message from those of its documents, each with whether it needs an action: the
    /// worst that needs an action wins (refused, rejected, faulty); then, while any still waits,
    /// waiting; then what went wrong and is dealt with; then the least that was reached.
    #[must_use]
    pub fn of_documents(documents: impl IntoIterator<Item = (Self, bool)>) -> (Self, bool) {
        let place = |(outcome, needs_action): (Self, bool)| {
            let grave = match outcome {
                Self::Refused => 0,
                Self::Rejected => 1,
                Self::Faulty => 2,
                Self::Waiting => return 3,
                Self::Accepted => return 7,
                Self::Released => return 8,
            };
            if needs_action { grave } else { 4 + grave }
        };
        let worst = documents.into_iter().min_by_key(|one| place(*one));
        worst.map_or((Self::Waiting, false), |(outcome, needs_action)| {
            (outcome, needs_action && outcome.is_bad())
        })
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{self, Accepted, Faulty, Refused, Rejected, Released, Waiting};
    use crate::status::ReturnStatus;

    #[test]
    fn a_final_status_says_whether_it_went_well() {
        let of = |status| Outcome::of(ReturnStatus(status));
        for (status, expected) in [
            (100, Rejected),
            (-621_018, Faulty),
            (-1, Faulty),
            (4, Faulty),
            (501, Faulty),
            (700, Faulty),
            (120, Accepted),
            (399, Accepted),
            (800, Released),
            (899, Released),
            (1, Waiting),
            (2, Waiting),
            (3, Waiting),
            (300, Waiting),
            (500, Waiting),
        ] {
            assert_eq!(of(status), Some(expected), "{status}");
        }
        assert_eq!(of(0), None);
        assert_eq!(of(777), None);
    }

    #[test]
    fn the_worst_that_needs_an_action_decides_for_the_message() {
        for (documents, expected) in [
            (vec![], (Waiting, false)),
            (
                vec![(Released, false), (Accepted, false)],
                (Accepted, false),
            ),
            (vec![(Released, false), (Waiting, false)], (Waiting, false)),
            (vec![(Waiting, false), (Rejected, true)], (Rejected, true)),
            (vec![(Faulty, true), (Rejected, true)], (Rejected, true)),
            (vec![(Faulty, true), (Rejected, false)], (Faulty, true)),
            (vec![(Waiting, false), (Rejected, false)], (Waiting, false)),
            (
                vec![(Accepted, false), (Rejected, false)],
                (Rejected, false),
            ),
            (vec![(Refused, true), (Rejected, true)], (Refused, true)),
        ] {
            assert_eq!(
                Outcome::of_documents(documents.clone()),
                expected,
                "{documents:?}"
            );
        }
    }

    #[test]
    fn names_are_read_back() {
        for &outcome in Outcome::ALL {
            assert_eq!(Outcome::from_name(outcome.name()), Some(outcome));
            assert_eq!(outcome.is_bad(), Outcome::BAD.contains(&outcome));
        }
        assert_eq!(Outcome::from_name("settled"), None);
    }
}
