//! Where tokens end. The first bytes say what a token is; its end is found by searching, so time is
//! linear: every search either ends inside the token or ends the reading.

use super::Fault;
use crate::code;

/// What a token is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkupToken {
    Start,
    Empty,
    End,
    Text,
    Reference,
    CData,
    Comment,
    Instruction,
    Eof,
}

/// The token at byte `at` and the byte after it. `base` is added to the place of a fault.
#[inline]
pub(crate) fn find(text: &str, at: usize, base: usize) -> Result<(MarkupToken, usize), Fault> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..).unwrap_or_default();
    let fault = |code| Fault::new(code, base + at, text.get(at..).unwrap_or(""));
    let (found, len) = match rest {
        [] => (MarkupToken::Eof, Some(0)),
        [b'<', b'/', ..] => (
            MarkupToken::End,
            memchr::memchr(b'>', rest).map(|end| end + 1),
        ),
        [b'<', b'?', ..] => (MarkupToken::Instruction, search(rest, 2, b"?>")),
        [b'<', b'!', ..] if rest.starts_with(b"<!--") => {
            (MarkupToken::Comment, search(rest, 4, b"-->"))
        }
        [b'<', b'!', ..] if rest.starts_with(b"<![CDATA[") => {
            (MarkupToken::CData, search(rest, 9, b"]]>"))
        }
        [b'<', b'!', b'D' | b'd', ..] => return Err(fault(&code::DTD)),
        [b'<', b'!', _, ..] => return Err(fault(&code::SYNTAX)),
        [b'<', ..] => match tag_end(rest) {
            Some(end) if rest[end - 1] == b'/' && end > 1 => (MarkupToken::Empty, Some(end + 1)),
            end => (MarkupToken::Start, end.map(|end| end + 1)),
        },
        [b'&', ..] => match memchr::memchr3(b';', b'&', b'<', &rest[1..]) {
            Some(end) if rest[end + 1] == b';' => (MarkupToken::Reference, Some(end + 2)),
            _ => return Err(fault(&code::BAD_REFERENCE)),
        },
        _ => (
            MarkupToken::Text,
            Some(memchr::memchr2(b'<', b'&', rest).unwrap_or(rest.len())),
        ),
    };
    match len {
        Some(len) => Ok((found, at + len)),
        None if found == MarkupToken::Comment => Err(fault(&code::BAD_COMMENT)),
        None if memchr::memchr(b'>', rest).is_some() => Err(fault(&code::SYNTAX)),
        None => Err(fault(&code::TRUNCATED)),
    }
}

fn search(rest: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    memchr::memmem::find(&rest[from..], end).map(|found| from + found + end.len())
}

/// The `>` of a start tag: not inside a quoted attribute value.
fn tag_end(rest: &[u8]) -> Option<usize> {
    let mut quote = None;
    for at in memchr::memchr3_iter(b'>', b'"', b'\'', rest) {
        match (quote, rest[at]) {
            (None, b'>') => return Some(at),
            (None, open) => quote = Some(open),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}
