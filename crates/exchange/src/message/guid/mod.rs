//! Guids that companies have handed in (报文唯一编号): whether a message is a repetition is decided here, by a small table of
//! its own.

pub(crate) mod sql;

use sha2::{Digest, Sha256};

/// What stands for a guid in tables: sixteen bytes of its SHA-256, so that a guid of any form takes the same room and two
/// that differ in a letter are two.
pub type GuidKey = [u8; 16];

/// A guid that somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoughtGuid {
    /// As it was written, without blanks around it.
    pub text: String,
    /// What stands for it.
    pub key: GuidKey,
}

impl SoughtGuid {
    /// The guid that a text names.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        Self {
            key: guid_key(text),
            text: text.to_owned(),
        }
    }
}

/// What stands for a guid.
pub fn guid_key(guid: &str) -> GuidKey {
    let digest: [u8; 32] = Sha256::digest(guid.as_bytes()).into();
    let mut key = GuidKey::default();
    key.copy_from_slice(&digest[..16]);
    key
}
