//! What an entry of a receipt says as its status and time, however it is spelt.

use super::STATUS_UNREADABLE;
use crate::status::ReturnStatus;
use crate::xml::{Token, Tokens, prepare};
use std::collections::BTreeSet;

/// The status of an entry, and what stands there where it cannot be read. An entry that says several
/// different things as its status says nothing that could be relied on.
pub(super) fn status(first: Option<&str>, xml: &str) -> (ReturnStatus, String) {
    // One element, opened and closed, is the rule; everything else is read once more.
    let is_plain = n_named(xml, "returnstatus") == 2;
    let mut texts = match first.filter(|_| is_plain) {
        Some(first) => vec![first.to_owned()],
        None => texts_of(xml, "returnStatus"),
    };
    if texts.is_empty() {
        texts.extend(first.map(str::to_owned));
    }
    let read: BTreeSet<Option<ReturnStatus>> =
        texts.iter().map(|text| ReturnStatus::read(text)).collect();
    match (read.first().copied().flatten(), read.len()) {
        (Some(status), 1) if status != STATUS_UNREADABLE => (status, String::new()),
        _ => (STATUS_UNREADABLE, texts.join("，")),
    }
}

/// The time of an entry as the standard writes it, see [`plain_time`]; nothing where it says several different ones.
pub(super) fn time(first: Option<&str>, xml: &str) -> String {
    let first = plain_time(first.unwrap_or_default().trim());
    if n_named(xml, "returntime") <= 2 {
        return first;
    }
    let texts = texts_of(xml, "returnTime");
    let read: BTreeSet<String> = texts.iter().map(|text| plain_time(text)).collect();
    match read.len() {
        0 | 1 => first,
        _ => String::new(),
    }
}

/// How often a name in small letters stands in a text, in any case.
fn n_named(text: &str, name: &str) -> usize {
    let windows = text.as_bytes().windows(name.len());
    windows
        .filter(|part| part.eq_ignore_ascii_case(name.as_bytes()))
        .count()
}

/// The texts of all elements of this name, whatever their prefix, in any case; no empty ones, and nothing
/// of what stands in comments or as text.
fn texts_of(xml: &str, element: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let Ok(prepared) = prepare(xml.as_bytes()) else {
        return texts;
    };
    let mut tokens = Tokens::new(prepared).by_name();
    let mut open: Option<(usize, String)> = None;
    // What is not well-formed has been refused before.
    while let Ok(token) = tokens.next() {
        match token {
            Token::Start(name) if open.is_none() && name.local.eq_ignore_ascii_case(element) => {
                open = Some((tokens.depth(), String::new()));
            }
            Token::Text(text) | Token::CData(text) => {
                if let Some((_, content)) = &mut open {
                    content.push_str(text);
                }
            }
            Token::Char(c) => {
                if let Some((_, content)) = &mut open {
                    content.push(c);
                }
            }
            Token::End => {
                let is_over = open
                    .as_ref()
                    .is_some_and(|(depth, _)| tokens.depth() < *depth);
                if let Some((_, content)) = open.take_if(|_| is_over) {
                    let content = content.trim();
                    texts.extend((!content.is_empty()).then(|| content.to_owned()));
                }
            }
            Token::Start(_) => {}
            Token::Eof => break,
        }
    }
    texts
}

/// A time as the standard writes it, 14 or 17 digits, where a port writes it with separators, or leaves out
/// noughts, the seconds or some digits of the fraction; everything else as it came.
fn plain_time(text: &str) -> String {
    let local = text.strip_suffix("+08:00").unwrap_or(text);
    let is_separator = |c: char| matches!(c, '-' | '/' | ':' | '.' | ' ' | 'T');
    if !local.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return text.to_owned();
    }
    let parts: Vec<&str> = local
        .split(is_separator)
        .filter(|part| !part.is_empty())
        .collect();
    let digits = match parts.as_slice() {
        [] | [_] => Some(local.to_owned()),
        [_, _] if parts.iter().all(|part| part.len() > 2) => Some(parts.concat()),
        _ => padded(&parts),
    };
    let digits = digits.unwrap_or_default();
    match digits.len() {
        12 => format!("{digits}00"),
        14 | 17 => digits,
        15 | 16 => format!("{digits:0<17}"),
        _ => text.to_owned(),
    }
}

