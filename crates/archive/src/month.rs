//! Months (归档月份) in Beijing time.

use std::fmt;
use store::clock::{beijing_day, parse_time};

/// A month (归档月份) in Beijing time: `2026-08`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchiveMonth {
    year: u16,
    month: u8,
}

impl ArchiveMonth {
    /// The month of a moment.
    pub fn of(at_ms: i64) -> Self {
        let day = beijing_day(at_ms);
        Self::parse(day.get(..7).unwrap_or_default()).unwrap_or(Self {
            year: 1970,
            month: 1,
        })
    }

    /// Reads `2026-08`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let is_form = year.len() == 4 && month.len() == 2;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (is_form && (1970..=2199).contains(&year) && (1..=12).contains(&month))
            .then_some(Self { year, month })
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self {
                year: self.year + 1,
                month: 1,
            },
            _ => Self {
                month: self.month + 1,
                ..self
            },
        }
    }

    /// Its first moment, milliseconds since 1970-01-01 UTC.
    pub fn start_ms(self) -> i64 {
        parse_time(&format!("{self}-01")).unwrap_or_default()
    }

    /// The first moment after it.
    pub fn end_ms(self) -> i64 {
        self.next().start_ms()
    }
}

impl fmt::Display for ArchiveMonth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::ArchiveMonth;
    use store::clock::parse_time;

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_beijing() {
        let month = ArchiveMonth::parse("2026-12").unwrap();
        assert_eq!(
            Some(month.start_ms()),
            parse_time("2026-12-01T00:00:00+08:00")
        );
        assert_eq!(
            Some(month.end_ms()),
            parse_time("2027-01-01T00:00:00+08:00")
        );
        assert_eq!(ArchiveMonth::of(month.end_ms() - 1), month);
        assert_eq!(ArchiveMonth::of(month.end_ms()).to_string(), "2027-01");
        for bad in ["2026", "2026-13", "2026-00", "26-08", "2026-8", "x-08"] {
            assert_eq!(ArchiveMonth::parse(bad), None, "{bad}");
        }
    }
}
