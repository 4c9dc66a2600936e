//! The mistakes that programs make, tried one after the other.

use super::{Case, layout};
use crate::signature::algorithm::{DigestMethod, SignatureMethod};
use crate::signature::c14n::{Comments, canonicalize};
use crate::signature::certificate::{Certificate, CertificateFault};
use crate::signature::key::{PublicKey, Scheme, raw_sm2, sm2_of_hash};
use crate::signature::profile::ValueProfile;
use crate::signature::verify::{Failure, Outcome};

/// What is wrong (病因).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing.
    None,
    /// There is no signature.
    Unsigned,
    /// It passed in a profile that is not strict.
    Tolerated,
    /// Wrong in itself: the failure says how.
    Failure(Failure),
    /// An algorithm that is not known here.
    Unsupported,
    /// The digest differs and nothing explains it.
    Digest,
    /// The value is wrong and nothing explains it.
    Value,
    /// The content was changed: key and `SignedInfo` are genuine.
    Changed,
    /// Digested in another layout: on one line, or indented by this.
    Reformatted(&'static str),
    /// Digested as it was written, not in canonical form.
    NotCanonical,
    /// Digested with CR LF at the ends of lines.
    CarriageReturns,
    /// Digested with the XML declaration.
    Declaration,
    /// Digested with a byte order mark.
    Mark,
    /// Digested with the comments.
    Comments,
    /// Digested with the signature in it.
    Enveloped,
    /// Digested with another method than the named one.
    DigestMethod(DigestMethod),
    /// Signed with the empty SM2 user ID.
    EmptyUserId,
    /// Signed without the user's hash Z.
    NoUserHash,
    /// Signed the digest of the document.
    SignedDigest,
    /// Signed the document itself.
    SignedDocument,
    /// Signed `SignedInfo` as it is written.
    SignedAsWritten,
    /// Signed `SignedInfo` without its namespaces.
    SignedDetached,
    /// Signed with another hash.
    SignatureMethod(SignatureMethod),
    /// The bytes of the value are the wrong way round.
    Reversed,
    /// The key belongs to another certificate: its serial number.
    OtherCertificate(String),
    /// The signature is right, the key name is not.
    KeyName,
    /// The signature is right, the certificate is not.
    Certificate(CertificateFault),
    /// The signature is right, and another company's.
    Holder,
}

impl Cause {
    /// What the outcome alone says.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Unsigned => Self::Unsigned,
            Outcome::Passed(profile) if profile.is_strict() => Self::None,
            Outcome::Passed(_) => Self::Tolerated,
            Outcome::Failed(Failure::Digest) => Self::Digest,
            Outcome::Failed(Failure::Value) => Self::Value,
            Outcome::Failed(failure) => Self::Failure(failure.clone()),
            Outcome::Unsupported(_) => Self::Unsupported,
        }
    }

    /// The name that programs read.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unsigned => "unsigned",
            Self::Tolerated => "tolerated",
            Self::Failure(_) => "failure",
            Self::Unsupported => "unsupported",
            Self::Digest => "digest",
            Self::Value => "value",
            Self::Changed => "changed",
            Self::Reformatted(_) => "reformatted",
            Self::NotCanonical => "not-canonical",
            Self::CarriageReturns => "carriage-returns",
            Self::Declaration => "declaration",
            Self::Mark => "byte-order-mark",
            Self::Comments => "comments",
            Self::Enveloped => "not-enveloped",
            Self::DigestMethod(_) => "digest-method",
            Self::EmptyUserId => "empty-user-id",
            Self::NoUserHash => "no-user-hash",
            Self::SignedDigest => "signed-digest",
            Self::SignedDocument => "signed-document",
            Self::SignedAsWritten => "signed-as-written",
            Self::SignedDetached => "signed-detached",
            Self::SignatureMethod(_) => "signature-method",
            Self::Reversed => "reversed",
            Self::OtherCertificate(_) => "other-certificate",
            Self::KeyName => "key-name",
            Self::Certificate(_) => "certificate",
            Self::Holder => "holder",
        }
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

