//! Checking (验签): strict first, then the recorded profiles.

use super::algorithm::{C14N, C14N_WITH_COMMENTS, DigestMethod, ENVELOPED, SignatureMethod};
use super::c14n::{C14nFault, Comments};
use super::certificate::{Certificate, seconds_of};
use super::key::{PublicKey, SM2_SIGNATURE_BYTES, Scheme, Sm2, raw_sm2};
use super::profile::{DigestProfile, SignatureProfile, ValueProfile};
use super::scan::{CanonicalForm, Scan, SignatureElement, scan};
use crate::message::Message;
use crate::parse::parse;
use crate::profile::Profile;

/// Shortest RSA key that counts as strong, in bits.
const RSA_BITS_STRONG: usize = 2048;

/// Shortest RSA key of all, in bits.
const RSA_BITS_MIN: usize = 1024;

/// What may pass (验签策略): a choice for each company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyPolicy {
    /// SHA-1 in digests and signatures.
    pub sha1: bool,
    /// RSA keys from 1024 to 2047 bits.
    pub short_rsa: bool,
    /// The profiles that are not strict.
    pub tolerant: bool,
}

impl VerifyPolicy {
    /// What customs take: cards issued before May 2022 sign with RSA and SHA-1.
    pub const LEGACY: Self = Self {
        sha1: true,
        short_rsa: true,
        tolerant: true,
    };

    /// What is sound.
    pub const SOUND: Self = Self {
        sha1: false,
        short_rsa: false,
        tolerant: false,
    };
}

/// What checking found (验签结果). A bad signature never counts as none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureOutcome {
    /// There is no signature, nor anything that looks like one.
    Unsigned,
    /// The signature is right, in this profile.
    Passed(SignatureProfile),
    /// The signature is wrong.
    Failed(Failure),
    /// The signature may be right, and cannot be checked.
    Unsupported(Unsupported),
}

/// Why a signature is wrong (验签不通过的原因).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The document is not well-formed.
    NotWellFormed(C14nFault),
    /// A signature stands elsewhere than as a child of the root.
    Misplaced,
    /// There is more than one.
    Several,
    /// It is called a signature, and is in another namespace.
    Foreign,
    /// Something is missing, twice, or not Base64.
    Structure(String),
    /// A frame without values.
    Empty,
    /// It does not reference the document, or references something else as well.
    Reference,
    /// The signature is not taken out of what is digested.
    NotEnveloped,
    /// There is no certificate.
    NoCertificate,
    /// The certificate cannot be read.
    BadCertificate,
    /// The key is of another kind than the method.
    KeyKind,
    /// The key is too short for the policy.
    WeakKey,
    /// The policy does not take SHA-1.
    WeakHash,
    /// The digest has another length than any method gives.
    DigestLength,
    /// The digest is of another method than the one that is named.
    DigestLabel,
    /// The digest is another: the document changed, or something else was digested.
    Digest,
    /// The value has a form that the policy does not take, or none at all.
    ValueForm,
    /// The value is not one of this key over this `SignedInfo`.
    Value,
}

/// What cannot be checked (不支持).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsupported {
    /// A canonicalisation.
    Canonicalization(String),
    /// A signature method.
    SignatureMethod(String),
    /// A digest method.
    DigestMethod(String),
    /// A transform.
    Transform(String),
}

impl Unsupported {
    /// The URI that is not known here.
    #[must_use]
    pub fn uri(&self) -> &str {
        match self {
            Self::Canonicalization(uri)
            | Self::SignatureMethod(uri)
            | Self::DigestMethod(uri)
            | Self::Transform(uri) => uri,
        }
    }
}

/// An outcome and what it is about (验签报告).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The outcome.
    pub outcome: SignatureOutcome,
    /// What the signature says.
    pub signature: Option<SignatureElement>,
    /// Whose key was used; whether to believe it is another question ([`super::Trust::check`]).
    pub certificate: Option<Certificate>,
    /// The other certificates that came along.
    pub others: Vec<Certificate>,
    /// The first content in the signature that the standard has not; nobody signed it.
    pub extra: Option<String>,
    /// Line of the input on which the signature begins, or on which reading stopped, from 1.
    pub line: u32,
}

/// When the documents of a message were declared (`appTime`), in seconds since 1970, each time once:
/// its certificate had to be valid at all of them.
#[must_use]
pub fn declared_at(bytes: &[u8]) -> Vec<i64> {
    let message = parse(bytes, Profile::Lenient).message;
    message.as_ref().map(times_of).unwrap_or_default()
}

/// The same of a message that is read already.
#[must_use]
pub fn times_of(message: &Message) -> Vec<i64> {
    let heads = message.documents.iter().map(|one| &one.head);
    let times = heads.filter_map(|head| head.filled("appTime"));
    let mut times: Vec<i64> = times.filter_map(seconds_of).collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// Checks signatures.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    /// What may pass.
    pub policy: VerifyPolicy,
    /// Who verifies SM2.
    pub sm2: &'a dyn Sm2,
    /// The sender's certificate, for signatures that only name it.
    pub certificate: Option<&'a [u8]>,
}

