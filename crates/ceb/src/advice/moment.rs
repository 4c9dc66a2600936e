//! Dates and times (日期和时间) as people, spreadsheets and programs write them, where the standard wants
//! digits without separators.
//!
//! Read: `2026-3-2`, `2026/03/02 10:00`, `2026年3月2日10时`, `20260302T100000Z`, `2-Mar-2026`, Java's
//! `Mon Mar 02 10:00:00 CST 2026`, JavaScript's and HTTP's dates, seconds and milliseconds since 1970.
//! `02/03/2026` may be February or March: it has two readings, and nothing is chosen. `CST` is China's
//! time. Times with another zone become Beijing's.

use crate::serial;
use crate::spec::{FieldSpec, Rule};
use crate::time::{is_date, is_time14};

/// Longest text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 80;

/// Minutes that Beijing is ahead of UTC.
const BEIJING_MINUTES: i64 = 480;

/// First and last second since 1970 that is taken for a time of a declaration: 2014 to 2099.
const EPOCH_S: std::ops::RangeInclusive<i64> = 1_388_505_600..=4_102_415_999;

/// How a field writes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `YYYYMMDD`.
    Date8,
    /// `YYYYMMDDhhmmss`.
    Time14,
    /// `YYYYMMDDhhmmssSSS`.
    Time17,
}

impl Form {
    /// The form of a field that holds a moment.
    pub(crate) fn of(field: &FieldSpec) -> Option<Self> {
        let has = |rule: Rule| field.rules.contains(&rule);
        if has(Rule::Date8) {
            Some(Self::Date8)
        } else if has(Rule::Time14) {
            Some(Self::Time14)
        } else {
            has(Rule::Time17).then_some(Self::Time17)
        }
    }

    fn chars(self) -> usize {
        match self {
            Self::Date8 => 8,
            Self::Time14 => 14,
            Self::Time17 => 17,
        }
    }

    fn write(self, moment: Moment) -> String {
        let (year, month, day) = moment.date;
        let (hour, minute, second) = moment.time.unwrap_or_default();
        let date = format!("{year:04}{month:02}{day:02}");
        match self {
            Self::Date8 => date,
            Self::Time14 => format!("{date}{hour:02}{minute:02}{second:02}"),
            Self::Time17 => format!("{date}{hour:02}{minute:02}{second:02}000"),
        }
    }

    fn layout(self) -> &'static str {
        match self {
            Self::Date8 => "年月日连写 8 位数字，例如 20260302",
            Self::Time14 => "年月日时分秒连写 14 位数字，例如 20260302093000",
            Self::Time17 => "年月日时分秒毫秒连写 17 位数字，例如 20260302093000000",
        }
    }
}

/// A moment of Beijing; without a time only its day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    date: (u32, u32, u32),
    time: Option<(u32, u32, u32)>,
}

impl Moment {
    fn new(date: (u32, u32, u32), time: Option<(u32, u32, u32)>) -> Option<Self> {
        let (year, month, day) = date;
        let is_clock =
            |(hour, minute, second): (u32, u32, u32)| hour < 24 && minute < 60 && second < 60;
        let is_real = is_date(&format!("{year:04}{month:02}{day:02}"));
        (is_real && time.is_none_or(is_clock)).then_some(Self { date, time })
    }

    fn of_digits(text: &str) -> Option<Self> {
        let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
        let date = (part(0..4)?, part(4..6)?, part(6..8)?);
        let time = match text.len() {
            8 => None,
            10 => Some((part(8..10)?, 0, 0)),
            12 => Some((part(8..10)?, part(10..12)?, 0)),
            _ => Some((part(8..10)?, part(10..12)?, part(12..14)?)),
        };
        Self::new(date, time)
    }

