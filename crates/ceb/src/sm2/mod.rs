//! SM2 verification (SM2 验签, GB/T 32918.2, GM/T 0003.2), fast for keys that come again and again.
//!
//! A verification is `s·G + (r+s)·P`. With a table of multiples for the base point and one for the
//! key there is nothing left to double: some eighty additions, compared without an inversion. A
//! table costs a millisecond to build and 90 KiB to keep ([`Sm2Table::BYTES`]), so it is made for
//! the keys of known companies ([`Keys::learn`]) and the least recently used one is let go.
//!
//! This handles public data only: nothing here runs in constant time, and nothing here may ever see
//! a private key. Signing and unknown keys are left to a library (the `sm2` crate). It is
//! trusted because independent oracles agree (the example of the standard, that library and `OpenSSL`) on
//! random, mutated and edge-case signatures (`tests/sm2`; `bench sm2-oracle` for a million).
//! [`Keys::library`] takes the library for everything.
//!
//! 1. `field`: numbers modulo p, in Montgomery form. 2. `scalar`: numbers modulo n.
//! 3. `point`: the curve. 4. `table`: multiples of a point. 5. `keys`: the cache.

mod field;
mod keys;
mod point;
mod scalar;
mod table;
#[cfg(test)]
mod tests;

pub use keys::{Arithmetic, Keys};
pub use table::Sm2Table;

use sm3::{Digest, Sm3};

/// Whoever verifies SM2 signatures (SM2 验签): a library, or something faster with tables per key.
pub trait Sm2: Sync {
    /// Whether `r_s` is a signature over a message by a key (65 bytes, uncompressed) with a user ID.
    fn verify(&self, key: &[u8], id: &[u8], message: &[u8], r_s: &[u8; 64]) -> bool;
}

/// The user id (用户标识) that the field uses everywhere: GM/T 0009, clause 10.
pub const USER_ID: &[u8] = b"1234567812345678";

/// Length of a signature r‖s (签名值), in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// Length of a public key as it stands in certificates: 04‖x‖y, in bytes.
pub const KEY_BYTES: usize = 65;

/// Coefficients a and b of the curve and its base point, as they go into the digest of a signer.
const CURVE: [u8; 128] = [
    0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC,
    0x28, 0xE9, 0xFA, 0x9E, 0x9D, 0x9F, 0x5E, 0x34, 0x4D, 0x5A, 0x9E, 0x4B, 0xCF, 0x65, 0x09, 0xA7,
    0xF3, 0x97, 0x89, 0xF5, 0x15, 0xAB, 0x8F, 0x92, 0xDD, 0xBC, 0xBD, 0x41, 0x4D, 0x94, 0x0E, 0x93,
    0x32, 0xC4, 0xAE, 0x2C, 0x1F, 0x19, 0x81, 0x19, 0x5F, 0x99, 0x04, 0x46, 0x6A, 0x39, 0xC9, 0x94,
    0x8F, 0xE3, 0x0B, 0xBF, 0xF2, 0x66, 0x0B, 0xE1, 0x71, 0x5A, 0x45, 0x89, 0x33, 0x4C, 0x74, 0xC7,
    0xBC, 0x37, 0x36, 0xA2, 0xF4, 0xF6, 0x77, 0x9C, 0x59, 0xBD, 0xCE, 0xE3, 0x6B, 0x69, 0x21, 0x53,
    0xD0, 0xA9, 0x87, 0x7C, 0xC6, 0x2A, 0x47, 0x40, 0x02, 0xDF, 0x32, 0xE5, 0x21, 0x39, 0xF0, 0xA0,
];

/// A public key (SM2 公钥): a point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sm2PublicKey {
    bytes: [u8; KEY_BYTES],
    point: point::Affine,
}

impl Sm2PublicKey {
    /// Reads 04‖x‖y. `None` for another form, coordinates that are no numbers below p, and points
    /// that are not on the curve.
    #[must_use]
    pub fn from_sec1(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; KEY_BYTES] = bytes.try_into().ok()?;
        if bytes[0] != 4 {
            return None;
        }
        let x = field::Element::from_bytes(half(&bytes, 1))?;
        let y = field::Element::from_bytes(half(&bytes, 33))?;
        let point = point::Affine { x, y };
        point.is_on_curve().then_some(Self { bytes, point })
    }

    /// 04‖x‖y.
    #[must_use]
    pub fn to_sec1(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// Digest of the signer (ZA): user id, curve and key. `None` for an id of 8 KiB or more, whose
    /// length in bits does not fit.
    #[must_use]
    pub fn signer_digest(&self, user_id: &[u8]) -> Option<[u8; 32]> {
        let n_bits = u16::try_from(user_id.len()).ok()?.checked_mul(8)?;
        let mut hash = Sm3::new();
        hash.update(n_bits.to_be_bytes());
        hash.update(user_id);
        hash.update(CURVE);
        hash.update(&self.bytes[1..]);
        Some(hash.finalize().into())
    }
}

/// Digest of a message (杂凑值 e): SM3 over the digest of the signer and the message.
#[must_use]
pub fn message_digest(signer_digest: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut hash = Sm3::new();
    hash.update(signer_digest);
    hash.update(message);
    hash.finalize().into()
}

/// 32 bytes from an offset.
fn half(bytes: &[u8], from: usize) -> &[u8; 32] {
    bytes[from..].first_chunk().unwrap_or(&[0; 32])
}