impl std::fmt::Debug for Verifier<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Verifier")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// What the signature names, once it is understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Methods {
    pub(super) comments: Comments,
    pub(super) signature: SignatureMethod,
    pub(super) named_digest: DigestMethod,
}

impl Verifier<'_> {
    /// Checks the signature of a message.
    #[must_use]
    pub fn verify(&self, bytes: &[u8]) -> Verdict {
        let mut verdict = Verdict {
            outcome: SignatureOutcome::Unsigned,
            signature: None,
            certificate: None,
            others: Vec::new(),
            extra: None,
            line: 1,
        };
        match scan(bytes, &CanonicalForm::STRICT) {
            Err(fault) => {
                verdict.line = fault.line;
                verdict.outcome = SignatureOutcome::Failed(Failure::NotWellFormed(fault));
            }
            Ok(mut found) => {
                let signature = found.signature.take();
                verdict.line = crate::xml::line_of(bytes, found.place.start);
                verdict.extra = found.extra.take();
                verdict.outcome = match &signature {
                    None => no_signature(&found),
                    Some(signature) => self
                        .passes(bytes, &found, signature, &mut verdict)
                        .map_or_else(|outcome| outcome, SignatureOutcome::Passed),
                };
                verdict.signature = signature;
            }
        }
        verdict
    }

    fn passes(
        &self,
        bytes: &[u8],
        found: &Scan,
        signature: &SignatureElement,
        verdict: &mut Verdict,
    ) -> Result<SignatureProfile, SignatureOutcome> {
        let fail = SignatureOutcome::Failed;
        let methods = methods(found, signature)?;
        let (certificate, others) = self.certificates(signature).map_err(fail)?;
        let key = certificate.key().clone();
        verdict.certificate = Some(certificate);
        verdict.others = others;
        let real_digest = self.digest_method(signature, methods, &key).map_err(fail)?;
        let digest = self
            .digest_profile(found, real_digest, &signature.digest_value)
            .ok_or(fail(Failure::Digest))?;
        let (value, is_der) = self
            .value_profile(bytes, found, methods, &key, &signature.signature_value)
            .map_err(fail)?;
        Ok(SignatureProfile {
            digest,
            value,
            is_relabelled: real_digest != methods.named_digest,
            is_der,
        })
    }

    /// The certificate of the signer, and those that came along: the signer's issued none of them.
    pub(super) fn certificates(
        &self,
        signature: &SignatureElement,
    ) -> Result<(Certificate, Vec<Certificate>), Failure> {
        let mut ders: Vec<&[u8]> = signature.certificates.iter().map(Vec::as_slice).collect();
        if ders.is_empty() {
            ders.extend(self.certificate);
        }
        if ders.is_empty() {
            return Err(Failure::NoCertificate);
        }
        let all: Option<Vec<Certificate>> =
            ders.iter().map(|der| Certificate::from_der(der)).collect();
        let mut all = all.ok_or(Failure::BadCertificate)?;
        let issued_another = |one: &Certificate| {
            let mut others = all.iter().filter(|other| other.der() != one.der());
            others.any(|other| one.is_issuer_of(other))
        };
        let signer = all.iter().position(|one| !issued_another(one));
        let signer = all.swap_remove(signer.unwrap_or_default());
        Ok((signer, all))
    }

    /// The digest method that was really used, when the policy takes it and the key.
    fn digest_method(
        &self,
        signature: &SignatureElement,
        methods: Methods,
        key: &PublicKey,
    ) -> Result<DigestMethod, Failure> {
        if !key.fits(methods.signature) {
            return Err(Failure::KeyKind);
        }
        if let PublicKey::Rsa { bits, .. } = key
            && (*bits < RSA_BITS_MIN || (*bits < RSA_BITS_STRONG && !self.policy.short_rsa))
        {
            return Err(Failure::WeakKey);
        }
        let real = methods
            .named_digest
            .by_length(signature.digest_value.len(), methods.signature)
            .ok_or(Failure::DigestLength)?;
        if real != methods.named_digest && !self.policy.tolerant {
            return Err(Failure::DigestLabel);
        }
        let is_weak = real == DigestMethod::Sha1 || methods.signature == SignatureMethod::RsaSha1;
        if is_weak && !self.policy.sha1 {
            return Err(Failure::WeakHash);
        }
        Ok(real)
    }

    fn digest_profile(
        &self,
        found: &Scan,
        method: DigestMethod,
        expected: &[u8],
    ) -> Option<DigestProfile> {
        if method.digest(&found.document) == expected {
            return Some(DigestProfile::Strict);
        }
        let mut tried = DigestProfile::ALL.iter().copied().skip(1);
        tried
            .find(|profile| method.digest(&profile.parts(found).concat()) == expected)
            .filter(|_| self.policy.tolerant)
    }

    fn value_profile(
        &self,
        bytes: &[u8],
        found: &Scan,
        methods: Methods,
        key: &PublicKey,
        value: &[u8],
    ) -> Result<(ValueProfile, bool), Failure> {
        let is_sm2 = methods.signature == SignatureMethod::Sm2Sm3;
        let is_der = is_sm2 && value.len() != SM2_SIGNATURE_BYTES;
        if is_der && (!self.policy.tolerant || raw_sm2(value).is_none()) {
            return Err(Failure::ValueForm);
        }
        let scheme = Scheme::from(methods.signature);
        let is_plain = methods.comments == Comments::Without;
        if is_plain && key.verify(scheme, &found.signed_info, value, self.sm2) {
            return Ok((ValueProfile::Strict, is_der));
        }
        for &profile in ValueProfile::ALL {
            if profile == ValueProfile::Strict && is_plain {
                continue;
            }
            if profile != ValueProfile::Strict && !self.policy.tolerant {
                break;
            }
            let signed_info = profile.signed_info(bytes, found, methods.comments);
            let signed_info = signed_info.map_err(Failure::NotWellFormed)?;
            if let Some(signed_info) = signed_info
                && key.verify(scheme, &signed_info, value, self.sm2)
            {
                return Ok((profile, is_der));
            }
        }
        Err(Failure::Value)
    }
}

