//! Spans of whole months in Beijing time as ranges of ids.

use crate::clock::{beijing_day, parse_time};
use crate::id;

/// 32 days in milliseconds: from the first of a month into the next one.
const INTO_NEXT_MS: i64 = 32 * 24 * 3_600_000;

/// How long the span of one partition is. Months of the archive never cross the end of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartitionLength {
    /// A month.
    Month,
    /// Half a year, from January or July.
    HalfYear,
}

/// A span in Beijing time: which ids are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PartitionSpan {
    /// Its first moment, milliseconds since 1970-01-01 UTC.
    start_ms: i64,
    /// The first moment after it.
    end_ms: i64,
}

impl PartitionSpan {
    /// The span of a moment.
    pub(super) fn of(at_ms: i64, length: PartitionLength) -> Self {
        let n_months = match length {
            PartitionLength::Month => 1,
            PartitionLength::HalfYear => 6,
        };
        let start_ms = first_of(at_ms, n_months);
        let mut end_ms = start_ms;
        for _ in 0..n_months {
            end_ms = first_of(end_ms.saturating_add(INTO_NEXT_MS), 1);
        }
        Self { start_ms, end_ms }
    }

    /// Its first moment and the first after it.
    pub(super) fn moments(self) -> (i64, i64) {
        (self.start_ms, self.end_ms)
    }

    /// The smallest id of it.
    pub(super) fn from(self) -> i64 {
        id::first_at_ms(self.start_ms)
    }

    /// The smallest id after it.
    pub(super) fn until(self) -> i64 {
        id::first_at_ms(self.end_ms)
    }

    /// As it stands in the name of a partition, by its first month: `p2026_11`.
    pub(super) fn suffix(self) -> String {
        let day = beijing_day(self.start_ms);
        let month = day.get(..7).unwrap_or_default();
        format!("p{}", month.replace('-', "_"))
    }
}

/// The first moment of the span of `n_months` in which a moment lies; a year has a whole number of them.
fn first_of(at_ms: i64, n_months: u32) -> i64 {
    let day = beijing_day(at_ms);
    let (year, month) = (day.get(..4).unwrap_or_default(), day.get(5..7));
    let month: u32 = month.and_then(|month| month.parse().ok()).unwrap_or(1);
    let first = (month.max(1) - 1) / n_months * n_months + 1;
    parse_time(&format!("{year}-{first:02}-01")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::PartitionLength::{HalfYear, Month};
    use super::PartitionSpan;
    use crate::clock::parse_time;
    use crate::id;

    fn at(text: &str) -> i64 {
        parse_time(text).unwrap()
    }

    #[test]
    fn a_month_is_a_range_of_ids_and_begins_at_midnight_in_beijing() {
        let month = PartitionSpan::of(at("2026-11-30T23:59:59+08:00"), Month);
        assert_eq!(month.suffix(), "p2026_11");
        let first = |text| id::first_at_ms(at(text));
        assert_eq!(month.from(), first("2026-11-01T00:00:00+08:00"));
        assert_eq!(month.until(), first("2026-12-01T00:00:00+08:00"));
        let next = PartitionSpan::of(month.moments().1, Month);
        assert_eq!(next.suffix(), "p2026_12");
        assert_eq!(next.from(), month.until());
    }

    #[test]
    fn half_a_year_begins_in_january_or_july() {
        let half = PartitionSpan::of(at("2026-12-31T23:59:59+08:00"), HalfYear);
        assert_eq!(half.suffix(), "p2026_07");
        let next = PartitionSpan::of(half.moments().1, HalfYear);
        assert_eq!(next.suffix(), "p2027_01");
        assert_eq!(next.moments().1, at("2027-07-01T00:00:00+08:00"));
    }
}
