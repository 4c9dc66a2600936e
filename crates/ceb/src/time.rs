//! Times and dates as digits: the schema counts them, the calendar is checked here.

/// Years that a message can plausibly name.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2199;

/// `YYYYMMDD` of a real day.
pub(crate) fn is_date(text: &str) -> bool {
    let Some([century, year, month, day]) = pairs(text) else {
        return false;
    };
    let year = century * 100 + year;
    YEARS.contains(&year) && (1..=days(year, month)).contains(&day)
}

/// `YYYYMMDDhhmmss` of a real time.
pub(crate) fn is_time14(text: &str) -> bool {
    text.len() == 14
        && text.is_char_boundary(8)
        && is_date(&text[..8])
        && pairs(&text[8..])
            .is_some_and(|[hour, minute, second]| hour < 24 && minute < 60 && second < 60)
}

/// `YYYYMMDDhhmmssSSS` of a real time.
pub(crate) fn is_time17(text: &str) -> bool {
    text.len() == 17
        && text.is_char_boundary(14)
        && is_time14(&text[..14])
        && text[14..].bytes().all(|b| b.is_ascii_digit())
}

/// First year of declarations in this language; what is older was typed wrong.
const FIRST_YEAR: &str = "2014";

/// Whether the year of a real date or time is one in which nobody declared anything.
pub(crate) fn is_ancient(text: &str) -> bool {
    text.get(..4).is_some_and(|year| year < FIRST_YEAR)
}

/// A time some minutes, less than an hour, later; the text itself when it is not a time.
pub(crate) fn later(time14: &str, minutes: u32) -> String {
    let same = || time14.to_owned();
    if !is_time14(time14) {
        return same();
    }
    let Some([century, year, month, day, hour, minute, second]) = pairs(time14) else {
        return same();
    };
    let (mut year, mut month, mut day) = (century * 100 + year, month, day);
    let (minute, hour) = ((minute + minutes) % 60, hour + (minute + minutes) / 60);
    if hour >= 24 {
        day += 1;
    }
    if day > days(year, month) {
        (day, month) = (1, month + 1);
    }
    if month > 12 {
        (month, year) = (1, year + 1);
    }
    let hour = hour % 24;
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// Splits digits into pairs; anything else gives `None`.
fn pairs<const N: usize>(text: &str) -> Option<[u32; N]> {
    let bytes = text.as_bytes();
    if bytes.len() != 2 * N || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut out = [0; N];
    for (pair, value) in bytes.chunks_exact(2).zip(&mut out) {
        *value = u32::from(pair[0] - b'0') * 10 + u32::from(pair[1] - b'0');
    }
    Some(out)
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_later() {
        for (time, then) in [
            ("20260101093000", "20260101094000"),
            ("20260101095500", "20260101100500"),
            ("20261231235959", "20270101000959"),
            ("20240228235500", "20240229000500"),
            ("not a time", "not a time"),
        ] {
            assert_eq!(later(time, 10), then);
        }
        assert!(is_ancient("20131231") && !is_ancient("20140101000000"));
    }

    #[test]
    fn calendar() {
        assert!(is_date("20240229") && !is_date("20230229") && !is_date("21000229"));
        assert!(is_date("20000229") && !is_date("20261301") && !is_date("2026010"));
        assert!(is_time14("20260101235959") && !is_time14("20260101240000"));
        assert!(is_time17("20260101235959999") && !is_time17("2026010123595999x"));
        assert!(!is_time14("２０２６0101") && !is_time14(""));
    }
}