/// A document without a signature in its place: unsigned, unless something looks like one.
fn no_signature(found: &Scan) -> SignatureOutcome {
    match placed(found) {
        Ok(()) => SignatureOutcome::Unsigned,
        Err(failure) => SignatureOutcome::Failed(failure),
    }
}

/// Whether nothing that is or looks like a signature stands where it must not.
fn placed(found: &Scan) -> Result<(), Failure> {
    match found {
        Scan {
            is_misplaced: true, ..
        } => Err(Failure::Misplaced),
        Scan {
            is_foreign: true, ..
        } => Err(Failure::Foreign),
        Scan { n_signatures, .. } if *n_signatures > 1 => Err(Failure::Several),
        _ => Ok(()),
    }
}

/// What the signature names, when it is whole and references the document and nothing else.
pub(super) fn methods(
    found: &Scan,
    signature: &SignatureElement,
) -> Result<Methods, SignatureOutcome> {
    placed(found).map_err(SignatureOutcome::Failed)?;
    if let Some(problem) = &found.problem {
        return Err(SignatureOutcome::Failed(Failure::Structure(
            problem.clone(),
        )));
    }
    if signature.digest_value.is_empty() || signature.signature_value.is_empty() {
        return Err(SignatureOutcome::Failed(Failure::Empty));
    }
    if signature.n_references != 1 || signature.reference.as_deref() != Some("") {
        return Err(SignatureOutcome::Failed(Failure::Reference));
    }
    let unsupported = SignatureOutcome::Unsupported;
    let is_c14n = |uri: &str| uri == C14N || uri == C14N_WITH_COMMENTS;
    let comments = match &*signature.canonicalization {
        C14N => Comments::Without,
        C14N_WITH_COMMENTS => Comments::With,
        uri => return Err(unsupported(Unsupported::Canonicalization(uri.to_owned()))),
    };
    let known = |uri: &&String| !is_c14n(uri) && *uri != ENVELOPED;
    if let Some(uri) = signature.transforms.iter().find(known) {
        return Err(unsupported(Unsupported::Transform(uri.clone())));
    }
    // A canonicalisation may follow; comments are left out by the reference itself.
    match signature.transforms.as_slice() {
        [first] if first == ENVELOPED => {}
        [first, second] if first == ENVELOPED && is_c14n(second) => {}
        _ => return Err(SignatureOutcome::Failed(Failure::NotEnveloped)),
    }
    let uri = &signature.signature_method;
    let method = SignatureMethod::of(uri)
        .ok_or_else(|| unsupported(Unsupported::SignatureMethod(uri.clone())))?;
    let uri = &signature.digest_method;
    let named_digest =
        DigestMethod::of(uri).ok_or_else(|| unsupported(Unsupported::DigestMethod(uri.clone())))?;
    Ok(Methods {
        comments,
        signature: method,
        named_digest,
    })
}

/// What the signature names, as far as it can be understood although something is wrong with it: for
/// those who look for more that is wrong.
pub(super) fn understood(signature: &SignatureElement) -> Option<Methods> {
    let comments = match &*signature.canonicalization {
        C14N_WITH_COMMENTS => Comments::With,
        _ => Comments::Without,
    };
    let method = SignatureMethod::of(&signature.signature_method)?;
    let by_length = match (signature.digest_value.len(), method) {
        (20, _) => DigestMethod::Sha1,
        (_, SignatureMethod::Sm2Sm3) => DigestMethod::Sm3,
        _ => DigestMethod::Sha256,
    };
    Some(Methods {
        comments,
        signature: method,
        named_digest: DigestMethod::of(&signature.digest_method).unwrap_or(by_length),
    })
}
