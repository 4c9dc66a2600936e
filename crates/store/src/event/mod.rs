//! Facts (事件): what happened, to what, when. Appended in the transaction of the change itself
//! (I2) and read by higher layers; nobody is called back.
//!
//! Each fact has a place in the order in which facts become visible ([`EventPlace`]): who follows them from place to place
//! misses none and sees none twice, however long a transaction takes to commit. [`cursor`] keeps such a place under a name.

pub mod cursor;
mod sql;
#[cfg(test)]
mod tests;

pub(crate) use sql::mend_base;
pub use sql::{
    append, behind, counts_since, last_moments, moments, newest, newest_at, newest_place,
    of_subject, subjects,
};

/// Where a fact stands in the order of all facts (事件位置): the number of its transaction, then its id. The first of all by
/// default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPlace {
    /// Number of the transaction; facts of one become visible together.
    pub number: i64,
    /// The id of the fact.
    pub id: i64,
}

/// A fact to be written.
#[derive(Debug, Clone)]
pub struct Event {
    /// Time-ordered id.
    pub id: i64,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// What, as `module.fact`: `message.received`.
    pub kind: String,
    /// The company it concerns, if any.
    pub company_id: Option<i64>,
    /// The message or company that the fact is about.
    pub subject_id: i64,
    /// Particulars as a short text; never payloads or personal data (I8).
    pub detail: String,
}

/// How far ahead of the clock an id may be that was made before the clock was corrected backwards, in milliseconds: a year.
pub const AHEAD_MS: i64 = 366 * 24 * 3_600_000;