/// Year, month, day, hour, minute, second and fraction, each with its noughts; nothing where a part is too
/// long or the year is not whole.
fn padded(parts: &[&str]) -> Option<String> {
    let mut digits = String::new();
    for (at, part) in parts.iter().enumerate() {
        match (at, part.len()) {
            (0, 4) | (1..=5, 2) | (6, 1..=3) => digits.push_str(part),
            (1..=5, 1) => {
                digits.push('0');
                digits.push_str(part);
            }
            _ => return None,
        }
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::super::STATUS_UNREADABLE;
    use super::{plain_time, status, time};
    use crate::ReturnStatus;

    /// An entry with this in it.
    fn entry(inner: &str) -> String {
        format!("<c:Message xmlns:c=\"http://www.chinaport.gov.cn/ceb\">{inner}</c:Message>")
    }

    /// Times of other spellings are read as the moment that they mean; what is none stays as it is.
    #[test]
    fn a_time_is_read_in_any_spelling() {
        for text in [
            "20261129091000",
            "2026-11-29 09:10:00",
            "2026-11-29T09:10:00+08:00",
            "20261129 091000",
            "202611290910",
            "2026/11/29 09:10",
        ] {
            assert_eq!(plain_time(text), "20261129091000", "{text}");
        }
        assert_eq!(plain_time("2026-11-29T09:10:00.5"), "20261129091000500");
        // Without its noughts a date of single figures could be read as another one.
        assert_eq!(plain_time("2026-11-2 9:10:05"), "20261102091005");
        for text in [
            "20261129",
            "2026-11-29T01:10:00Z",
            "2026-111-2 9:10:05",
            "上午九点",
            "0",
            "",
        ] {
            assert_eq!(plain_time(text), text);
        }
    }

    /// Times that differ within one entry are none; one that is written twice is one.
    #[test]
    fn an_entry_has_one_time() {
        let of = |texts: &[&str]| {
            let elements = texts
                .iter()
                .map(|text| format!("<c:returnTime>{text}</c:returnTime>"));
            time(
                texts.first().copied(),
                &entry(&elements.collect::<String>()),
            )
        };
        assert_eq!(of(&["2026-11-29 09:10"]), "20261129091000");
        assert_eq!(
            of(&["20261129091000", "2026-11-29 09:10:00"]),
            "20261129091000"
        );
        assert_eq!(of(&["20261129091000", "20261129090900"]), "");
        assert_eq!(of(&[]), "");
    }

    /// Statuses that differ within one entry are none; the same one twice, or written otherwise, is one.
    #[test]
    fn a_status_is_one_number_however_it_is_written() {
        let of = |texts: &[&str]| {
            let elements = texts
                .iter()
                .map(|text| format!("<c:returnStatus>{text}</c:returnStatus>"));
            status(
                texts.first().copied(),
                &entry(&elements.collect::<String>()),
            )
        };
        for text in [
            "100",
            " 100 ",
            "+100",
            "0100",
            "１００",
            "100.0",
            "１００．０",
            "＋１００",
            "\u{feff}100\u{200b}",
        ] {
            assert_eq!(of(&[text]), (ReturnStatus(100), String::new()), "{text}");
        }
        assert_eq!(of(&["-1", "-1"]).0, ReturnStatus(-1));
        assert_eq!(of(&["\u{2212}621018"]).0, ReturnStatus(-621_018));
        assert_eq!(of(&["100", "0100"]).0, ReturnStatus(100));
        let none = STATUS_UNREADABLE;
        assert_eq!(of(&["120", "100"]), (none, "120，100".to_owned()));
        // Other letters make no other element of it.
        let two = entry("<returnStatus>120</returnStatus><RETURNSTATUS>100</RETURNSTATUS>");
        assert_eq!(status(Some("120"), &two), (none, "120，100".to_owned()));
        assert_eq!(of(&["100.5"]), (none, "100.5".to_owned()));
        assert_eq!(of(&["0"]), (none, "0".to_owned()));
        assert_eq!(of(&[]), (none, String::new()));
    }

    /// What stands in a comment or in a text is no status, nor is an empty element beside the real one.
    #[test]
    fn only_elements_are_statuses() {
        for beside in [
            "<!-- <returnStatus>2</returnStatus> -->",
            "<returnInfo><![CDATA[重复：<returnStatus>120</returnStatus>]]></returnInfo>",
            "<returnStatus/>",
        ] {
            let xml = entry(&format!("{beside}<returnStatus>100</returnStatus>"));
            assert_eq!(status(Some("100"), &xml).0, ReturnStatus(100), "{beside}");
        }
    }
}
