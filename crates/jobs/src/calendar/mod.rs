//! The calendar of working days (工作日历): the State Council's notices, one for each year, as data with a version.
//!
//! A year without a notice, such as the next one before November, has working days from Monday to Friday; whoever shows
//! a date that follows from it says so ([`WorkCalendar::knows`]).

use jiff::civil::{Date, Weekday};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The notices, in the order of the years.
const DAYS: &str = include_str!("days.txt");

/// The calendar of working days (工作日历).
#[derive(Debug, Default)]
pub struct WorkCalendar {
    /// The notice of each year, and the day on which it was published.
    notices: BTreeMap<i16, (String, String)>,
    off: BTreeSet<Date>,
    work: BTreeSet<Date>,
}

impl WorkCalendar {
    /// The one of this program.
    pub fn own() -> &'static Self {
        static OWN: OnceLock<WorkCalendar> = OnceLock::new();
        OWN.get_or_init(|| {
            Self::read(DAYS).unwrap_or_else(|line| {
                tracing::error!(line, "the calendar of working days cannot be read");
                Self::default()
            })
        })
    }

    /// Reads the file.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut calendar = Self::default();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            calendar.add(&cells).ok_or_else(|| line.to_owned())?;
        }
        Ok(calendar)
    }

    fn add(&mut self, cells: &[&str]) -> Option<()> {
        match cells {
            ["notice", year, published, notice] => {
                published.parse::<Date>().ok()?;
                let notice = ((*published).to_owned(), (*notice).to_owned());
                self.notices.insert(year.parse().ok()?, notice);
            }
            ["off", first, last, _] => {
                let (mut day, last): (Date, Date) = (first.parse().ok()?, last.parse().ok()?);
                while day <= last {
                    self.off.insert(day);
                    day = day.tomorrow().ok()?;
                }
            }
            ["work", day] => {
                self.work.insert(day.parse().ok()?);
            }
            _ => return None,
        }
        Some(())
    }

    /// Its version: the day of the newest notice.
    pub fn version(&self) -> &str {
        let newest = self.notices.values().next_back();
        newest.map_or("", |(published, _)| published)
    }

    /// Whether the notice of a year is in it.
    pub fn knows(&self, year: i16) -> bool {
        self.notices.contains_key(&year)
    }

    /// Whether people work on a day.
    pub fn is_working_day(&self, day: Date) -> bool {
        if self.off.contains(&day) {
            return false;
        }
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        !is_weekend || self.work.contains(&day)
    }

    /// The working day with a number, from 1, of the month of a day; nothing when the month has fewer.
    pub fn working_day(&self, month: Date, number: usize) -> Option<Date> {
        let (first, last) = (month.first_of_month(), month.last_of_month());
        let mut day = first;
        let mut n_seen = 0;
        loop {
            n_seen += usize::from(self.is_working_day(day));
            if n_seen == number && n_seen > 0 {
                return Some(day);
            }
            if day == last {
                return None;
            }
            day = day.tomorrow().ok()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAYS, WorkCalendar};
    use jiff::civil::Date;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn first_working_days_of_months_are_those_of_the_notices() {
        let calendar = WorkCalendar::read(DAYS).unwrap();
        for (month, first) in [
            ("2024-02-01", "2024-02-01"),
            ("2024-05-01", "2024-05-06"),
            ("2024-10-01", "2024-10-08"),
            ("2025-01-01", "2025-01-02"),
            ("2025-02-01", "2025-02-05"),
            ("2025-05-01", "2025-05-06"),
            ("2025-06-01", "2025-06-03"),
            ("2025-10-01", "2025-10-09"),
            // A Sunday on which people work.
            ("2026-01-01", "2026-01-04"),
            ("2026-02-01", "2026-02-02"),
            ("2026-05-01", "2026-05-06"),
            ("2026-10-01", "2026-10-08"),
        ] {
            assert_eq!(
                calendar.working_day(day(month), 1),
                Some(day(first)),
                "{month}"
            );
        }
        assert_eq!(calendar.version(), "2025-11-04");
    }

    #[test]
    fn shifted_weekends_count_as_working_days() {
        let calendar = WorkCalendar::own();
        // February 2026 after the Spring Festival: Tuesday to Saturday.
        assert_eq!(
            calendar.working_day(day("2026-02-01"), 10),
            Some(day("2026-02-13"))
        );
        assert_eq!(
            calendar.working_day(day("2026-02-01"), 11),
            Some(day("2026-02-14"))
        );
        assert_eq!(
            calendar.working_day(day("2026-02-01"), 12),
            Some(day("2026-02-24"))
        );
        assert_eq!(
            calendar.working_day(day("2026-02-01"), 16),
            Some(day("2026-02-28"))
        );
        assert_eq!(calendar.working_day(day("2026-02-01"), 17), None);
        assert!(!calendar.is_working_day(day("2025-10-05")));
        assert!(calendar.is_working_day(day("2025-09-28")));
    }

    #[test]
    fn every_shifted_day_is_a_weekend_and_the_length_of_holidays_is_as_published() {
        let calendar = WorkCalendar::own();
        for work in &calendar.work {
            let without = WorkCalendar::default();
            assert!(!without.is_working_day(*work), "{work} is no weekend");
            assert!(!calendar.off.contains(work), "{work} is both");
        }
        let n_off = |year| calendar.off.iter().filter(|day| day.year() == year).count();
        // 1+8+3+5+1+3+7, 1+8+3+5+3+8, 3+9+3+5+3+3+7.
        assert_eq!([n_off(2024), n_off(2025), n_off(2026)], [28, 28, 33]);
    }

    #[test]
    fn a_year_without_a_notice_has_monday_to_friday_and_says_so() {
        let calendar = WorkCalendar::own();
        assert!(calendar.knows(2026) && !calendar.knows(2031));
        // 1 October 2031 is a Wednesday.
        assert_eq!(
            calendar.working_day(day("2031-10-01"), 1),
            Some(day("2031-10-01"))
        );
        assert_eq!(
            calendar.working_day(day("2031-02-01"), 1),
            Some(day("2031-02-03"))
        );
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let wrong = WorkCalendar::read("off | 2026-13-01 | 2026-13-02 | x").unwrap_err();
        assert!(wrong.contains("2026-13-01"));
    }
}
