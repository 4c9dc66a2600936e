//! Schedules (执行计划): when a job is due, in Beijing time.
//!
//! What was missed while nothing ran is done once, not as often as it was missed: after a run the job is due at the
//! next moment after now. A clock that goes an hour forward makes due what lies in between, once. One that goes back an
//! hour does not repeat what is done once a day or less often; a job that is due every few minutes goes on with the
//! new time. One that was set back by much more makes no job wait for the old time ([`Schedule::far`]).

use crate::calendar::WorkCalendar;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, offset};

/// Beijing time, without summer time.
const BEIJING: Offset = offset(8);

/// When a job is due that nobody has asked for: the end of the year 9999.
pub const NEVER_MS: i64 = 253_402_271_999_000;

/// Months that are searched for a working day.
const MONTHS: usize = 24;

/// When a job is due (执行计划).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// So many milliseconds after the end of the run before.
    Every(i64),
    /// A cron expression of five fields in Beijing time: minute, hour, day, month, day of the week.
    Cron(&'static str),
    /// On a working day of each month, counted from 1, at an hour and a minute.
    WorkingDay {
        /// Which one.
        n: usize,
        /// Hour and minute.
        at: (i8, i8),
    },
    /// When somebody asks for it.
    OnRequest,
}

impl Schedule {
    /// The first moment after `after_ms` at which the job is due; [`NEVER_MS`] for none.
    pub fn next(&self, after_ms: i64) -> i64 {
        match *self {
            Self::Every(every_ms) => after_ms.saturating_add(every_ms),
            Self::Cron(text) => next_of_cron(text, after_ms).unwrap_or(NEVER_MS),
            Self::WorkingDay { n, at } => next_working_day(n, at, after_ms).unwrap_or(NEVER_MS),
            Self::OnRequest => NEVER_MS,
        }
    }

    /// When the job is due at first.
    pub fn first(&self, now_ms: i64) -> i64 {
        match self {
            Self::Every(_) => now_ms,
            Self::Cron(_) | Self::WorkingDay { .. } | Self::OnRequest => self.next(now_ms),
        }
    }

    /// The latest moment at which the job can be due by a clock that shows `now_ms`: a later one was set by a clock that
    /// was far ahead. Of moments of the calendar the second one is believed as well, for the first may have been done
    /// before the clock was set back by an hour.
    pub fn far(&self, now_ms: i64) -> i64 {
        match self {
            Self::Every(_) => self.next(now_ms),
            Self::Cron(_) | Self::WorkingDay { .. } => self.next(self.next(now_ms)),
            Self::OnRequest => NEVER_MS,
        }
    }

    /// The schedule as text, as it stands in the table and the API: `every 60 s`, `cron 0 2 * * *`.
    pub fn text(&self) -> String {
        match self {
            Self::Every(every_ms) => format!("every {} s", every_ms / 1000),
            Self::Cron(text) => format!("cron {text}"),
            Self::WorkingDay {
                n,
                at: (hour, minute),
            } => {
                format!("working day {n} {hour:02}:{minute:02}")
            }
            Self::OnRequest => "on request".to_owned(),
        }
    }

    /// Whether the next moment was found without the year's notice on holidays.
    pub fn is_guess(&self, due_ms: i64) -> bool {
        matches!(self, Self::WorkingDay { .. })
            && !WorkCalendar::own().knows(beijing(due_ms).date().year())
    }

    /// What is wrong with it, if something is: for the tests of those who declare jobs.
    pub fn fault(&self) -> Option<String> {
        match *self {
            Self::Every(every_ms) if every_ms < 1000 => Some("less than a second".to_owned()),
            Self::Cron(text) => cron(text)
                .is_none()
                .then(|| format!("no cron expression: {text}")),
            Self::WorkingDay {
                n,
                at: (hour, minute),
            } => {
                let fits = (1..=15).contains(&n) && (0..24).contains(&hour);
                (!fits || !(0..60).contains(&minute)).then(|| "no such day or time".to_owned())
            }
            Self::Every(_) | Self::OnRequest => None,
        }
    }
}

