//! Canonical XML 1.0 (规范化 XML): the bytes that are really signed.
//!
//! Inclusive canonicalisation as `http://www.w3.org/TR/2001/REC-xml-c14n-20010315` defines it, over
//! our own reader, so that what is digested is what the parser saw and not what another parser made
//! of it. One pass; a run of bytes that is canonical already is copied as a run, and most of a
//! message is.
//!
//! What changes: line ends and blanks inside tags, quotes, the order of attributes and namespace
//! declarations, declarations that say nothing new, empty elements, CDATA sections, references,
//! characters that need one, the XML declaration, and white space outside the root.
//!
//! Deliberately absent: DOCTYPE (the reader refuses it), document subsets other than one element with
//! all that is in it, and the exclusive form, which the standard of the messages does not name.

mod canon;
#[cfg(test)]
mod tests;

pub(super) use canon::{Apex, Canon};

use crate::finding::Finding;
use crate::xml::{Fault, Token, Tokens, line_of, prepare};

/// Whether comments stay (注释保留).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// `…#WithComments`.
    With,
    /// The plain form.
    Without,
}

/// Why a document has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct C14nFault {
    /// Code of the finding; the same that the parser reports.
    pub code: &'static str,
    /// Line of the input, from 1.
    pub line: u32,
    /// What is wrong, in Chinese.
    pub text: String,
}

impl C14nFault {
    pub(super) fn of(fault: &Fault, bytes: &[u8]) -> Self {
        Self {
            code: fault.code.id,
            line: line_of(bytes, fault.offset),
            text: format!("{}：{}", fault.code.title, fault.value),
        }
    }
}

impl From<C14nFault> for Option<Finding> {
    fn from(fault: C14nFault) -> Self {
        let code = crate::code::find(fault.code)?;
        Some(Finding::new(
            code,
            String::from("/"),
            fault.line,
            "",
            fault.text,
        ))
    }
}

/// The canonical form of a whole document.
///
/// # Errors
///
/// When it is not well-formed, or names a namespace by a relative URI, which has no canonical form.
pub fn canonicalize(bytes: &[u8], comments: Comments) -> Result<Vec<u8>, C14nFault> {
    let source = prepare(bytes).map_err(|fault| C14nFault::of(&fault, bytes))?;
    let mut tokens = Tokens::new(source);
    let mut canon = Canon::new(source.text, comments, source.text.len());
    loop {
        let token = tokens
            .next()
            .map_err(|fault| C14nFault::of(&fault, bytes))?;
        canon
            .feed(&token, &tokens, &Apex::Root)
            .map_err(|fault| C14nFault::of(&fault, bytes))?;
        if token == Token::Eof {
            return Ok(canon.finish());
        }
    }
}
