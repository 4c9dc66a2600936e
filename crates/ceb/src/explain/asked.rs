//! What people ask (查询回执代码): a code, a text, or a status with its text, as they type it.

use super::part::{ExplanationPart, ExplanationParts};
use super::table::{Entry, Family, dictionary};
use super::{Explanation, entity, explain, of_platform, place, text};
use crate::kind::{Direction, Kind};
use crate::status::ReturnStatus;

/// Explains what somebody typed. A code alone gives all of its meanings, narrowed by the kind; what
/// comes with a status, or is a text, is explained as the receipt would be.
#[must_use]
pub fn ask(kind: Option<Kind>, status: Option<ReturnStatus>, text: &str) -> Explanation {
    let text = &*entity::plain(text);
    let text = text::unwrapped(text);
    if status.is_some() {
        return explain(kind, status, text);
    }
    if let Some(explanation) = of_platform(text, |_| None) {
        return explanation;
    }
    if let Some(entries) = several(text) {
        return alone(&entries, text);
    }
    let number: Option<i32> = text.parse().ok().or_else(|| text::status_alone(text));
    let is_about = |entry: &&&Entry| {
        kind.is_none()
            || entry.kinds.is_empty()
            || kind.is_some_and(|kind| entry.kinds.contains(&kind))
    };
    let found = look_up(text);
    let found: Vec<&'static Entry> = found.iter().filter(is_about).copied().collect();
    let is_code = found.iter().any(|entry| entry.family != Family::Text);
    match (found.as_slice(), number) {
        ([entry], _) if is_code => alone(&[entry], text),
        ([entry, ..], Some(number)) if is_code => {
            // With a kind a status has one meaning, the one that its receipt gets.
            let is_status = [Family::Status, Family::Eport].contains(&entry.family);
            match kind.is_some() && is_status {
                true => explain(kind, Some(ReturnStatus(number)), ""),
                false => alone(&found, text),
            }
        }
        ([_, ..], None) if is_code => alone(&found, text),
        (_, Some(number)) => explain(kind, Some(ReturnStatus(number)), ""),
        (_, None) => of_text(kind, text),
    }
}

/// Several codes with commas or spaces between them, when every one is known.
fn several(text: &str) -> Option<Vec<&'static Entry>> {
    let words = text.split(|c: char| [',', ';', '、', '/', ' '].contains(&text::fold(c)));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.len() < 2 {
        return None;
    }
    let mut found = Vec::new();
    for word in words {
        let mut entries = look_up(word);
        entries.retain(|entry| entry.family != Family::Text);
        if entries.is_empty() {
            return None;
        }
        found.extend(entries);
    }
    Some(found)
}

/// A text: a status may stand before it, and codes of the E-Port in it.
fn of_text(kind: Option<Kind>, text: &str) -> Explanation {
    let is_known = |code: i64, family| dictionary().find(family, code, kind, text).is_some();
    if let Some((status, info)) = text::status_first(text) {
        let family = match status < 0 {
            true => Family::Eport,
            false => Family::Status,
        };
        if is_known(i64::from(status), family) {
            return explain(kind, Some(ReturnStatus(status)), info);
        }
    }
    let faults = text::faults(text);
    let known = faults.iter().find(|code| is_known(**code, Family::Eport));
    match known.and_then(|code| i32::try_from(*code).ok()) {
        Some(code) if text::read(text).coded.is_empty() => {
            explain(kind, Some(ReturnStatus(code)), text)
        }
        Some(_) | None => explain(kind, None, text),
    }
}

/// The meanings of a code by themselves.
fn alone(entries: &[&'static Entry], text: &str) -> Explanation {
    let mut parts = ExplanationParts::default();
    for entry in entries {
        let code = match (entry.family, entry.codes.0 == entry.codes.1) {
            (Family::Reason, _) => format!("Code:{}", entry.title()),
            (Family::Status | Family::Eport | Family::Dxp, true) => entry.written.to_owned(),
            (Family::Status | Family::Eport | Family::Dxp | Family::Text, _) => text.to_owned(),
        };
        parts.push(ExplanationPart::of(entry, code, ""));
    }
    let direction = entries.first().and_then(|entry| entry.kinds.first());
    let direction = direction.and_then(|kind| kind.direction());
    let places = place::places(direction.unwrap_or(Direction::Import), entries, "");
    parts.explanation(
        "此代码的含义因报文类型或返回信息而不同，共有",
        "",
        places,
        None,
    )
}

/// The meanings of a code, as people write it: `100`, `-621027`, `Code:1332`, `0001`, or words.
#[must_use]
pub fn look_up(text: &str) -> Vec<&'static Entry> {
    let text: String = text.trim().chars().map(text::fold).collect();
    let text = text.trim_matches(['[', ']', ' ']);
    let reason = text
        .strip_prefix("code")
        .map(|rest| rest.trim_start_matches([':', '=', ' ']));
    let number: Option<i64> = reason.unwrap_or(text).parse().ok();
    let is_four = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    dictionary()
        .entries
        .iter()
        .filter(|entry| match (entry.family, number) {
            (Family::Text, None) => entry.has_words(text),
            (Family::Text, Some(_)) | (_, None) => false,
            (Family::Reason, Some(n)) => (entry.codes.0..=entry.codes.1).contains(&n),
            (Family::Dxp, Some(n)) => {
                is_four && reason.is_none() && (entry.codes.0..=entry.codes.1).contains(&n)
            }
            (Family::Status | Family::Eport, Some(n)) => {
                reason.is_none() && (entry.codes.0..=entry.codes.1).contains(&n)
            }
        })
        .collect()
}
