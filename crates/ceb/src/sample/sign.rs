//! Real signatures for samples (样例签名), with a key that everybody has.
//!
//! The key is printed here and the certificate says so in its name: it proves nothing, and nobody may
//! believe it outside of a demonstration. What it is good for: a sample is signed as the standard asks,
//! so that whoever builds a verifier has something that verifies.

use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sm2::dsa::SigningKey;
use sm2::dsa::signature::Signer;

use crate::signature::{DigestMethod, SignatureMethod, sign};

/// The certificate of the samples, PEM: signed by itself, valid from 2018 to 2099.
pub const CERTIFICATE: &str = include_str!("../../sample/certificate.pem");

/// The private key of the samples. Public on purpose.
const KEY: [u8; 32] = [
    0xa4, 0xa4, 0x44, 0x8f, 0xd0, 0x90, 0x04, 0xee, 0x03, 0x93, 0x2b, 0xff, 0x73, 0x27, 0x28, 0x5e,
    0xf3, 0xa2, 0x11, 0x27, 0xb4, 0xbe, 0x72, 0x17, 0x1e, 0xc3, 0x83, 0x45, 0x5e, 0xec, 0x4c, 0xf2,
];

struct SampleCard {
    key: SigningKey,
    certificate: Vec<u8>,
}

fn card() -> Option<&'static SampleCard> {
    static CARD: OnceLock<Option<SampleCard>> = OnceLock::new();
    let made = CARD.get_or_init(|| {
        let lines = CERTIFICATE.lines().filter(|line| !line.starts_with("---"));
        let text: String = lines.collect();
        Some(SampleCard {
            key: SigningKey::from_slice("1234567812345678", &KEY).ok()?,
            certificate: STANDARD.decode(text).ok()?,
        })
    });
    made.as_ref()
}

/// The sample with a signature; as it was when it is signed already or is no message.
#[must_use]
pub(super) fn signed(message: String) -> String {
    let sign = || {
        let card = card()?;
        let (method, digest) = (SignatureMethod::Sm2Sm3, DigestMethod::Sm3);
        let prepared = sign::prepare(message.as_bytes(), method, digest, &card.certificate).ok()?;
        let signature = card.key.try_sign(prepared.to_be_signed()).ok()?;
        String::from_utf8(prepared.finish(&signature.to_bytes())).ok()
    };
    sign().unwrap_or(message)
}
