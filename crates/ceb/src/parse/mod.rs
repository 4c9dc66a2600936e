//! Parse (解析): reads a business message once and reports everything that is wrong with it.
//!
//! 1. The bytes are text without forbidden characters ([`crate::xml`]).
//! 2. One pass over the tags follows the table of the kind: unknown, missing, repeated and misplaced
//!    elements, attributes, lengths and numbers. After a mistake reading goes on at the next
//!    element, so that one mistake gives one finding.
//! 3. The rules that need only the message, the code tables and the clock (module `check`) run over
//!    the value. What they are judged by are the [`Terms`].
//!
//! The verdict of the first two layers equals that of the official schema of 202205; intended
//! differences stand in `docs/protocol/differences.md`.
//!
//! | Profile | order, unknown, missing | seen in real messages | rules |
//! |---|---|---|---|
//! | strict 严格 | refuse | refuse | yes |
//! | lenient 宽松 | refuse | warn | yes |
//! | down 下行 | ignored or warn | ignored | no |
//!
//! A message that is not well-formed has no value. Findings are at most
//! [`FINDINGS_MAX`](crate::finding::FINDINGS_MAX) and one that says there are more.

mod fields;
mod machine;
mod root;
mod sequence;
mod signature;
#[cfg(test)]
mod tests;
pub(crate) mod value;

pub use crate::profile::Profile;
pub use crate::terms::Terms;

use crate::finding::{Finding, Severity};
use crate::message::Message;

/// What `parse` found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The value; `None` when the message is not well-formed or its kind is unknown.
    pub message: Option<Message>,
    /// Findings in the order of the lines they concern.
    pub findings: Vec<Finding>,
}

impl Parsed {
    /// Whether any finding refuses the message.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity == Severity::Refuse)
    }
}

/// Reads a bare business message, without a clock and with the built-in code tables.
#[must_use]
pub fn parse(bytes: &[u8], profile: Profile) -> Parsed {
    parse_under(bytes, &Terms::new(profile))
}

/// Reads a bare business message and judges it by these terms.
#[must_use]
pub fn parse_under(bytes: &[u8], terms: &Terms<'_>) -> Parsed {
    machine::run(bytes, terms).0
}

/// Where the start tag of the root stands, for cutting receipts.
pub(crate) struct Cut {
    pub(crate) root_start: std::ops::Range<usize>,
    pub(crate) root_end: std::ops::Range<usize>,
}

pub(crate) fn parse_with_cut(bytes: &[u8], profile: Profile) -> (Parsed, Cut) {
    machine::run(bytes, &Terms::new(profile))
}
