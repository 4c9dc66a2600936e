//! Attributes of a start tag, and references.

use std::borrow::Cow;

use super::{ATTRIBUTES_MAX, Fault, NAME_BYTES_MAX, Ns, is_ncname, is_space};
use crate::code;

/// An attribute as written; namespace declarations are attributes too at this point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// Prefix, empty without one.
    pub(crate) prefix: &'a str,
    /// Local name.
    pub(crate) local: &'a str,
    /// Namespace; set once the declarations of the same tag are known.
    pub(crate) ns: Ns,
    /// The value, references resolved and white space normalised.
    pub(crate) value: Cow<'a, str>,
}

impl Attribute<'_> {
    /// `xmlns` or `xmlns:…`.
    pub(crate) fn declares_namespace(&self) -> bool {
        self.prefix == "xmlns" || (self.prefix.is_empty() && self.local == "xmlns")
    }
}

/// Splits a qualified name; both parts must be names.
#[inline]
pub(super) fn qualified(name: &str, offset: usize) -> Result<(&str, &str), Fault> {
    if name.len() > NAME_BYTES_MAX {
        return Err(Fault::new(&code::BAD_NAME, offset, name));
    }
    super::count(name.len());
    match name.bytes().position(|byte| byte == b':') {
        None if is_ncname(name) => Ok(("", name)),
        Some(at) if is_ncname(&name[..at]) && is_ncname(&name[at + 1..]) => {
            Ok((&name[..at], &name[at + 1..]))
        }
        _ => Err(Fault::new(&code::BAD_NAME, offset, name)),
    }
}

/// Reads the attributes of a start tag; `text` is what follows the element's name.
pub(super) fn read<'a>(
    text: &'a str,
    offset: usize,
    into: &mut Vec<Attribute<'a>>,
) -> Result<(), Fault> {
    let bad = |at: usize| Fault::new(&code::BAD_ATTRIBUTE, offset + at, text.trim());
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let start = at;
        at += bytes[at..].iter().take_while(|b| is_space(**b)).count();
        if at == bytes.len() {
            return Ok(());
        }
        if at == start {
            return Err(bad(at));
        }
        if into.len() == ATTRIBUTES_MAX {
            let what = format!("超过 {ATTRIBUTES_MAX} 个");
            return Err(Fault::new(&code::TOO_MANY_ATTRIBUTES, offset + at, &what));
        }
        let name_len = bytes[at..]
            .iter()
            .take_while(|b| !is_space(**b) && **b != b'=')
            .count();
        let name = &text[at..at + name_len];
        let (prefix, local) = qualified(name, offset + at)?;
        at += name_len;
        at += bytes[at..].iter().take_while(|b| is_space(**b)).count();
        if bytes.get(at) != Some(&b'=') {
            return Err(bad(at));
        }
        at += 1;
        at += bytes[at..].iter().take_while(|b| is_space(**b)).count();
        let quote = *bytes
            .get(at)
            .filter(|b| matches!(b, b'"' | b'\''))
            .ok_or_else(|| bad(at))?;
        at += 1;
        let len = memchr::memchr(quote, &bytes[at..]).ok_or_else(|| bad(at))?;
        let value = value(&text[at..at + len], offset + at)?;
        at += len + 1;
        super::count(into.len() + len);
        if into
            .iter()
            .any(|other| other.prefix == prefix && other.local == local)
        {
            return Err(Fault::new(&code::DUPLICATE_ATTRIBUTE, offset + at, name));
        }
        into.push(Attribute {
            prefix,
            local,
            ns: Ns::None,
            value,
        });
    }
}

/// Resolves references and turns white space into blanks.
fn value(raw: &str, offset: usize) -> Result<Cow<'_, str>, Fault> {
    let plain = |byte: u8| !matches!(byte, b'<' | b'&' | b'\t' | b'\n' | b'\r');
    if raw.bytes().all(plain) {
        return Ok(Cow::Borrowed(raw));
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        match c {
            '<' => return Err(Fault::new(&code::BAD_ATTRIBUTE, offset, raw)),
            '&' => {
                let end = rest
                    .find(';')
                    .ok_or_else(|| Fault::new(&code::BAD_REFERENCE, offset, raw))?;
                out.push(reference(&rest[1..end], offset)?);
                rest = &rest[end + 1..];
                continue;
            }
            '\r' if rest.starts_with("\r\n") => {}
            '\t' | '\n' | '\r' => out.push(' '),
            _ => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    Ok(Cow::Owned(out))
}

/// Resolves what stands between `&` and `;`.
pub(super) fn reference(name: &str, offset: usize) -> Result<char, Fault> {
    let fault = || Fault::new(&code::BAD_REFERENCE, offset, name);
    let number = match name {
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "amp" => return Ok('&'),
        "apos" => return Ok('\''),
        "quot" => return Ok('"'),
        _ => name.strip_prefix('#').ok_or_else(fault)?,
    };
    let (digits, radix) = number
        .strip_prefix('x')
        .map_or((number, 10), |hex| (hex, 16));
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(fault());
    }
    let digits = digits.trim_start_matches('0');
    let point = u32::from_str_radix(digits, radix).map_err(|_| fault())?;
    let c = char::from_u32(point).ok_or_else(fault)?;
    match c {
        '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}' => Ok(c),
        _ => Err(fault()),
    }
}