    fn of_epoch(seconds: i64) -> Option<Self> {
        if !EPOCH_S.contains(&seconds) {
            return None;
        }
        let local = seconds + BEIJING_MINUTES * 60;
        let (day, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, date) = serial::civil(day);
        let small = |n: i64| u32::try_from(n).ok();
        let time = (
            small(second / 3600)?,
            small(second / 60 % 60)?,
            small(second % 60)?,
        );
        Self::new((small(year)?, small(month)?, small(date)?), Some(time))
    }

    /// The same instant as Beijing shows it, when this is what a zone shows.
    fn beijing_from(self, minutes: i64) -> Option<Self> {
        let Some((hour, minute, second)) = self.time.filter(|_| minutes != BEIJING_MINUTES) else {
            return Some(self);
        };
        let (year, month, day) = self.date;
        let days = serial::days(i64::from(year), i64::from(month), i64::from(day));
        let local = i64::from(hour) * 60 + i64::from(minute);
        Self::of_epoch((days * 1440 + local - minutes) * 60 + i64::from(second))
    }
}

/// How a text can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// In one way.
    One(Moment),
    /// In two: which number is the day, or what the digits count, is not said.
    Two(Moment, Moment),
}

/// Reads a date or time that is not written as the standard wants it.
pub(crate) fn read(text: &str) -> Option<Reading> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let text = plain(text);
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    let (text, zone) = zone(text);
    let (text, time) = clock(&text)?;
    let zoned = |moment: Moment| match zone {
        Some(minutes) => moment.beijing_from(minutes),
        None => Some(moment),
    };
    let dates = dates(&text)?;
    let mut found = dates
        .into_iter()
        .flatten()
        .filter_map(|date| Moment::new(date, time))
        .filter_map(zoned);
    match (found.next(), found.next()) {
        (Some(one), Some(other)) if one != other => Some(Reading::Two(one, other)),
        (Some(one), _) => Some(Reading::One(one)),
        (None, _) => None,
    }
}

fn digits(text: &str) -> Option<Reading> {
    let moment = Moment::of_digits(text);
    match text.len() {
        8 | 12 | 14 | 17 => moment.map(Reading::One),
        10 => {
            let epoch = text.parse().ok().and_then(Moment::of_epoch);
            match (moment, epoch) {
                (Some(one), Some(other)) => Some(Reading::Two(one, other)),
                (one, other) => one.or(other).map(Reading::One),
            }
        }
        13 => {
            let seconds: i64 = text.parse::<i64>().ok()? / 1000;
            Moment::of_epoch(seconds).map(Reading::One)
        }
        _ => None,
    }
}

/// Full-width characters and Chinese words as the separators that they stand for.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{FF01}'..='\u{FF5E}' => {
                out.push(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c));
            }
            '年' | '月' => out.push('-'),
            '日' | '号' | '\u{3000}' | '\u{A0}' => out.push(' '),
            '时' | '点' | '分' => out.push(':'),
            '秒' => out.push(' '),
            _ => out.push(c),
        }
    }
    for (word, plain) in [("上午", " am "), ("下午", " pm "), ("晚上", " pm ")] {
        out = out.replace(word, plain);
    }
    out
}

/// Takes the zone away and tells its minutes ahead of UTC.
fn zone(text: &str) -> (String, Option<i64>) {
    // JavaScript adds the zone's name in brackets.
    let text = text.split('(').next().unwrap_or(text).trim();
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let named = |word: &str| match word.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" => Some(0),
        "CST" => Some(BEIJING_MINUTES),
        _ => None,
    };
    let mut zone = None;
    words.retain(|word| {
        let found = named(word).or_else(|| {
            let rest = word
                .strip_prefix("GMT")
                .or_else(|| word.strip_prefix("UTC"));
            offset(rest.unwrap_or(word))
        });
        zone = zone.or(found);
        found.is_none()
    });
    // Of ISO the zone stands at the time itself.
    if zone.is_none()
        && let Some(last) = words
            .last_mut()
            .filter(|word| word.contains(':') || word.contains('T'))
    {
        let at = last.rfind(['Z', '+', '-']).filter(|at| *at > 2);
        let found = at.and_then(|at| match &last[at..] {
            "Z" => Some((at, 0)),
            rest => Some((
                at,
                offset(rest).filter(|_| last[..at].contains(':') || last[..at].contains('T'))?,
            )),
        });
        if let Some((at, minutes)) = found {
            last.truncate(at);
            zone = Some(minutes);
        }
    }
    (words.join(" "), zone)
}

