//! Working days (工作日) of China, in Beijing time.
//!
//! Holidays and the weekends that are worked instead of them are announced by the General Office
//! of the State Council each November for the year to come; they are data here, one entry a year,
//! with the source. A year without an entry counts Saturdays and Sundays only, and says so.

use store::clock::{beijing_day, parse_time};

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Beijing is eight hours ahead of UTC.
const BEIJING_MS: i64 = 8 * 3_600_000;

/// Days that a search looks ahead at most.
const DAYS_MAX: i64 = 400;

/// The working days of a year.
struct Year {
    /// The year as text.
    year: &'static str,
    /// Where the dates come from.
    source: &'static str,
    /// First and last days of holidays.
    off: &'static [(&'static str, &'static str)],
    /// Saturdays and Sundays that are worked.
    worked: &'static [&'static str],
}

/// Years whose arrangement is in here.
const YEARS: &[Year] = &[Year {
    year: "2026",
    source: "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）",
    off: &[
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ],
    worked: &[
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ],
}];

fn year_of(day: &str) -> Option<&'static Year> {
    YEARS.iter().find(|year| day.starts_with(year.year))
}

/// Where the working days around a moment come from, for people.
pub fn source(at_ms: i64) -> &'static str {
    year_of(&beijing_day(at_ms)).map_or(
        "该年度放假安排尚未录入，仅按周六、周日计算",
        |year| year.source,
    )
}

/// Whether a moment is on a working day.
pub fn is_working(at_ms: i64) -> bool {
    let day = beijing_day(at_ms);
    let year = year_of(&day);
    if year.is_some_and(|year| year.worked.contains(&day.as_str())) {
        return true;
    }
    let is_off = |year: &Year| {
        year.off
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&day.as_str()))
    };
    // 1970-01-01 was a Thursday; 0 is Sunday.
    let weekday = ((at_ms + BEIJING_MS).div_euclid(DAY_MS) + 4).rem_euclid(7);
    !year.is_some_and(is_off) && (1..=5).contains(&weekday)
}

/// The end of the `n_days`th working day after the day of `from_ms`.
pub fn after(from_ms: i64, n_days: i64) -> i64 {
    let mut at_ms = start_of_day(from_ms);
    let mut left = n_days.max(1);
    for _ in 0..DAYS_MAX {
        at_ms += DAY_MS;
        if is_working(at_ms) {
            left -= 1;
        }
        if left == 0 {
            break;
        }
    }
    at_ms + DAY_MS - 1
}

/// Working days after the day of `from_ms` until `to_ms`.
pub fn between(from_ms: i64, to_ms: i64) -> i64 {
    let mut at_ms = start_of_day(from_ms) + DAY_MS;
    let mut n_days = 0;
    for _ in 0..DAYS_MAX {
        if at_ms > to_ms {
            break;
        }
        n_days += i64::from(is_working(at_ms));
        at_ms += DAY_MS;
    }
    n_days
}

fn start_of_day(at_ms: i64) -> i64 {
    parse_time(&beijing_day(at_ms)).unwrap_or(at_ms)
}
