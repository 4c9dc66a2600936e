//! The dictionaries that are shipped in the binary.

use super::list::DICTIONARIES;
use std::sync::OnceLock;
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// How thorough packing is: 1 is fastest, 22 smallest.
pub(super) const LEVEL: i32 = 3;

/// A dictionary as it is shipped.
pub struct ShippedDictionary {
    /// Its number, which stands in what was packed with it; never given to another one.
    pub number: u16,
    /// What it is for: a kind of message, `CEB311`.
    pub subject: &'static str,
    /// SHA-256 of its bytes, so that nobody changes one by mistake.
    pub sha256: &'static str,
    bytes: &'static [u8],
    encoder: OnceLock<EncoderDictionary<'static>>,
    decoder: OnceLock<DecoderDictionary<'static>>,
}

impl ShippedDictionary {
    pub(super) const fn new(
        number: u16,
        subject: &'static str,
        sha256: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        Self {
            number,
            subject,
            sha256,
            bytes,
            encoder: OnceLock::new(),
            decoder: OnceLock::new(),
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }
}

/// A dictionary (压缩字典), or none.
#[derive(Clone, Copy)]
pub struct PackDictionary(Option<&'static ShippedDictionary>);

impl PackDictionary {
    /// No dictionary: number 0.
    pub const NONE: Self = Self(None);

    /// The newest dictionary for a subject; none when there is none.
    pub fn of(subject: &str) -> Self {
        let newest = DICTIONARIES.iter().rev().find(|one| one.subject == subject);
        Self(newest)
    }

    /// The dictionary with a number.
    pub(super) fn of_number(number: u16) -> Option<Self> {
        if number == 0 {
            return Some(Self::NONE);
        }
        let found = DICTIONARIES.iter().find(|one| one.number == number);
        found.map(|one| Self(Some(one)))
    }

    /// Its number; 0 for none.
    pub fn number(self) -> u16 {
        self.0.map_or(0, |one| one.number)
    }

    /// Whether what it packs may be envelopes.
    pub(super) fn has_runs(self) -> bool {
        self.0.is_some_and(|one| one.subject == ENVELOPE)
    }

    pub(super) fn encoder(self) -> Option<&'static EncoderDictionary<'static>> {
        let one = self.0?;
        Some(
            one.encoder
                .get_or_init(|| EncoderDictionary::copy(one.bytes, LEVEL)),
        )
    }

    pub(super) fn decoder(self) -> Option<&'static DecoderDictionary<'static>> {
        let one = self.0?;
        Some(
            one.decoder
                .get_or_init(|| DecoderDictionary::copy(one.bytes)),
        )
    }
}

/// The subject of envelopes.
pub const ENVELOPE: &str = "envelope";

/// The subject of what is compared of documents (比对要素).
pub const FACTS: &str = "facts";
