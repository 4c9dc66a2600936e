//! The signature clinic (验签诊断): shows everything, and says the one thing to change.
//!
//! Checking only says that a signature is wrong. Here the canonical bytes that were digested are laid
//! open, every profile is tried and shown, and then the mistakes that programs make are tried one after
//! the other (`cause`) until one explains the digest or the value that is in the message. What was
//! digested is looked for among the texts that products make (`forms`, `render`), what was signed among
//! the forms of `SignedInfo` and of values (`value`). One fault does not hide the next: a certificate
//! with the lines of a PEM file around it is read without them, and digest and value are examined.
//! Work is bounded, by a list of candidates and by the bytes that are digested.
//!
//! A form of announcement 179 has no XML: [`payment`] examines its string to sign in the same way.
//!
//! It shows the message to whoever brought it. Nothing of it may be logged or kept.

mod advice;
mod case;
mod cause;
mod english;
mod forms;
mod layout;
pub mod payment;
mod render;
mod strings;
mod tag;
mod value;
mod words;

use case::Case;
pub use cause::Cause;
pub use forms::{Deviation, Encoding, Which};
pub use value::{ValueForm, shape};
pub use words::profiles;

use super::algorithm::{DigestMethod, SignatureMethod};
use super::certificate::{Certificate, CertificateFault, Match, Trust};
use super::key::Sm2;
use super::profile::{DigestProfile, ValueProfile};
use super::scan::{CanonicalForm, Scan, SignatureElement, scan};
use super::verify::{Failure, SignatureOutcome, Verdict, Verifier, VerifyPolicy, understood};
use crate::parse::parse;
use crate::profile::Profile;

/// Bytes shown around the first difference, on each side.
const EXCERPT_BYTES: usize = 40;

/// The digest of one profile (摘要试算).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestTry {
    /// Which bytes.
    pub profile: DigestProfile,
    /// Their digest.
    pub computed: Vec<u8>,
    /// Whether that is what the signature says.
    pub is_equal: bool,
}

/// The value tried on one form of `SignedInfo` (签名值试验).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueTry {
    /// Which form.
    pub profile: ValueProfile,
    /// Its bytes.
    pub signed_info: Vec<u8>,
    /// Whether the key signed it.
    pub passes: bool,
}

/// Where two canonical forms part (第一处不同).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstDifference {
    /// Byte of the canonical document.
    pub offset: usize,
    /// What should stand there.
    pub strict: String,
    /// What was digested.
    pub digested: String,
}

/// What the clinic found (诊断书).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clinic {
    /// What checking says, under the policy that takes most.
    pub outcome: SignatureOutcome,
    /// What is wrong.
    pub cause: Cause,
    /// What else is wrong, beside it.
    pub also: Vec<Cause>,
    /// The one thing to change, in Chinese, and what is to be changed besides.
    pub advice: String,
    /// The same in English, without the details of the message.
    pub advice_en: String,
    /// What may have happened, where nothing explains the digest, in Chinese.
    pub possibilities: Vec<&'static str>,
    /// What the signature says.
    pub signature: Option<SignatureElement>,
    /// Family of the algorithms.
    pub methods: Option<(SignatureMethod, DigestMethod)>,
    /// The canonical document, which should have been digested.
    pub document: Vec<u8>,
    /// The canonical `SignedInfo`, which should have been signed.
    pub signed_info: Vec<u8>,
    /// All profiles of the digest.
    pub digests: Vec<DigestTry>,
    /// All profiles of the value.
    pub values: Vec<ValueTry>,
    /// Where what was digested differs from what should have been, when we know what was.
    pub difference: Option<FirstDifference>,
    /// The signer's certificate.
    pub certificate: Option<Certificate>,
    /// What is wrong with it; empty without anybody to believe.
    pub faults: Vec<CertificateFault>,
    /// Lines of the file, from 1, with the first and the last line of PEM in the signature.
    pub pem_lines: Option<(u32, u32)>,
    /// Whether nobody was named whom to believe, so that the certificate was not checked.
    pub is_trust_empty: bool,
    /// Whether holder and sender are the same.
    pub holder: Match,
}

