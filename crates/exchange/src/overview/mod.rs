//! Overview (概览): what the day is like, for the first page of every workspace, and the statistics
//! by day and kind.
//!
//! Counts come from `message_day`, which the steps keep, so that no page counts rows; what waits is
//! counted up to a limit over an index.

pub mod http;
mod sql;
#[cfg(test)]
mod tests;

pub use sql::{DayRow, KindDay, by_day, day, lag, unsettled};

/// Messages over which the lag is measured: the newest.
pub const LAG_MESSAGES: i64 = 200;

/// Counting what waits stops here.
pub const UNSETTLED_MAX: i64 = 10_000;

/// Longest span of statistics, in days.
pub const DAYS_MAX: i64 = 366;

/// The value below which `percent` of the values lie (nearest rank); nothing for no values.
#[must_use]
pub fn percentile(values: &mut [i64], percent: usize) -> Option<i64> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied()
}
