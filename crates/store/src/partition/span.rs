//! Months (分区月份) in Beijing time as ranges of ids.

use crate::clock::{beijing_day, parse_time};
use crate::id;

/// 32 days in milliseconds: from the first of a month into the next one.
const INTO_NEXT_MS: i64 = 32 * 24 * 3_600_000;

/// A month (分区月份) in Beijing time, as the months of the archive are: which ids are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MonthSpan {
    /// Its first moment, milliseconds since 1970-01-01 UTC.
    start_ms: i64,
    /// The first moment after it.
    end_ms: i64,
}

impl MonthSpan {
    /// The month of a moment.
    pub(super) fn of(at_ms: i64) -> Self {
        let start_ms = first_of(at_ms);
        Self {
            start_ms,
            end_ms: first_of(start_ms.saturating_add(INTO_NEXT_MS)),
        }
    }

    /// The month after it.
    pub(super) fn next(self) -> Self {
        Self::of(self.end_ms)
    }

    /// The smallest id of it.
    pub(super) fn from(self) -> i64 {
        id::first_at_ms(self.start_ms)
    }

    /// The smallest id after it.
    pub(super) fn until(self) -> i64 {
        id::first_at_ms(self.end_ms)
    }

    /// As it stands in the name of a partition: `p2026_11`.
    pub(super) fn suffix(self) -> String {
        let day = beijing_day(self.start_ms);
        let month = day.get(..7).unwrap_or_default();
        format!("p{}", month.replace('-', "_"))
    }
}

/// The first moment of the month of a moment.
fn first_of(at_ms: i64) -> i64 {
    let day = beijing_day(at_ms);
    let month = day.get(..7).unwrap_or_default();
    parse_time(&format!("{month}-01")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::MonthSpan;
    use crate::clock::parse_time;
    use crate::id;

    #[test]
    fn a_month_is_a_range_of_ids_and_begins_at_midnight_in_beijing() {
        let at = |text| parse_time(text).unwrap();
        let month = MonthSpan::of(at("2026-11-30T23:59:59+08:00"));
        assert_eq!(month.suffix(), "p2026_11");
        assert_eq!(
            month.from(),
            id::first_at_ms(at("2026-11-01T00:00:00+08:00"))
        );
        assert_eq!(
            month.until(),
            id::first_at_ms(at("2026-12-01T00:00:00+08:00"))
        );
        let next = month.next();
        assert_eq!(
            (next.suffix(), next.from()),
            ("p2026_12".to_owned(), month.until())
        );
        assert_eq!(next.next().suffix(), "p2027_01");
    }
}
