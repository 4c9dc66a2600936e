//! The signature clinic (验签诊断): shows everything, and says the one thing to change.
//!
//! Checking only says that a signature is wrong. Here the canonical bytes that were digested are laid
//! open, every profile is tried and shown, and then the mistakes that programs make are tried one after
//! the other (`cause`) until one explains the digest or the value that is in the message. Work is
//! bounded: a fixed list of candidates, each digested or verified once.
//!
//! It shows the message to whoever brought it. Nothing of it may be logged or kept.

mod cause;
mod layout;
mod words;

pub use cause::Cause;
pub use words::profiles;

use super::algorithm::{DigestMethod, SignatureMethod};
use super::c14n::Comments;
use super::certificate::{Certificate, CertificateFault, Match, Trust};
use super::key::{Scheme, Sm2};
use super::profile::{DigestProfile, ValueProfile};
use super::scan::{Form, Scan, SignatureElement, scan};
use super::verify::{Methods, Outcome, Policy, Verdict, Verifier, methods};
use crate::parse::{Profile, parse};

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
pub struct Difference {
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
    pub outcome: Outcome,
    /// What is wrong.
    pub cause: Cause,
    /// The one thing to change, in Chinese.
    pub advice: String,
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
    pub difference: Option<Difference>,
    /// The signer's certificate.
    pub certificate: Option<Certificate>,
    /// What is wrong with it; empty without anybody to believe.
    pub faults: Vec<CertificateFault>,
    /// Whether nobody was named whom to believe, so that the certificate was not checked.
    pub is_trust_empty: bool,
    /// Whether holder and sender are the same.
    pub holder: Match,
}

/// Everything that the search for the cause looks at.
struct Case<'a> {
    bytes: &'a [u8],
    scan: &'a Scan,
    element: &'a SignatureElement,
    methods: Methods,
    digest: Option<DigestMethod>,
    certificate: Option<&'a Certificate>,
    others: Vec<&'a Certificate>,
    sm2: &'a dyn Sm2,
}

/// Examines the signature of a message at a time (seconds since 1970).
#[must_use]
pub fn examine(bytes: &[u8], trust: &Trust, at: i64, sm2: &dyn Sm2) -> Clinic {
    let verifier = Verifier {
        policy: Policy::LEGACY,
        sm2,
        certificate: None,
    };
    let verdict = verifier.verify(bytes);
    let mut clinic = Clinic {
        outcome: verdict.outcome.clone(),
        cause: Cause::of(&verdict.outcome),
        advice: String::new(),
        signature: verdict.signature.clone(),
        methods: None,
        document: Vec::new(),
        signed_info: Vec::new(),
        digests: Vec::new(),
        values: Vec::new(),
        difference: None,
        certificate: verdict.certificate.clone(),
        faults: Vec::new(),
        is_trust_empty: trust.is_empty(),
        holder: Match::Unknown,
    };
    if let Some(certificate) = &verdict.certificate {
        if !trust.is_empty() {
            clinic.faults = trust.check(certificate, &verdict.others, at, sm2);
        }
        clinic.holder = holder(bytes, certificate);
    }
    if let Ok(found) = scan(bytes, &Form::STRICT) {
        clinic.document.clone_from(&found.document);
        clinic.signed_info.clone_from(&found.signed_info);
        if let Some(element) = &verdict.signature
            && let Ok(methods) = methods(&found, element)
        {
            let case = case(bytes, &found, element, methods, &verdict, trust, sm2);
            clinic.look(&case);
        }
    }
    if clinic.cause == Cause::None {
        clinic.cause = clinic.doubt();
    }
    clinic.advice = words::advice(&clinic);
    clinic
}