/// What is known beside the message (已知条件).
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Whom to believe.
    pub trust: &'a Trust,
    /// When the certificate had to be good: the times of the documents, and of receipt; seconds since
    /// 1970.
    pub times: &'a [i64],
    /// Codes of the sender that the message need not name, such as the credit code in the ledger.
    pub codes: &'a [&'a str],
    /// Who verifies SM2.
    pub sm2: &'a dyn Sm2,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Given")
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

/// Examines the signature of a message.
#[must_use]
pub fn examine(bytes: &[u8], given: &Given<'_>) -> Clinic {
    let verifier = Verifier {
        policy: VerifyPolicy::LEGACY,
        sm2: given.sm2,
        certificate: None,
    };
    let mut verdict = verifier.verify(bytes);
    let form = certificates(&verifier, &mut verdict);
    let mut clinic = Clinic {
        outcome: verdict.outcome.clone(),
        cause: Cause::of(&verdict.outcome),
        also: Vec::new(),
        advice: String::new(),
        advice_en: String::new(),
        possibilities: Vec::new(),
        signature: verdict.signature.clone(),
        methods: None,
        document: Vec::new(),
        signed_info: Vec::new(),
        digests: Vec::new(),
        values: Vec::new(),
        difference: None,
        certificate: verdict.certificate.clone(),
        faults: Vec::new(),
        pem_lines: None,
        is_trust_empty: given.trust.is_empty(),
        holder: Match::Unknown,
    };
    if let Some(certificate) = &verdict.certificate {
        if !given.trust.is_empty() {
            let (along, times) = (&verdict.others, given.times);
            clinic.faults = given.trust.check_at(certificate, along, times, given.sm2);
        }
        clinic.holder = holder(bytes, certificate, given.codes);
    }
    if let Ok(found) = scan(bytes, &CanonicalForm::STRICT) {
        clinic.pem_lines = pem_lines(bytes, &found);
        clinic.document.clone_from(&found.document);
        clinic.signed_info.clone_from(&found.signed_info);
        if let Some(element) = &verdict.signature
            && clinic.is_readable()
            && let Some(methods) = understood(element)
        {
            let case = case::case(bytes, &found, element, methods, &verdict, given);
            let first = clinic.first(&found, form);
            clinic.look(&case, first);
        }
    }
    let doubt = clinic.doubt(verdict.extra.as_deref());
    match (&clinic.cause, doubt) {
        (_, Cause::None) => {}
        (Cause::None, doubt) => clinic.cause = doubt,
        (_, doubt) => clinic.also.push(doubt),
    }
    if [&clinic.cause]
        .into_iter()
        .chain(&clinic.also)
        .any(Cause::is_unexplained)
    {
        clinic.possibilities = advice::POSSIBILITIES.to_vec();
    }
    clinic.advice = advice::advice(&clinic);
    let causes: Vec<&Cause> = std::iter::once(&clinic.cause).chain(&clinic.also).collect();
    clinic.advice_en = english::advice(&causes);
    clinic
}

