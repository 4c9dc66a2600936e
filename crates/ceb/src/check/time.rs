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
    fn calendar() {
        assert!(is_date("20240229") && !is_date("20230229") && !is_date("21000229"));
        assert!(is_date("20000229") && !is_date("20261301") && !is_date("2026010"));
        assert!(is_time14("20260101235959") && !is_time14("20260101240000"));
        assert!(is_time17("20260101235959999") && !is_time17("2026010123595999x"));
        assert!(!is_time14("２０２６0101") && !is_time14(""));
    }
}
