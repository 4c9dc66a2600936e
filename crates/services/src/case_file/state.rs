//! The states of a case and the steps between them, as one table.

/// How far a case has come (办件状态).
#[derive(
    Debug,
    Clone,
    Copy,
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
pub enum CaseState {
    /// Applied for (申请).
    Applied,
    /// Accepted for review (受理).
    Accepted,
    /// The applicant must add something (补正).
    Supplementing,
    /// Reviewed, waits for the decision (审批).
    Approving,
    /// Granted and carried out (办结).
    Done,
    /// Not granted (退回).
    Returned,
    /// The applicant does not want it any more (撤回).
    Withdrawn,
}

impl CaseState {
    /// Every state.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Applied => "申请",
            Self::Accepted => "受理",
            Self::Supplementing => "补正",
            Self::Approving => "审批",
            Self::Done => "办结",
            Self::Returned => "退回",
            Self::Withdrawn => "撤回",
        }
    }

    /// Whether nothing happens to the case any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Returned | Self::Withdrawn)
    }
}

/// What somebody does to a case (办理动作).
#[derive(
    Debug,
    Clone,
    Copy,
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
pub enum Verb {
    /// Takes it up.
    Accept,
    /// Asks the applicant for more.
    Supplement,
    /// Hands in what was asked for.
    Resubmit,
    /// Proposes to grant it.
    Approve,
    /// Grants it.
    Finish,
    /// Does not grant it.
    Return,
    /// Takes the application back.
    Withdraw,
}

impl Verb {
    /// Every verb.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The verb with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Accept => "受理",
            Self::Supplement => "通知补正",
            Self::Resubmit => "提交补正",
            Self::Approve => "审核通过，报审批",
            Self::Finish => "批准办结",
            Self::Return => "退回",
            Self::Withdraw => "撤回",
        }
    }

    /// Whether the applicant must be told why.
    pub fn needs_remark(self) -> bool {
        matches!(self, Self::Supplement | Self::Return)
    }
}

/// On which side of the counter somebody stands (办理方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Side {
    /// Who applied (申请人).
    Applicant,
    /// Who reviews and proposes (经办人).
    Reviewer,
    /// Who decides (审批人).
    Approver,
}

impl Side {
    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Applicant => "申请人",
            Self::Reviewer => "经办人",
            Self::Approver => "审批人",
        }
    }
}

/// Every step that is allowed: in a state, what, by whom, and the state after it.
pub const STEPS: &[(CaseState, Verb, Side, CaseState)] = &[
    (
        CaseState::Applied,
        Verb::Accept,
        Side::Reviewer,
        CaseState::Accepted,
    ),
    (
        CaseState::Applied,
        Verb::Return,
        Side::Reviewer,
        CaseState::Returned,
    ),
    (
        CaseState::Applied,
        Verb::Withdraw,
        Side::Applicant,
        CaseState::Withdrawn,
    ),
    (
        CaseState::Accepted,
        Verb::Supplement,
        Side::Reviewer,
        CaseState::Supplementing,
    ),
    (
        CaseState::Accepted,
        Verb::Approve,
        Side::Reviewer,
        CaseState::Approving,
    ),
    (
        CaseState::Accepted,
        Verb::Return,
        Side::Reviewer,
        CaseState::Returned,
    ),
    (
        CaseState::Accepted,
        Verb::Withdraw,
        Side::Applicant,
        CaseState::Withdrawn,
    ),
    (
        CaseState::Supplementing,
        Verb::Resubmit,
        Side::Applicant,
        CaseState::Accepted,
    ),
    (
        CaseState::Supplementing,
        Verb::Return,
        Side::Reviewer,
        CaseState::Returned,
    ),
    (
        CaseState::Supplementing,
        Verb::Withdraw,
        Side::Applicant,
        CaseState::Withdrawn,
    ),
    (
        CaseState::Approving,
        Verb::Supplement,
        Side::Approver,
        CaseState::Supplementing,
    ),
    (
        CaseState::Approving,
        Verb::Finish,
        Side::Approver,
        CaseState::Done,
    ),
    (
        CaseState::Approving,
        Verb::Return,
        Side::Approver,
        CaseState::Returned,
    ),
    (
        CaseState::Approving,
        Verb::Withdraw,
        Side::Applicant,
        CaseState::Withdrawn,
    ),
];

/// The step by which one of `sides` may do `verb` in `from`: the side and the state after it.
pub fn step(from: CaseState, verb: Verb, sides: &[Side]) -> Option<(Side, CaseState)> {
    STEPS
        .iter()
        .find(|(state, v, side, _)| *state == from && *v == verb && sides.contains(side))
        .map(|(_, _, side, to)| (*side, *to))
}

/// Whether anybody may do `verb` in `from`.
pub fn is_possible(from: CaseState, verb: Verb) -> bool {
    STEPS
        .iter()
        .any(|(state, v, ..)| *state == from && *v == verb)
}
