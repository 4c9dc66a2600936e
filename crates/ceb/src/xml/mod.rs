//! XML as strict as we need it: a small reader for messages, not a general one.
//!
//! General readers are either lenient about what stands inside tags and text, or slow, or expand
//! entities. This one checks names, attributes, references, namespaces, matching tags, characters,
//! comments, the XML declaration, and that there is exactly one root. The verdict is that of
//! libxml2, with these deliberate differences: no DOCTYPE, UTF-8 only, at most [`DEPTH_MAX`] levels,
//! and an undefined prefix is an error. A test compares verdicts on thousands of broken messages.
//!
//! Nothing is expanded but the five built-in entities and character references, so a message cannot
//! grow while it is read. Everything is linear in the length of the input: what is compared with each
//! other (attributes of a tag, namespaces in scope, names) has a limit, and a test counts the steps.

mod attribute;
mod bounds;
mod name;
mod outline;
mod prolog;
#[cfg(test)]
mod tests;
mod token;

pub(crate) use attribute::Attribute;
pub(crate) use bounds::{MarkupToken, find};
pub(crate) use name::is_ncname;
pub use outline::{OutlineElement, outline};
pub(crate) use prolog::{Source, prepare};
pub(crate) use token::{Name, Token, Tokens};

use crate::code::Code;

/// Deepest nesting of elements; the standard needs 6.
pub const DEPTH_MAX: usize = 32;

/// Longest message, in bytes. A message of 100 lists with 99 lines each has about 8 MB.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Most attributes and namespace declarations of one element; the standard needs 6, in the root.
/// Attributes are compared with each other, so this is what keeps the time for each byte bounded.
pub const ATTRIBUTES_MAX: usize = 16;

/// Most namespaces in scope at one place; the standard needs 4. Every prefix is looked up in them.
pub const NAMESPACES_MAX: usize = 32;

/// Longest name of an element or an attribute, in bytes; the standard needs 40.
pub const NAME_BYTES_MAX: usize = 256;

/// Namespace of the business messages.
pub const NS_CEB: &str = "http://www.chinaport.gov.cn/ceb";
/// Namespace of the transport messages.
pub const NS_DXP: &str = "http://www.chinaport.gov.cn/dxp";
/// Namespace of XML signatures.
pub const NS_DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of `xsi:schemaLocation` and its like.
pub const NS_XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace of the `xml` prefix.
pub(crate) const NS_XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Namespace of the `xmlns` prefix.
pub(crate) const NS_XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A namespace as far as we care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ns {
    /// No namespace.
    None,
    /// [`NS_CEB`].
    Ceb,
    /// [`NS_DXP`].
    Dxp,
    /// [`NS_DS`].
    Ds,
    /// [`NS_XSI`].
    Xsi,
    /// Any other.
    Other,
}

impl Ns {
    pub(crate) fn of(uri: &str) -> Self {
        match uri {
            "" => Self::None,
            NS_CEB => Self::Ceb,
            NS_DXP => Self::Dxp,
            NS_DS => Self::Ds,
            NS_XSI => Self::Xsi,
            _ => Self::Other,
        }
    }

    /// The namespace, when it is one of ours.
    pub(crate) fn uri(self) -> &'static str {
        match self {
            Self::None | Self::Other => "",
            Self::Ceb => NS_CEB,
            Self::Dxp => NS_DXP,
            Self::Ds => NS_DS,
            Self::Xsi => NS_XSI,
        }
    }
}

/// The input is not well-formed; reading stops here. Boxed, since it is part of every result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault(Box<FaultBody>);

/// What a [`Fault`] tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FaultBody {
    pub(crate) code: &'static Code,
    /// Byte of the input at which it was noticed.
    pub(crate) offset: usize,
    /// What stands there.
    pub(crate) value: String,
}

impl Fault {
    #[cold]
    pub(crate) fn new(code: &'static Code, offset: usize, value: &str) -> Self {
        Self(Box::new(FaultBody {
            code,
            offset,
            value: crate::finding::clip(value),
        }))
    }
}

impl std::ops::Deref for Fault {
    type Target = FaultBody;

    fn deref(&self) -> &FaultBody {
        &self.0
    }
}

#[cfg(test)]
thread_local! {
    /// Comparisons and bytes looked at one by one, for the test that counts them.
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts steps of inner loops, in tests.
#[inline]
pub(crate) fn count(n_steps: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + n_steps));
    #[cfg(not(test))]
    let _ = n_steps;
}

/// White space as XML knows it.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Line of a byte of the input, from 1.
pub(crate) fn line_of(input: &[u8], offset: usize) -> u32 {
    let before = &input[..offset.min(input.len())];
    let lines = memchr::memchr_iter(b'\n', before).count() + 1;
    u32::try_from(lines).unwrap_or(u32::MAX)
}
