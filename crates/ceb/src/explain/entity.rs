//! What programs and pages between customs and the reader put into a text: characters written as
//! references a second time (`&amp;lt;`, `&nbsp;`, `&#91;`), and characters that nobody sees.

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
    for _ in 0..TIMES {
        if !plain.contains('&') {
            break;
        }
        plain = Cow::Owned(unescaped(&plain));
    }
    plain
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
            ("&#0;&#xD800;&#99999999;", "&#0;&#xD800;&#99999999;"),
            ("\u{FEFF}单\u{200B}证", "单证"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
