//! The mistakes that programs make, tried one after the other.

use super::Case;
use super::forms::{self, Deviation};
use super::render::Sources;
use super::value::{ValueForm, readings, unhex};
use crate::base64_text::Blemish;
use crate::signature::algorithm::{DigestMethod, SignatureMethod};
use crate::signature::certificate::{Certificate, CertificateFault};
use crate::signature::key::{PublicKey, Scheme, raw_sm2, sm2_of_hash};
use crate::signature::verify::{Failure, SignatureOutcome};

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
    /// The value is right, and no form of the document that was tried gives the digest: how many
    /// were tried.
    Unexplained(usize),
    /// Another text was digested: in what it differs.
    Digested(Vec<Deviation>),
    /// The digest stands there as hexadecimal.
    HexDigest,
    /// A value is not Base64, and can be read all the same: which element, and why.
    Blemish(String, Blemish),
    /// The certificate is in another form than DER in Base64.
    CertificateForm(&'static str),
    /// The value is in another form than r‖s.
    ValueForm(ValueForm),
    /// Signed `SignedInfo` with other namespaces: their prefixes.
    SignedNamespaces(&'static str),
    /// There is content in the signature that the standard has not.
    Extra(String),
    /// Digested with another method than the named one.
    DigestMethod(DigestMethod),
    /// The name in `DigestMethod` was changed after signing: the name that was signed, and its method.
    RenamedDigest(&'static str, DigestMethod),
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
    pub(super) fn of(outcome: &SignatureOutcome) -> Self {
        match outcome {
            SignatureOutcome::Unsigned => Self::Unsigned,
            SignatureOutcome::Passed(profile) if profile.is_strict() => Self::None,
            SignatureOutcome::Passed(_) => Self::Tolerated,
            SignatureOutcome::Failed(Failure::Digest) => Self::Digest,
            SignatureOutcome::Failed(Failure::Value) => Self::Value,
            SignatureOutcome::Failed(failure) => Self::Failure(failure.clone()),
            SignatureOutcome::Unsupported(_) => Self::Unsupported,
        }
    }

    /// Whether nothing says what was digested or signed.
    pub(super) fn is_unexplained(&self) -> bool {
        matches!(self, Self::Unexplained(_) | Self::Digest)
    }

    /// Whether namespaces explain the digest.
    pub(super) fn changes_namespaces(&self) -> bool {
        let Self::Digested(deviations) = self else {
            return false;
        };
        let is_about = |one: &Deviation| one.stage() == Deviation::Exclusive.stage();
        deviations.iter().any(is_about)
    }

    /// The name that programs read.
    #[must_use]
    pub fn name(&self) -> String {
        let name = match self {
            Self::Digested(deviations) => {
                let mut names: Vec<&str> = deviations.iter().map(|one| one.name()).collect();
                names.dedup();
                return names.join("+");
            }
            Self::ValueForm(form) => return format!("value-{}", form.name()),
            Self::None => "none",
            Self::Unsigned => "unsigned",
            Self::Tolerated => "tolerated",
            Self::Failure(_) => "failure",
            Self::Unsupported => "unsupported",
            Self::Digest => "digest",
            Self::Value => "value",
            Self::Unexplained(_) => "unexplained",
            Self::HexDigest => "hex-digest",
            Self::Blemish(..) => "base64",
            Self::CertificateForm(_) => "certificate-form",
            Self::SignedNamespaces(_) => "signed-namespaces",
            Self::Extra(_) => "extra",
            Self::DigestMethod(_) => "digest-method",
            Self::RenamedDigest(..) => "digest-method-changed",
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
        };
        name.to_owned()
    }
}

impl std::fmt::Display for Cause {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.name())
    }
}

impl Case<'_> {
    /// What was digested instead, and those bytes.
    pub(super) fn digest_cause(&self, is_value_right: bool) -> (Cause, Option<Vec<u8>>) {
        let expected = &self.element.digest_value;
        if let Some(cause) = self.other_digest(expected) {
            return (cause, None);
        }
        // A digest that is written as hexadecimal is the one to be explained.
        let hex = unhex(self.scan.texts.digest.as_bytes()).or_else(|| unhex(expected));
        if let Some(digest) = &hex
            && DigestMethod::ALL
                .iter()
                .any(|one| one.digest(&self.scan.document) == *digest)
        {
            return (Cause::HexDigest, None);
        }
        let sources = Sources::of(self.bytes, self.scan);
        let found = sources.map(|sources| forms::explain(&sources, expected));
        match found {
            Some((Some(explained), _)) => {
                (Cause::Digested(explained.deviations), Some(explained.bytes))
            }
            Some((None, n_tried)) if is_value_right => (Cause::Unexplained(n_tried), None),
            None if is_value_right => (Cause::Unexplained(0), None),
            _ => (Cause::Digest, None),
        }
    }

    /// The canonical document by another method than the one that is named.
    fn other_digest(&self, expected: &[u8]) -> Option<Cause> {
        let all = DigestMethod::ALL.iter().copied();
        let mut fitting = all.filter(|one| one.bytes() == expected.len());
        let found = fitting.find(|method| method.digest(&self.scan.document) == *expected)?;
        Some(Cause::DigestMethod(found))
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
        let forms: Vec<Vec<u8>> = self
            .shown
            .iter()
            .map(|one| one.signed_info.clone())
            .collect();
        if let Some(other) = self.other_namespaces() {
            return other;
        }
        if let Some(form) = self.value_form(&forms) {
            return Cause::ValueForm(form);
        }
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
            if let Some((name, method)) = self.renamed_digest(message) {
                return Cause::RenamedDigest(name, method);
            }
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

    /// `SignedInfo` as it was before somebody wrote another name into `DigestMethod`.
    fn renamed_digest(&self, message: &[u8]) -> Option<(&'static str, DigestMethod)> {
        let message = std::str::from_utf8(message).ok()?;
        let named = format!("\"{}\"", self.element.digest_method);
        let found = DigestMethod::NAMES.iter().find(|(name, _)| {
            let before = message.replacen(&named, &format!("\"{name}\""), 1);
            before != message && self.passes(before.as_bytes())
        });
        found.copied()
    }

    /// `SignedInfo` with other namespaces than a product that is known writes.
    fn other_namespaces(&self) -> Option<Cause> {
        let found = self
            .shown
            .iter()
            .find(|one| one.profile.is_none() && one.passes)?;
        Some(Cause::SignedNamespaces(found.namespaces))
    }

    /// r‖s in another form.
    fn value_form(&self, forms: &[Vec<u8>]) -> Option<ValueForm> {
        let PublicKey::Sm2(_) = self.certificate?.key() else {
            return None;
        };
        let value = &self.element.signature_value;
        let mut readings = readings(value, &self.scan.texts.value).into_iter();
        let found =
            readings.find(|(_, raw)| forms.iter().any(|message| self.is_signed(message, raw)));
        found.map(|(form, _)| form)
    }

    fn is_signed(&self, message: &[u8], value: &[u8]) -> bool {
        let scheme = Scheme::from(self.methods.signature);
        let key = self.certificate.map(Certificate::key);
        key.is_some_and(|key| key.verify(scheme, message, value, self.sm2))
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

/// A value back to front, and with its halves swapped.
fn turned(value: &[u8]) -> [Vec<u8>; 2] {
    let reversed = value.iter().rev().copied().collect();
    let (first, second) = value.split_at(value.len() / 2);
    [reversed, [second, first].concat()]
}