fn case<'a>(
    bytes: &'a [u8],
    scan: &'a Scan,
    element: &'a SignatureElement,
    methods: Methods,
    verdict: &'a Verdict,
    trust: &'a Trust,
    sm2: &'a dyn Sm2,
) -> Case<'a> {
    let others = verdict.others.iter().chain(&trust.intermediates);
    let n_bytes = element.digest_value.len();
    Case {
        bytes,
        scan,
        element,
        methods,
        digest: methods.named_digest.by_length(n_bytes, methods.signature),
        certificate: verdict.certificate.as_ref(),
        others: others.collect(),
        sm2,
    }
}

/// Whether the holder is the sender of the message, or who declares in one of its documents.
fn holder(bytes: &[u8], certificate: &Certificate) -> Match {
    let Some(message) = parse(bytes, Profile::Lenient).message else {
        return Match::Unknown;
    };
    let transfer = message.base_transfer.as_ref();
    let mut codes: Vec<&str> = Vec::new();
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
        matches!(self.doubt(), Cause::Certificate(_) | Cause::Holder)
    }

    /// Tries every profile, and then every mistake that is known.
    fn look(&mut self, case: &Case<'_>) {
        self.methods = Some((case.methods.signature, case.methods.named_digest));
        let expected = &case.element.digest_value;
        let digest = case.digest.unwrap_or(case.methods.named_digest);
        for profile in DigestProfile::ALL {
            let computed = digest.digest(&profile.parts(case.scan).concat());
            let is_equal = computed == *expected;
            self.digests.push(DigestTry {
                profile,
                computed,
                is_equal,
            });
        }
        for profile in ValueProfile::ALL {
            let comments = case.methods.comments;
            let signed_info = profile.signed_info(case.bytes, case.scan, comments);
            let Ok(Some(signed_info)) = signed_info else {
                continue;
            };
            self.values.push(ValueTry {
                profile,
                passes: case.passes(&signed_info),
                signed_info,
            });
        }
        if let Some(first) = self.values.first() {
            self.signed_info.clone_from(&first.signed_info);
        }
        let passed = self.digests.iter().find(|one| one.is_equal);
        let mut digested = passed.map(|one| one.profile.parts(case.scan).concat());
        let is_value_right = self.values.iter().any(|one| one.passes);
        if self.cause == Cause::Digest {
            let (cause, bytes) = case.digest_cause(is_value_right);
            self.cause = cause;
            digested = bytes;
        } else if self.cause == Cause::Value {
            self.cause = case.value_cause();
        }
        self.difference = digested.and_then(|bytes| difference(&self.document, &bytes));
    }

    /// The signature is right; whether something else is not.
    fn doubt(&self) -> Cause {
        let names = self
            .signature
            .as_ref()
            .and_then(|one| one.key_name.as_ref());
        let is_named = names
            .zip(self.certificate.as_ref())
            .is_none_or(|(name, certificate)| certificate.is_named(name));
        let grave = |fault: &&CertificateFault| {
            !matches!(
                fault,
                CertificateFault::NoList | CertificateFault::StaleList
            )
        };
        match self.faults.iter().find(grave) {
            Some(fault) => Cause::Certificate(fault.clone()),
            None if !is_named => Cause::KeyName,
            None if self.holder == Match::Different => Cause::Holder,
            None => Cause::None,
        }
    }
}

impl Case<'_> {
    fn passes(&self, message: &[u8]) -> bool {
        let scheme = Scheme::from(self.methods.signature);
        self.certificate.is_some_and(|certificate| {
            let value = &self.element.signature_value;
            certificate.key().verify(scheme, message, value, self.sm2)
        })
    }

    /// `SignedInfo` with no namespaces, as programs make it that cut it out first.
    fn detached(&self) -> Vec<u8> {
        let form = Form {
            comments: Comments::Without,
            is_compact: false,
            namespaces: Some(&[]),
        };
        scan(self.bytes, &form).map_or_else(|_| Vec::new(), |found| found.signed_info)
    }
}

/// The first byte at which two texts differ, with what stands around it.
fn difference(strict: &[u8], digested: &[u8]) -> Option<Difference> {
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
    Some(Difference {
        offset: common,
        strict: excerpt(strict),
        digested: excerpt(digested),
    })
}