/// `+08:00`, `+0800`, `-05`: minutes.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = match digits.len() {
        2 if is_digits => (digits.parse::<i64>().ok()?, 0),
        4 if is_digits => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    (hour <= 14 && minute < 60).then_some(sign * (hour * 60 + minute))
}

type ClockTime = Option<(u32, u32, u32)>;

/// Takes the time of day away; `None` when what looks like one is none.
fn clock(text: &str) -> Option<(String, ClockTime)> {
    // `20260302T100000`, the basic form of ISO.
    if let Some((date, time)) = text.split_once('T')
        && date.len() == 8
        && [4, 6].contains(&time.len())
        && date
            .bytes()
            .chain(time.bytes())
            .all(|byte| byte.is_ascii_digit())
    {
        let part = |range: std::ops::Range<usize>| time.get(range)?.parse().ok();
        let second = part(4..6).unwrap_or(0);
        return Some((date.to_owned(), Some((part(0..2)?, part(2..4)?, second))));
    }
    let Some(colon) = text.find(':') else {
        return Some((text.to_owned(), None));
    };
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let start = (0..colon).rev().take_while(|at| is_digit(*at)).last()?;
    let is_part = |byte: u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.');
    let end = (start..bytes.len())
        .find(|at| !is_part(bytes[*at]))
        .unwrap_or(bytes.len());
    let mut parts = text[start..end].split(':').map(|part| {
        let whole = part.split('.').next().unwrap_or_default();
        (!whole.is_empty()).then(|| whole.parse::<u32>())
    });
    let mut hour = parts.next()??.ok()?;
    let mut next = || match parts.next().flatten() {
        Some(part) => part.ok(),
        None => Some(0),
    };
    let (minute, second) = (next()?, next()?);
    let mut rest = format!("{} {}", &text[..start], &text[end..]);
    let lower = rest.to_ascii_lowercase();
    let words = || lower.split(|c: char| !c.is_ascii_alphanumeric());
    if words().any(|word| word == "pm") && hour < 12 {
        hour += 12;
    } else if words().any(|word| word == "am") && hour == 12 {
        hour = 0;
    }
    if let Some(front) = rest.trim_end().strip_suffix('T') {
        rest = front.to_owned();
    } else if let Some(at) = rest.find("T ") {
        // Not the end of a word: `2026-03-02T 10:00`.
        let before = rest[..at].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_digit()) {
            rest.replace_range(at..=at, " ");
        }
    }
    Some((rest, Some((hour, minute, second))))
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Words beside a date that say nothing more about it.
const BESIDE: [&str; 9] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "am", "pm"];

/// What follows `星期`.
const WEEK: [&str; 7] = ["一", "二", "三", "四", "五", "六", "天"];

type Date = (u32, u32, u32);