impl Case<'_> {
    /// What was digested instead, and those bytes.
    pub(super) fn digest_cause(&self, is_value_right: bool) -> (Cause, Option<Vec<u8>>) {
        let expected = &self.element.digest_value;
        let all = [DigestMethod::Sha1, DigestMethod::Sha256, DigestMethod::Sm3];
        for method in all.iter().filter(|one| one.bytes() == expected.len()) {
            if method.digest(&self.scan.document) == *expected {
                return (Cause::DigestMethod(*method), None);
            }
        }
        for (cause, bytes) in self.other_documents() {
            let mut methods = all.iter().filter(|one| one.bytes() == expected.len());
            if methods.any(|method| method.digest(&bytes) == *expected) {
                return (cause, Some(bytes));
            }
        }
        let cause = if is_value_right {
            Cause::Changed
        } else {
            Cause::Digest
        };
        (cause, None)
    }

    /// The document in the forms in which programs digest it by mistake.
    fn other_documents(&self) -> Vec<(Cause, Vec<u8>)> {
        let canonical = &self.scan.document;
        let place = self.scan.place.clone();
        let (before, after) = self.bytes.split_at(place.start.min(self.bytes.len()));
        let after = after.get(place.len()..).unwrap_or_default();
        let raw = [before, after].concat();
        let text = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&raw);
        let root = memchr::memmem::find(text, b"?>").map_or(0, |at| at + 2);
        let (declaration, body) = match text.starts_with(b"<?xml") {
            true => text.split_at(root),
            false => (&b""[..], text),
        };
        let without_end = raw.trim_ascii_end().to_vec();
        let whole = canonicalize(self.bytes, Comments::Without).unwrap_or_default();
        let comments = canonicalize(&raw, Comments::With).unwrap_or_default();
        let standard: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
        let mut all = vec![
            (Cause::CarriageReturns, carriage_returns(canonical)),
            (Cause::Declaration, [declaration, canonical].concat()),
            (Cause::Declaration, [declaration, b"\n", canonical].concat()),
            (Cause::Declaration, [standard, canonical].concat()),
            (Cause::Declaration, [standard, b"\n", canonical].concat()),
            (
                Cause::Mark,
                [b"\xEF\xBB\xBF", canonical.as_slice()].concat(),
            ),
            (Cause::Comments, comments),
            (Cause::Enveloped, whole),
            (Cause::Enveloped, self.bytes.to_vec()),
            (Cause::NotCanonical, without_end),
            (Cause::NotCanonical, body.trim_ascii().to_vec()),
            (Cause::NotCanonical, carriage_returns(text)),
            (Cause::NotCanonical, [canonical.as_slice(), b"\n"].concat()),
            (Cause::Reformatted(""), layout::compact(canonical)),
        ];
        for by in ["\t", "  ", "    "] {
            let indented = layout::indent(canonical, by);
            all.push((Cause::Reformatted(by), carriage_returns(&indented)));
            all.push((Cause::Reformatted(by), indented));
        }
        all.push((Cause::NotCanonical, raw));
        all
    }

    /// What was signed instead, or with what.
    pub(super) fn value_cause(&self) -> Cause {
        let Some(signer) = self.certificate else {
            return Cause::Value;
        };
        let scheme = Scheme::from(self.methods.signature);
        let value = &self.element.signature_value;
        let passes = |certificate: &Certificate, scheme, message: &[u8], value: &[u8]| {
            certificate.key().verify(scheme, message, value, self.sm2)
        };
        let forms: Vec<Vec<u8>> = ValueProfile::ALL
            .into_iter()
            .filter_map(|form| {
                form.signed_info(self.bytes, self.scan, self.methods.comments)
                    .ok()
            })
            .flatten()
            .collect();
        for (cause, message) in self.other_messages() {
            if passes(signer, scheme, &message, value) || self.is_hash_signed(&message) {
                return cause;
            }
        }
        if let Some(cause) = self.sm2_cause(&forms) {
            return cause;
        }
        let turned = turned(value);
        for message in &forms {
            for (method, other) in [
                (SignatureMethod::RsaSha1, Scheme::RsaSha1),
                (SignatureMethod::RsaSha256, Scheme::RsaSha256),
            ] {
                if other != scheme && passes(signer, other, message, value) {
                    return Cause::SignatureMethod(method);
                }
            }
            if turned
                .iter()
                .any(|value| passes(signer, scheme, message, value))
            {
                return Cause::Reversed;
            }
            let mut others = self.others.iter();
            if let Some(other) = others.find(|other| passes(other, scheme, message, value)) {
                return Cause::OtherCertificate(other.serial());
            }
        }
        Cause::Value
    }

    fn other_messages(&self) -> Vec<(Cause, Vec<u8>)> {
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        let digest = &self.element.digest_value;
        let place = self.scan.signed_info_place.clone();
        let written = self.bytes.get(place).unwrap_or_default();
        vec![
            (Cause::SignedDigest, digest.clone()),
            (Cause::SignedDigest, STANDARD.encode(digest).into_bytes()),
            (Cause::SignedDocument, self.scan.document.clone()),
            (Cause::SignedAsWritten, written.to_vec()),
            (Cause::SignedDetached, self.detached()),
        ]
    }

    /// Whether the bytes are a digest that was signed as one, without being hashed again.
    fn is_hash_signed(&self, message: &[u8]) -> bool {
        match (self.certificate.map(Certificate::key), message.try_into()) {
            (Some(PublicKey::Sm2(point)), Ok(hash)) => raw_sm2(&self.element.signature_value)
                .is_some_and(|r_s| sm2_of_hash(point, &hash, &r_s)),
            _ => false,
        }
    }

    /// The user ID forgotten in one way or the other.
    fn sm2_cause(&self, forms: &[Vec<u8>]) -> Option<Cause> {
        let PublicKey::Sm2(point) = self.certificate?.key() else {
            return None;
        };
        let r_s = raw_sm2(&self.element.signature_value)?;
        for message in forms {
            if self.sm2.verify(point, b"", message, &r_s) {
                return Some(Cause::EmptyUserId);
            }
            let hash = DigestMethod::Sm3.digest(message);
            let hash = hash.as_slice().try_into().ok()?;
            if sm2_of_hash(point, &hash, &r_s) {
                return Some(Cause::NoUserHash);
            }
        }
        None
    }
}

fn carriage_returns(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) if !line.ends_with(b"\r") => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

/// A value back to front, and with its halves swapped.
fn turned(value: &[u8]) -> [Vec<u8>; 2] {
    let reversed = value.iter().rev().copied().collect();
    let (first, second) = value.split_at(value.len() / 2);
    [reversed, [second, first].concat()]
}
