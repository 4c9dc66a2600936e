//! Beijing time in the forms that customs writes; customs knows no other zone.

/// Milliseconds by which Beijing is ahead of UTC.
const BEIJING_MS: i64 = 8 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Year, month, day, hour, minute, second, millisecond in Beijing.
fn parts(at_ms: i64) -> [i64; 7] {
    let local = at_ms + BEIJING_MS;
    let (days, ms) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS));
    // Days to a civil date, counted in 400-year eras that begin on the first of March.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 {
        march_month + 3
    } else {
        march_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    [
        year,
        month,
        day,
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1000 % 60,
        ms % 1000,
    ]
}

/// `YYYYMMDD`.
pub(super) fn date8(at_ms: i64) -> String {
    let [year, month, day, ..] = parts(at_ms);
    format!("{year:04}{month:02}{day:02}")
}

/// `YYYYMMDDhhmmssSSS`, the form of `returnTime`.
pub(super) fn time17(at_ms: i64) -> String {
    let [year, month, day, hour, minute, second, ms] = parts(at_ms);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{ms:03}")
}

/// `YYYY-MM-DDThh:mm:ss`, the form of the envelope.
pub(super) fn iso(at_ms: i64) -> String {
    let [year, month, day, hour, minute, second, _] = parts(at_ms);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::{iso, time17};

    #[test]
    fn beijing_is_eight_hours_ahead() {
        assert_eq!(time17(0), "19700101080000000");
        assert_eq!(time17(951_782_399_999), "20000229075959999");
        assert_eq!(iso(1_767_576_600_000), "2026-01-05T09:30:00");
    }
}