/// Reads the certificates where checking did not come so far; answers in what form they were.
fn certificates(verifier: &Verifier<'_>, verdict: &mut Verdict) -> Option<&'static str> {
    if verdict.certificate.is_some() {
        return None;
    }
    let mut element = verdict.signature.clone()?;
    let mut form = None;
    let found = verifier.certificates(&element).or_else(|failure| {
        for der in &mut element.certificates {
            if Certificate::from_der(der).is_some() {
                continue;
            }
            let pem = Certificate::from_file(der).map(|one| ("PEM 文件整个又做了一次 Base64", one));
            let hex = || {
                let read = Certificate::from_der(&value::unhex(der.trim_ascii())?)?;
                Some(("十六进制文本再做的 Base64", read))
            };
            if let Some((what, certificate)) = pem.or_else(hex) {
                form = Some(what);
                certificate.der().clone_into(der);
            }
        }
        match form {
            Some(_) => verifier.certificates(&element),
            None => Err(failure),
        }
    });
    if let Ok((certificate, others)) = found {
        verdict.certificate = Some(certificate);
        verdict.others = others;
    }
    form
}

/// Whether the holder is the sender of the message, or who declares in one of its documents.
fn holder(bytes: &[u8], certificate: &Certificate, known: &[&str]) -> Match {
    let Some(message) = parse(bytes, Profile::Lenient).message else {
        return Match::Unknown;
    };
    let transfer = message.base_transfer.as_ref();
    let mut codes: Vec<&str> = known.to_vec();
    codes.extend(transfer.and_then(|one| one.get("copCode")));
    codes.extend(
        message
            .documents
            .iter()
            .filter_map(|one| one.head.get("agentCode")),
    );
    certificate.holder().matches(&codes)
}

impl Clinic {
    /// Whether the signature is right and the certificate or its holder is not.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        let doubtful = |cause: &Cause| {
            matches!(
                cause,
                Cause::Certificate(_) | Cause::Holder | Cause::Extra(_)
            )
        };
        [&self.cause].into_iter().chain(&self.also).any(doubtful)
    }

    /// Whether there is one signature with values, in a document that could be read.
    fn is_readable(&self) -> bool {
        !matches!(
            self.outcome,
            SignatureOutcome::Unsigned
                | SignatureOutcome::Failed(
                    Failure::NotWellFormed(_)
                        | Failure::Misplaced
                        | Failure::Several
                        | Failure::Foreign
                        | Failure::Empty
                )
        )
    }

    /// What has to be put right before digest and value can be judged at all.
    fn first(&self, scan: &Scan, form: Option<&'static str>) -> Option<Cause> {
        match &self.outcome {
            SignatureOutcome::Passed(_)
            | SignatureOutcome::Unsigned
            | SignatureOutcome::Failed(
                Failure::Digest | Failure::Value | Failure::ValueForm | Failure::DigestLength,
            ) => None,
            SignatureOutcome::Failed(Failure::Structure(problem)) => Some(match &scan.blemish {
                Some((element, blemish)) if blemish.describe(element) == *problem => {
                    Cause::Blemish(element.clone(), *blemish)
                }
                _ => self.cause.clone(),
            }),
            SignatureOutcome::Failed(Failure::BadCertificate) => {
                Some(form.map_or_else(|| self.cause.clone(), Cause::CertificateForm))
            }
            SignatureOutcome::Failed(_) | SignatureOutcome::Unsupported(_) => {
                Some(self.cause.clone())
            }
        }
    }

    /// Tries every profile, and then every mistake that is known.
    fn look(&mut self, case: &Case<'_>, first: Option<Cause>) {
        self.methods = Some((case.methods.signature, case.methods.named_digest));
        let expected = &case.element.digest_value;
        let digest = case.digest.unwrap_or(case.methods.named_digest);
        for &profile in DigestProfile::ALL {
            let computed = digest.digest(&profile.parts(case.scan).concat());
            let is_equal = computed == *expected;
            self.digests.push(DigestTry {
                profile,
                computed,
                is_equal,
            });
        }
        for one in &case.shown {
            self.values.extend(one.profile.map(|profile| ValueTry {
                profile,
                passes: one.passes,
                signed_info: one.signed_info.clone(),
            }));
        }
        if let Some(first) = self.values.first() {
            self.signed_info.clone_from(&first.signed_info);
        }
        let passed = self.digests.iter().find(|one| one.is_equal);
        let mut digested = passed.map(|one| one.profile.parts(case.scan).concat());
        if !matches!(self.outcome, SignatureOutcome::Passed(_)) {
            let (causes, bytes) = self.causes(case, first);
            digested = digested.or(bytes);
            let mut causes = causes.into_iter();
            if let Some(first) = causes.next() {
                self.cause = first;
            }
            self.also = causes.collect();
        }
        let digested = digested.filter(|bytes| std::str::from_utf8(bytes).is_ok());
        self.difference = digested.and_then(|bytes| difference(&self.document, &bytes));
    }

    /// Everything that is wrong, the first thing first, and what was digested.
    fn causes(&self, case: &Case<'_>, first: Option<Cause>) -> (Vec<Cause>, Option<Vec<u8>>) {
        let is_digest_read = !case.element.digest_value.is_empty();
        let is_digest_right = !is_digest_read || self.digests.iter().any(|one| one.is_equal);
        let is_value_read = !case.element.signature_value.is_empty();
        let is_value_right = self.values.iter().any(|one| one.passes);
        let fits = |one: &Certificate| one.key().fits(case.methods.signature);
        let is_open = is_value_read && !is_value_right && case.certificate.is_some_and(fits);
        let value = is_open.then(|| case.value_cause());
        // A digest that cannot be read is part of what was signed: nothing can be said of the value.
        let value = value.filter(|one| is_digest_read || *one != Cause::Value);
        // A value that is explained stands over this SignedInfo, so the SignedInfo is whole.
        let is_intact = is_value_right || value.as_ref().is_some_and(|one| *one != Cause::Value);
        // A digest of the method that DigestMethod named when it was signed is right.
        let is_renamed = matches!(&value, Some(Cause::RenamedDigest(_, method))
            if case.element.digest_value == method.digest(&case.scan.document));
        let (digest, bytes) = match is_digest_right || is_renamed {
            true => (None, None),
            false => {
                let (cause, bytes) = case.digest_cause(is_intact);
                (Some(cause), bytes)
            }
        };
        let value = value.map(|cause| match (&cause, &self.outcome) {
            (Cause::Value, _) if case.has_wrong_length() => Cause::Failure(Failure::ValueForm),
            _ => cause,
        });
        let is_length = matches!(
            self.outcome,
            SignatureOutcome::Failed(Failure::DigestLength)
        );
        let digest = digest.map(|cause| match is_length && cause.is_unexplained() {
            true => self.cause.clone(),
            false => cause,
        });
        let mut causes: Vec<Cause> = first.into_iter().collect();
        let is_covered = digest.as_ref().is_some_and(|digest| match &value {
            // One sentence says both.
            Some(Cause::Value) => *digest == Cause::Digest,
            Some(Cause::SignedNamespaces(_)) => digest.changes_namespaces(),
            _ => false,
        });
        causes.extend(digest);
        causes.extend(value.filter(|_| !is_covered));
        causes.dedup();
        (causes, bytes)
    }

    /// The signature is right; whether something else is not.
    fn doubt(&self, extra: Option<&str>) -> Cause {
        if !matches!(self.outcome, SignatureOutcome::Passed(_)) {
            return Cause::None;
        }
        let names = self
            .signature
            .as_ref()
            .and_then(|one| one.key_name.as_ref());
        let is_named = names
            .zip(self.certificate.as_ref())
            .is_none_or(|(name, certificate)| certificate.is_named(name));
        match (self.faults.iter().find(|fault| fault.is_grave()), extra) {
            (Some(fault), _) => Cause::Certificate(fault.clone()),
            (None, Some(extra)) => Cause::Extra(extra.to_owned()),
            (None, None) if self.holder == Match::Different => Cause::Holder,
            (None, None) if !is_named => Cause::KeyName,
            (None, None) => Cause::None,
        }
    }
}

