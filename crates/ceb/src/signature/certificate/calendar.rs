//! Days and seconds, in Beijing, without a clock.

/// Seconds by which Beijing is ahead.
const BEIJING: i64 = 8 * 3600;

/// The day of a second since 1970: `2026-01-31`.
#[must_use]
pub fn day(seconds: i64) -> String {
    let days = (seconds + BEIJING).div_euclid(86_400);
    // Days from 1 March of the year 0, in eras of 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_era_years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_era_years + of_era_years / 4 - of_era_years / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = of_era_years + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Seconds since 1970 of a time as messages write it: `20260131093000`, Beijing.
#[must_use]
pub fn seconds_of(time14: &str) -> Option<i64> {
    if time14.len() != 14 || !time14.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| time14.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let (hour, minute, second) = (part(8, 10)?, part(10, 12)?, part(12, 14)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 {
        return None;
    }
    let (year, march) = match month {
        1 | 2 => (year - 1, month + 9),
        month => (year, month - 3),
    };
    let (era, of_era_years) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * march + 2) / 5 + day - 1;
    let of_era = of_era_years * 365 + of_era_years / 4 - of_era_years / 100 + of_year;
    let days = era * 146_097 + of_era - 719_468;
    Some(days * 86_400 + hour * 3600 + minute * 60 + second - BEIJING)
}

#[cfg(test)]
mod tests {
    //! Days there and back.

    use super::{day, seconds_of};

    #[test]
    fn seconds_and_days() {
        assert_eq!(seconds_of("19700101080000"), Some(0));
        assert_eq!(seconds_of("20260201000000"), Some(1_769_875_200));
        assert_eq!(seconds_of("20240229235959"), Some(1_709_222_399));
        assert_eq!(day(1_769_875_200), "2026-02-01");
        assert_eq!(day(1_709_222_399), "2024-02-29");
        assert_eq!(day(-1), "1970-01-01");
        for bad in ["", "2026020100000", "20261301000000", "2026020124000x"] {
            assert_eq!(seconds_of(bad), None, "{bad}");
        }
    }
}
