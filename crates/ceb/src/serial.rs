//! Serial numbers (日期序列数): how spreadsheets count days, and days of the calendar.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Digits that a spreadsheet shows of a number.
const DIGITS: u32 = 15;

/// Seconds of a day.
const DAY_S: Decimal = Decimal::from_parts(86_400, 0, 0, false, 0);

/// Days from the beginning of the 1900 calendar to that of the 1904 one.
const DAYS_1904: i64 = 1462;

/// Days from 1899-12-30, where the 1900 calendar counts from, to 1970-01-01.
const DAYS_1970: i64 = 25_569;

/// Largest day that a spreadsheet knows: 9999-12-31.
const DAY_MAX: i64 = 2_958_465;

/// The number in the text of a cell.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let exact = Decimal::from_str_exact(text).or_else(|_| {
        if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            text.parse()
        }
    });
    exact.ok()?.round_sf(DIGITS)
}

/// The moment that a serial number means, 14 digits.
pub(crate) fn moment(number: Decimal, is_1904: bool) -> Option<String> {
    let seconds = number.checked_mul(DAY_S)?.round().to_i64()?;
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let day = if is_1904 { day + DAYS_1904 } else { day };
    // Day 60 of the 1900 calendar is a day that never was; what comes before is one day off.
    let day = if day < 60 { day + 1 } else { day };
    if !(1..=DAY_MAX).contains(&day) {
        return None;
    }
    let (year, month, date) = civil(day - DAYS_1970);
    Some(format!(
        "{year:04}{month:02}{date:02}{:02}{:02}{:02}",
        second / 3600,
        second / 60 % 60,
        second % 60
    ))
}

/// The moment that a text of a serial number of these years means in the 1900 calendar, 14 digits.
pub(crate) fn of_text(text: &str) -> Option<String> {
    let whole = text
        .split('.')
        .next()
        .filter(|whole| whole.len() == SERIAL_CHARS)?;
    let is_digits = whole.bytes().all(|byte| byte.is_ascii_digit());
    let moment = moment(decimal(text).filter(|_| is_digits)?, false)?;
    is_recent(&moment).then_some(moment)
}

/// Digits of the days of these years.
const SERIAL_CHARS: usize = 5;

/// Whether a moment of 14 digits lies in years in which somebody declares.
pub(crate) fn is_recent(moment: &str) -> bool {
    moment
        .get(..4)
        .is_some_and(|year| ("2014".."2100").contains(&year))
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar.
pub(crate) fn days(year: i64, month: i64, date: i64) -> i64 {
    let shifted = if month > 2 { year } else { year - 1 };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + date - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970-01-01 (proleptic Gregorian calendar).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March, so that the leap day is the last; eras have 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let date = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, date)
}