/// The first byte at which two texts differ, with what stands around it.
fn difference(strict: &[u8], digested: &[u8]) -> Option<FirstDifference> {
    let common = strict
        .iter()
        .zip(digested)
        .take_while(|(a, b)| a == b)
        .count();
    if common == strict.len() && common == digested.len() {
        return None;
    }
    let excerpt = |bytes: &[u8]| {
        let from = common.saturating_sub(EXCERPT_BYTES).min(bytes.len());
        let to = (common + EXCERPT_BYTES).min(bytes.len());
        let text = String::from_utf8_lossy(bytes.get(from..to).unwrap_or_default());
        let text = text.trim_matches('\u{FFFD}').escape_debug().to_string();
        text.replace("\\\"", "\"").replace("\\'", "'")
    };
    Some(FirstDifference {
        offset: common,
        strict: excerpt(strict),
        digested: excerpt(digested),
    })
}

/// The lines on which PEM begins and ends in a signature.
fn pem_lines(bytes: &[u8], found: &Scan) -> Option<(u32, u32)> {
    let signature = bytes.get(found.place.clone())?;
    let line = |what: &[u8]| {
        let at = memchr::memmem::find(signature, what)?;
        Some(crate::xml::line_of(bytes, found.place.start + at))
    };
    Some((line(b"-----BEGIN ")?, line(b"-----END ")?))
}