/// The dates that a text without time and zone may mean, at most two.
fn dates(text: &str) -> Option<[Option<Date>; 2]> {
    let parts = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ',' | '星' | '期'))
        .filter(|part| !part.is_empty());
    let mut numbers: Vec<(u32, usize)> = Vec::new();
    let mut month = None;
    for part in parts {
        let lower = part.to_ascii_lowercase();
        let front = lower.get(..3).unwrap_or_default();
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            numbers.push((part.parse().ok()?, part.len()));
        } else if let Some(at) = MONTHS.iter().position(|name| *name == front) {
            month = Some(u32::try_from(at).ok()? + 1);
        } else if !BESIDE.contains(&front) && !BESIDE.contains(&&*lower) && !WEEK.contains(&part) {
            return None;
        }
    }
    let long = |length: usize| length == 4;
    Some(match (numbers.as_slice(), month) {
        ([(whole, 8)], None) => {
            let date = (whole / 10_000, whole / 100 % 100, whole % 100);
            [Some(date), None]
        }
        ([(year, 4), (month, m), (day, d)], None) if *m < 3 && *d < 3 => {
            [Some((*year, *month, *day)), None]
        }
        ([(one, a), (other, b), (year, 4)], None) if *a < 3 && *b < 3 => {
            [Some((*year, *one, *other)), Some((*year, *other, *one))]
        }
        ([(day, d), (year, y)], Some(month)) if *d < 3 && long(*y) => {
            [Some((*year, month, *day)), None]
        }
        ([(year, y), (day, d)], Some(month)) if *d < 3 && long(*y) => {
            [Some((*year, month, *day)), None]
        }
        _ => return None,
    })
}

/// The value in the form of the field, when a text has just one reading and is not in it already.
pub(crate) fn convert(form: Form, text: &str) -> Option<String> {
    let text = text.trim();
    let is_right = match form {
        Form::Date8 => is_date(text),
        Form::Time14 => is_time14(text),
        Form::Time17 => crate::time::is_time17(text),
    };
    match read(text) {
        Some(Reading::One(moment)) if !is_right => Some(form.write(moment)),
        Some(Reading::One(_) | Reading::Two(..)) | None => None,
    }
}

/// What to do about a value of a moment.
pub(crate) fn advise(form: Form, value: &str) -> Option<String> {
    let value = value.trim();
    if let Some(advice) = java_layout(form, value) {
        return Some(advice);
    }
    let layout = form.layout();
    let serial = serial::of_text(value).and_then(|digits| Moment::of_digits(&digits));
    Some(match (read(value), serial) {
        (Some(Reading::Two(one, other)), _) => format!(
            "这个日期有两种读法（{}或{}），请核对后写成{layout}。",
            form.write(one),
            form.write(other)
        ),
        (Some(Reading::One(moment)), _) if form != Form::Date8 && moment.time.is_none() => {
            let date = Form::Date8.write(moment);
            format!("在日期 {date} 之后补上时分秒：{layout}。")
        }
        (Some(Reading::One(moment)), _) => format!("改为 {}（{layout}）。", form.write(moment)),
        (None, Some(moment)) => format!(
            "这像是表格软件保存日期用的序号，对应 {}；请核对后写成{layout}。",
            form.write(moment)
        ),
        (None, None) => format!("写成{layout}。"),
    })
}

/// Letters that Java programs confuse in the layout of a date.
fn java_layout(form: Form, value: &str) -> Option<String> {
    let is_digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let rest = form.chars().checked_sub(8)?;
    if !is_digits || value.len() < form.chars() || value.len() > form.chars() + 1 {
        return None;
    }
    let date = &value[..value.len() - rest];
    if is_date(date) {
        return None;
    }
    let year: i64 = date.get(..4)?.parse().ok()?;
    let month: i64 = date.get(4..6)?.parse().ok()?;
    let day: i64 = date.get(6..)?.parse().ok()?;
    if !(2000..2200).contains(&year) {
        return None;
    }
    if (1..=12).contains(&month) && (32..=366).contains(&day) {
        let (of_year, of_month, date) = serial::civil(serial::days(year, 1, 1) + day - 1);
        if of_year == year && of_month == month {
            return Some(format!(
                "“日”写成了一年中的第几天（第 {day} 天是 {month} 月 {date} 日）：Java 的格式串中 DD 是年内第几天，应为 dd，例如 yyyyMMdd。"
            ));
        }
    }
    let has_minutes = (month == 0 || month > 12) && month < 60 && (1..=31).contains(&day);
    has_minutes.then(|| {
        "“月”不对，像是写成了分钟：Java 的格式串中小写 mm 是分钟，月份应为大写 MM，例如 yyyyMMdd。".to_owned()
    })
}

#[cfg(test)]
mod tests;
