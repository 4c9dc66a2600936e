//! What programs and pages between customs and the reader put into a text: characters written as
//! references a second time (`&amp;lt;`, `&nbsp;`, `&#91;`), and characters that nobody sees.

use super::text::fold;
use crate::personal::is_invisible;
use std::borrow::Cow;

/// Longest reference, from `&` to `;`, in bytes.
const REFERENCE_BYTES_MAX: usize = 10;

/// Times that a text is unescaped: every program on the way may have escaped it once.
const TIMES: usize = 2;

/// The text as it was meant.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(text);
    if plain.contains(is_invisible) {
        plain = Cow::Owned(plain.chars().filter(|c| !is_invisible(*c)).collect());
    }
    if plain.contains("＜／") {
        let half = |c: char| {
            if matches!(c, '＜' | '＞' | '／') {
                fold(c)
            } else {
                c
            }
        };
        plain = Cow::Owned(plain.chars().map(half).collect());
    }
    if plain.contains("</") {
        plain = Cow::Owned(untagged(&plain));
    }
    for _ in 0..TIMES {
        if !plain.contains('&') {
            break;
        }
        plain = Cow::Owned(unescaped(&plain));
    }
    plain
}

/// Tags as the words that they hold: `<Code>1332</Code>` as `Code:1332;`.
fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let (is_end, name) = match after.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, after),
        };
        let is_name = |name: &str| {
            let mut chars = name.chars();
            chars.next().is_some_and(char::is_alphabetic)
                && chars.all(|c| c.is_alphanumeric() || "_-:".contains(c))
        };
        match name.split_once('>').filter(|(name, _)| is_name(name)) {
            Some((_, next)) if is_end => {
                out.push(';');
                rest = next;
            }
            Some((name, next)) => {
                out.push_str(name);
                out.push(':');
                rest = next;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let name = after.split_once(';').map(|(name, _)| name);
        let name = name.filter(|name| name.len() < REFERENCE_BYTES_MAX);
        match name.and_then(|name| Some((character(name)?, name.len() + 1))) {
            Some((c, len)) => {
                out.push(c);
                rest = &after[len..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace());
    }
    Some(match name.to_ascii_lowercase().as_str() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn references_are_read_and_what_is_none_stays() {
        for (text, expected) in [
            ("a&nbsp;b", "a b"),
            ("&#91;Code:1;&#x5D;", "[Code:1;]"),
            ("1 &amp;lt; 2", "1 < 2"),
            ("A&B公司；C&D;", "A&B公司；C&D;"),
            ("&", "&"),
            (
                "<Code>1332</Code><Desc>a < b</Desc>",
                "Code:1332;Desc:a < b;",
            ),
            ("&#0;&#xD800;&#99999999;", "&#0;&#xD800;&#99999999;"),
            ("\u{FEFF}单\u{200B}证", "单证"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
