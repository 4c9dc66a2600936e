//! What must be true of the bytes before a single tag is read, and the XML declaration.

use super::{Fault, MESSAGE_BYTES_MAX, is_space};
use crate::code;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The input as text, with what a look at all its bytes tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The text without byte order mark.
    pub(crate) text: &'a str,
    /// Bytes cut off at the front (3 with a byte order mark).
    pub(crate) base: usize,
    /// Whether there is a carriage return, so that line ends must be normalised.
    pub(crate) has_cr: bool,
    /// Whether `]]>` occurs anywhere, so that text must be looked at for it.
    pub(crate) has_cdata_end: bool,
}

/// Checks encoding and characters of the whole input.
pub(crate) fn prepare(bytes: &[u8]) -> Result<Source<'_>, Fault> {
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(Fault::new(&code::TOO_LARGE, 0, ""));
    }
    encoding_mark(bytes)?;
    let base = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let text = std::str::from_utf8(&bytes[base..]).map_err(|error| {
        let at = base + error.valid_up_to();
        Fault::new(&code::NOT_UTF8, at, "")
    })?;
    let content = text.as_bytes();
    let first = content.iter().find(|byte| !is_space(**byte));
    match first {
        None => return Err(Fault::new(&code::EMPTY, 0, "")),
        Some(b'<') => {}
        Some(_) => return Err(Fault::new(&code::NOT_XML, base, text)),
    }
    let has_cr = characters(text, base)?;
    let has_cdata_end = memchr::memmem::find(content, b"]]>").is_some();
    Ok(Source {
        text,
        base,
        has_cr,
        has_cdata_end,
    })
}

fn encoding_mark(bytes: &[u8]) -> Result<(), Fault> {
    let marked = bytes.starts_with(b"\xFE\xFF")
        || bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\0\0\xFE\xFF")
        || bytes.starts_with(b"\0<")
        || bytes.starts_with(b"<\0")
        || bytes.starts_with(b"\0\0\0<");
    if marked {
        Err(Fault::new(&code::UTF16, 0, ""))
    } else {
        Ok(())
    }
}

/// Refuses characters that XML has not; tells whether there is a carriage return.
fn characters(text: &str, base: usize) -> Result<bool, Fault> {
    let bytes = text.as_bytes();
    let (mut control, mut cr, mut high) = (false, false, false);
    // One pass without branches, which the compiler turns into vector code.
    for &byte in bytes {
        cr |= byte == b'\r';
        control |= byte < b' ' && !is_space(byte);
        high |= byte == 0xEF;
    }
    let at = if control {
        bytes
            .iter()
            .position(|&byte| byte < b' ' && !is_space(byte))
    } else if high {
        memchr::memmem::find(bytes, "\u{FFFE}".as_bytes())
            .or_else(|| memchr::memmem::find(bytes, "\u{FFFF}".as_bytes()))
    } else {
        None
    };
    match at {
        Some(at) => Err(Fault::new(&code::ILLEGAL_CHARACTER, base + at, "")),
        None => Ok(cr),
    }
}

/// Checks the inside of `<?xml … ?>`; `content` is what stands between `<?xml` and `?>`.
pub(super) fn declaration(content: &str, offset: usize) -> Result<(), Fault> {
    let fault = || Fault::new(&code::XML_DECLARATION, offset, content);
    let mut rest = content;
    let version = pseudo_attribute(&mut rest, "version").ok_or_else(fault)?;
    let digits = version.strip_prefix("1.").ok_or_else(fault)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(fault());
    }
    if let Some(encoding) = pseudo_attribute(&mut rest, "encoding")
        && !encoding.eq_ignore_ascii_case("UTF-8")
        && !encoding.eq_ignore_ascii_case("UTF8")
    {
        let mut bytes = encoding.bytes();
        let name = bytes.next().is_some_and(|b| b.is_ascii_alphabetic())
            && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        let code = if name {
            &code::WRONG_DECLARATION
        } else {
            &code::XML_DECLARATION
        };
        return Err(Fault::new(code, offset, encoding));
    }
    if let Some(standalone) = pseudo_attribute(&mut rest, "standalone")
        && standalone != "yes"
        && standalone != "no"
    {
        return Err(fault());
    }
    if rest.bytes().all(is_space) {
        Ok(())
    } else {
        Err(fault())
    }
}

fn pseudo_attribute<'a>(rest: &mut &'a str, name: &str) -> Option<&'a str> {
    let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    if trimmed.len() == rest.len() {
        return None;
    }
    let after = trimmed
        .strip_prefix(name)?
        .trim_start_matches([' ', '\t', '\n', '\r']);
    let after = after
        .strip_prefix('=')?
        .trim_start_matches([' ', '\t', '\n', '\r']);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, after) = after[1..].split_once(quote)?;
    *rest = after;
    Some(value)
}