fn beijing(at_ms: i64) -> DateTime {
    BEIJING.to_datetime(Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn cron(text: &str) -> Option<Cron> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(text).ok()
}

fn next_of_cron(text: &str, after_ms: i64) -> Option<i64> {
    let after = Timestamp::from_millisecond(after_ms).ok()?;
    let after = after.to_zoned(BEIJING.to_time_zone());
    let found = cron(text)?.find_next_occurrence(&after, false).ok()?;
    Some(found.timestamp().as_millisecond())
}

fn next_working_day(n: usize, at: (i8, i8), after_ms: i64) -> Option<i64> {
    let mut month: Date = beijing(after_ms).date().first_of_month();
    for _ in 0..MONTHS {
        if let Some(day) = WorkCalendar::own().working_day(month, n) {
            let moment = BEIJING.to_timestamp(day.at(at.0, at.1, 0, 0)).ok()?;
            if moment.as_millisecond() > after_ms {
                return Some(moment.as_millisecond());
            }
        }
        month = month.last_of_month().tomorrow().ok()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{NEVER_MS, Schedule};
    use store::clock::{beijing_rfc3339, parse_time};

    const HOUR_MS: i64 = 3_600_000;

    fn at(text: &str) -> i64 {
        parse_time(&format!("{text}:00+08:00")).unwrap()
    }

    /// The next moment, to the minute.
    fn next(schedule: Schedule, after: &str) -> String {
        let mut text = beijing_rfc3339(schedule.next(at(after)));
        text.truncate(16);
        text
    }

    #[test]
    fn cron_expressions_are_in_beijing_time() {
        for (cron, after, expected) in [
            ("0 2 * * *", "2026-11-23T10:00", "2026-11-24T02:00"),
            ("0 2 * * *", "2026-11-23T01:59", "2026-11-23T02:00"),
            ("0 2 * * *", "2026-11-23T02:00", "2026-11-24T02:00"),
            (
                "*/15 9-17 * * MON-FRI",
                "2026-11-20T17:45",
                "2026-11-23T09:00",
            ),
            ("*/15 9-17 * * 1-5", "2026-11-23T09:01", "2026-11-23T09:15"),
            ("30 8,20 1 */3 *", "2026-11-23T10:00", "2027-01-01T08:30"),
            ("0 0 29 2 *", "2026-11-23T10:00", "2028-02-29T00:00"),
            ("5 4 * * SUN", "2026-11-23T10:00", "2026-11-29T04:05"),
        ] {
            assert_eq!(next(Schedule::Cron(cron), after), expected, "{cron}");
            assert_eq!(Schedule::Cron(cron).fault(), None);
        }
    }

    #[test]
    fn what_is_no_expression_of_five_fields_is_a_fault_and_never_due() {
        for wrong in ["", "0 2 * *", "0 0 2 * * *", "60 2 * * *", "0 2 * * XYZ"] {
            assert!(Schedule::Cron(wrong).fault().is_some(), "{wrong}");
            assert_eq!(Schedule::Cron(wrong).next(0), NEVER_MS);
        }
        assert!(Schedule::WorkingDay { n: 0, at: (9, 0) }.fault().is_some());
        assert!(Schedule::WorkingDay { n: 1, at: (24, 0) }.fault().is_some());
        // There is no 30th of February.
        assert_eq!(
            Schedule::Cron("0 0 30 2 *").next(at("2026-11-23T10:00")),
            NEVER_MS
        );
    }

    #[test]
    fn the_first_working_day_follows_the_calendar() {
        let first = Schedule::WorkingDay { n: 1, at: (9, 30) };
        for (after, expected) in [
            ("2025-09-30T12:00", "2025-10-09T09:30"),
            ("2025-10-09T09:29", "2025-10-09T09:30"),
            ("2025-10-09T09:30", "2025-11-03T09:30"),
            ("2025-12-20T00:00", "2026-01-04T09:30"),
            ("2026-01-20T00:00", "2026-02-02T09:30"),
        ] {
            assert_eq!(next(first, after), expected, "{after}");
        }
        assert!(!first.is_guess(at("2026-02-02T09:30")));
        assert!(first.is_guess(at("2031-02-03T09:30")));
    }

    #[test]
    fn a_clock_set_back_an_hour_repeats_nothing_daily_and_a_month_is_not_believed() {
        let daily = Schedule::Cron("0 2 * * *");
        // Done at two, due tomorrow; then the clock shows one again.
        let due = daily.next(at("2026-11-23T02:05"));
        assert!(due <= daily.far(at("2026-11-23T01:05")));
        assert!(due + 31 * 24 * HOUR_MS > daily.far(at("2026-11-23T01:05")));
        let every = Schedule::Every(60_000);
        assert_eq!(every.far(1_000_000), 1_060_000);
        assert_eq!(Schedule::OnRequest.next(0), NEVER_MS);
        assert_eq!(Schedule::OnRequest.far(0), NEVER_MS);
    }
}
