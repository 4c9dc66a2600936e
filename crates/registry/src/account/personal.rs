//! Personal data (个人信息) of an account: sealed in the table, masked on the way out.

use super::AccountId;
use crate::context::{AppContext, RandomSecret};
use store::{Error, Result};

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Telephone number.
    Phone,
    /// E-mail address.
    Email,
}

impl Field {
    fn purpose(self, account: AccountId) -> String {
        match self {
            Self::Phone => format!("phone:{}", account.0),
            Self::Email => format!("email:{}", account.0),
        }
    }

    /// Whether a text can be one: a telephone number of 5 to 20 digits, an address with one `@`.
    pub fn is_well_formed(self, text: &str) -> bool {
        match self {
            Self::Phone => {
                (5..=20).contains(&text.len())
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_digit() || b"+- ".contains(&b))
            }
            Self::Email => {
                let parts: Vec<&str> = text.split('@').collect();
                text.len() <= 100
                    && !text.chars().any(|c| c.is_whitespace() || c.is_control())
                    && matches!(parts.as_slice(), [name, host]
                        if !name.is_empty() && host.contains('.'))
            }
        }
    }

    /// The text with its middle hidden: `138****5678`, `a***@example.com`.
    pub fn masked(self, text: &str) -> String {
        match self {
            Self::Phone => {
                let digits: Vec<char> = text.chars().collect();
                let n = digits.len();
                if n < 8 {
                    return "****".to_owned();
                }
                let head: String = digits[..3].iter().collect();
                let tail: String = digits[n - 4..].iter().collect();
                format!("{head}****{tail}")
            }
            Self::Email => {
                let (name, host) = text.split_once('@').unwrap_or((text, ""));
                let head: String = name.chars().take(1).collect();
                format!("{head}***@{host}")
            }
        }
    }
}

/// Seals a text; an empty one is nothing.
///
/// # Errors
/// A fault when the cipher refuses.
pub fn close(
    context: &AppContext,
    account: AccountId,
    field: Field,
    text: &str,
    nonce: &RandomSecret,
) -> Result<Option<Vec<u8>>> {
    if text.is_empty() {
        return Ok(None);
    }
    let purpose = field.purpose(account);
    let sealed = context.seal.close(text.as_bytes(), &purpose, nonce);
    sealed
        .map(Some)
        .map_err(|error| Error::Fault(error.to_string()))
}

/// Opens a sealed text; nothing is an empty one.
///
/// # Errors
/// [`Error::Damaged`] when it was sealed with another key or changed since.
pub fn open(
    context: &AppContext,
    account: AccountId,
    field: Field,
    sealed: Option<&[u8]>,
) -> Result<String> {
    let Some(sealed) = sealed else {
        return Ok(String::new());
    };
    let opened = context.seal.open(sealed, &field.purpose(account));
    let bytes = opened.map_err(|error| Error::Damaged(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Error::Damaged(error.to_string()))
}
