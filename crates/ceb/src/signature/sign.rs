//! Signing (加签): makes the place for a signature, tells what is to be signed, and puts it in.
//!
//! The key is somebody else's business: a card, a device, a server. What is to be signed is found by
//! reading the finished document as a verifier would, so what is signed here verifies in the strict
//! profile by construction.

use super::algorithm::{C14N, DigestMethod, ENVELOPED, SignatureMethod};
use super::c14n::C14nFault;
use super::certificate::Certificate;
use super::scan::{CanonicalForm, scan};
use crate::kind::Kind;
use crate::spec::Trailer;
use crate::xml::NS_DS;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Why a document cannot be signed (不能加签).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignFault {
    /// It has a signature or something that looks like one.
    Signed,
    /// It is not well-formed.
    NotWellFormed(C14nFault),
    /// The root has nothing in it.
    Empty,
    /// The certificate cannot be read.
    Certificate,
}

impl std::fmt::Display for SignFault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signed => out.write_str("报文已有签名，不能重复加签"),
            Self::NotWellFormed(fault) => {
                write!(
                    out,
                    "报文不是格式良好的 XML（第 {} 行）：{}",
                    fault.line, fault.text
                )
            }
            Self::Empty => out.write_str("报文的根元素没有内容"),
            Self::Certificate => out.write_str("证书无法识别"),
        }
    }
}

impl std::error::Error for SignFault {}

/// A document with a signature that lacks its value (待签报文).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedSignature {
    document: Vec<u8>,
    /// Where the value goes.
    value_at: usize,
    to_be_signed: Vec<u8>,
}

/// Makes the place for a signature, on one line: where the schema of the message has it, which is
/// before `ExtendMessage` in exports, and at the end of the root otherwise. Not a byte of the document
/// changes.
///
/// # Errors
///
/// When the document is signed already or cannot be read, or the certificate cannot.
pub fn prepare(
    document: &[u8],
    method: SignatureMethod,
    digest: DigestMethod,
    certificate_der: &[u8],
) -> Result<PreparedSignature, SignFault> {
    let certificate = Certificate::from_der(certificate_der).ok_or(SignFault::Certificate)?;
    let unsigned = scan(document, &CanonicalForm::STRICT).map_err(SignFault::NotWellFormed)?;
    if unsigned.n_signatures > 0 || unsigned.is_misplaced || unsigned.is_foreign {
        return Err(SignFault::Signed);
    }
    let end = unsigned.root_end.ok_or(SignFault::Empty)?;
    let extension = unsigned.extension;
    let place = extension
        .filter(|_| is_before_extension(&unsigned.root))
        .unwrap_or(end);
    let declaration = match unsigned.binds_ds {
        true => String::new(),
        false => format!(" xmlns:ds=\"{NS_DS}\""),
    };
    let head = format!(
        "<ds:Signature{declaration}><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm=\"{C14N}\"></ds:CanonicalizationMethod>\
<ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
<ds:Reference URI=\"\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform></ds:Transforms>\
<ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
<ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>",
        method.uri(),
        digest.uri(),
        STANDARD.encode(digest.digest(&unsigned.document)),
    );
    let tail = format!(
        "</ds:SignatureValue><ds:KeyInfo><ds:KeyName>{}</ds:KeyName>\
<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        certificate.serial(),
        STANDARD.encode(certificate_der),
    );
    let (before, after) = document.split_at(place);
    let value_at = before.len() + head.len();
    let framed = [before, head.as_bytes(), tail.as_bytes(), after].concat();
    let signed = scan(&framed, &CanonicalForm::STRICT).map_err(SignFault::NotWellFormed)?;
    Ok(PreparedSignature {
        document: framed,
        value_at,
        to_be_signed: signed.signed_info,
    })
}

/// Whether the schema of a message has the signature before `ExtendMessage`.
fn is_before_extension(root: &str) -> bool {
    let Some(kind) = Kind::from_root(root) else {
        return false;
    };
    let trailer = &kind.spec().trailer;
    let place = |wanted| trailer.iter().position(|(one, _)| *one == wanted);
    place(Trailer::Signature) < place(Trailer::ExtendMessage)
}

impl PreparedSignature {
    /// The canonical `SignedInfo`: what the key signs, with the hash of the method.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// Puts the signature in: PKCS #1 for RSA, r‖s (64 bytes) for SM2. The result is the message; not
    /// a byte of it may change from here on.
    #[must_use]
    pub fn finish(self, signature: &[u8]) -> Vec<u8> {
        let (before, after) = self.document.split_at(self.value_at);
        let value = STANDARD.encode(signature);
        [before, value.as_bytes(), after].concat()
    }
}
