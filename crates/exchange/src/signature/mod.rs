//! Signature 验签: who signed what a company sends, and whether a byte changed since.
//!
//! - The check judges a signature in the same turn as the rules; what is wrong is a finding, graver
//!   or milder as the company's policy says: `required` refuses, `tolerated` only tells (customs
//!   decides), `off` does not look. A bad signature never counts as none.
//! - Certificates are believed by the files in the trust folder (`trust`), at the times that the
//!   documents name and at receipt; whether one was revoked is asked of the lists there.
//! - SM2 keys that come again have a table ([`ceb::sm2`]); the setting `signature.sm2 = "library"`
//!   takes the library for all.
//! - What was found is one row beside the message ([`SignatureResult`]). The [`clinic`](crate::clinic) shows everything to
//!   whoever must find out why a signature is wrong, and stores nothing.

pub mod codes;
pub mod config;
mod policy;
pub(crate) mod sql;
#[cfg(test)]
mod tests;
mod trust;

use ceb::signature::certificate::Match;
use ceb::signature::key::PublicKey;
use ceb::signature::{self as dsig, Certificate, Failure, SignatureOutcome, Verdict, Verifier};
use ceb::sm2::Keys;
use ceb::{Finding, Layer, Message, Profile, Severity};
use registry::company::{Company, Directory};
use registry::module::Module;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use config::{SignatureConfig, Sm2Choice};
pub use policy::{Policy, Verify};
use trust::Believed;

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("验签").codes(codes::ALL);

/// Signatures of one SM2 key that must have passed before a table is built for it.
const PASSES_BEFORE_TABLE: u32 = 2;

/// What checking a signature found (验签结果), as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureResult {
    /// `passed`, `failed`, `unsupported` or `unsigned`.
    pub outcome: &'static str,
    /// The profile that passed: `strict`, `lenient:…`; empty when none did.
    pub profile: String,
    /// Method, as people call it: `SM2-SM3`; empty when unknown.
    pub method: String,
    /// Serial number of the certificate, hexadecimal; empty without one.
    pub serial: String,
    /// Last moment of the certificate, milliseconds since 1970.
    pub valid_to: Option<i64>,
    /// Codes of what makes the certificate or its holder unbelievable, joined by blanks; empty when
    /// nothing does, and when nobody is believed.
    pub certificate_fault: String,
}

/// Checks signatures (验签器): keys with tables, and whom to believe.
#[derive(Debug)]
pub struct Checker {
    keys: Keys,
    trust: trust::Folder,
}

/// What a judgement needs beside the bytes.
#[derive(Clone, Copy)]
pub(crate) struct SignatureTerms<'a> {
    /// What the company wants.
    pub(crate) policy: &'a Policy,
    /// The message, read.
    pub(crate) message: &'a Message,
    /// Who sends it: customs' number of ten digits says nothing about a certificate, the credit code of
    /// the ledger does.
    pub(crate) company: &'a Company,
    /// The ledger, for the credit codes of declarants named by ten digits.
    pub(crate) directory: &'a Directory,
    /// Whether its structure was refused already, signature and all.
    pub(crate) is_broken: bool,
    /// When it was received, milliseconds since 1970.
    pub(crate) received_ms: i64,
}

impl Checker {
    /// A checker by its settings. The trust folder is read at the first turn.
    #[must_use]
    pub fn new(config: &SignatureConfig) -> Self {
        let keys = match config.sm2 {
            Sm2Choice::Tables => Keys::new(config.tables_max),
            Sm2Choice::Library => Keys::library(),
        };
        Self {
            keys,
            trust: trust::Folder::new(config.trust_dir.clone()),
        }
    }

    /// Reads the trust folder again when a file in it changed; looks at most every few seconds.
    pub fn refresh(&self, now_ms: i64) {
        self.trust.refresh(now_ms);
    }

    /// Whether anybody is believed: without a root certificate a signature proves nothing of its signer.
    #[must_use]
    pub fn believes_anybody(&self) -> bool {
        !self.believed().is_empty()
    }

    /// Whom we believe at present, for the clinic.
    pub(crate) fn believed(&self) -> Arc<Believed> {
        self.trust.believed()
    }

    /// Who verifies SM2.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Judges the signature of a message: what is wrong, and what is kept.
    pub(crate) fn judge(
        &self,
        body: &[u8],
        case: SignatureTerms<'_>,
    ) -> (Vec<Finding>, Option<SignatureResult>) {
        if case.policy.verify == Verify::Off {
            return (Vec::new(), None);
        }
        let (verdict, weakness) = self.verdict(body, case.policy);
        let mut findings = weakness.map(plain).into_iter().collect::<Vec<_>>();
        if case.is_broken && is_structure(&verdict.outcome) {
            return (findings, Some(SignatureResult::of(&verdict, String::new())));
        }
        let (faults, holder) = self.certificate(&verdict, case);
        if faults.is_empty() && holder != Match::Different {
            self.learn(&verdict);
        }
        let is_required = case.policy.verify == Verify::Required;
        let mut doubts = doubts(&faults, holder);
        // What does not verify is refused for that; who signed is asked of what does.
        if is_required && matches!(verdict.outcome, SignatureOutcome::Passed(_)) {
            if holder == Match::Unknown {
                let code = &ceb::code::HOLDER_UNKNOWN;
                doubts.push(code.id);
                findings.push(plain(code));
            }
            if !self.believes_anybody() {
                doubts.push(codes::NOBODY_TRUSTED.code);
                findings.push(own(&codes::NOBODY_TRUSTED, case.message));
            }
        }
        let profile = match case.policy.verify {
            Verify::Required => Profile::Strict,
            Verify::Tolerated | Verify::Off => Profile::Lenient,
        };
        findings.append(&mut dsig::findings(&verdict, &faults, holder, profile));
        if verdict.outcome == SignatureOutcome::Unsigned && is_required && !case.is_broken {
            findings.push(own(&codes::UNSIGNED, case.message));
        }
        dsig::place(&mut findings, case.message, body);
        if case.policy.verify == Verify::Tolerated {
            for finding in &mut findings {
                finding.severity = finding.severity.max(Severity::Warn);
            }
        }
        (
            findings,
            Some(SignatureResult::of(&verdict, doubts.join(" "))),
        )
    }

    /// The verdict; where the policy only tells, a weak method is told and the rest still checked.
    fn verdict(&self, body: &[u8], policy: &Policy) -> (Verdict, Option<&'static ceb::code::Code>) {
        let verify = |old| {
            let policy = dsig::VerifyPolicy {
                sha1: old,
                short_rsa: old,
                tolerant: policy.allow_tolerant_profiles,
            };
            Verifier {
                policy,
                sm2: &self.keys,
                certificate: None,
            }
            .verify(body)
        };
        let verdict = verify(policy.allow_old);
        if let SignatureOutcome::Failed(failure) = &verdict.outcome
            && matches!(failure, Failure::WeakHash | Failure::WeakKey)
            && policy.verify == Verify::Tolerated
        {
            let code = failure.code();
            return (verify(true), Some(code));
        }
        (verdict, None)
    }

    /// What is wrong with the certificate, and whether its holder is the sender. It must be good for
    /// every document's time and at receipt: a date in the past makes no revoked card good again.
    fn certificate(
        &self,
        verdict: &Verdict,
        case: SignatureTerms<'_>,
    ) -> (Vec<dsig::certificate::CertificateFault>, Match) {
        let Some(certificate) = &verdict.certificate else {
            return (Vec::new(), Match::Unknown);
        };
        let believed = self.believed();
        let mut faults = Vec::new();
        for at in moments(&dsig::times_of(case.message), case.received_ms) {
            for fault in believed.check(certificate, &verdict.others, at, &self.keys) {
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        let codes = sender_codes(case.message, case.company, case.directory);
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let holder = certificate.holder();
        let is_named = holder.company.as_deref().is_some_and(|name| {
            let own = case.company.name.as_str();
            spelled(name) == spelled(own)
        });
        // An old card has the name only; a name that an authority wrote is as good as a code.
        let matches = match holder.matches(&codes) {
            Match::Unknown if is_named => Match::Same,
            matched @ (Match::Same | Match::Different | Match::Unknown) => matched,
        };
        (faults, matches)
    }

    /// A key whose signatures keep passing gets a table.
    fn learn(&self, verdict: &Verdict) {
        let passed = matches!(verdict.outcome, SignatureOutcome::Passed(_));
        let key = verdict.certificate.as_ref().map(Certificate::key);
        if passed
            && let Some(PublicKey::Sm2(point)) = key
            && self.believed().n_passed(point) >= PASSES_BEFORE_TABLE
            && let Some(key) = ceb::sm2::Sm2PublicKey::from_sec1(point)
        {
            self.keys.learn(&key);
        }
    }
}

impl SignatureResult {
    fn of(verdict: &Verdict, certificate_fault: String) -> Self {
        let (outcome, profile) = match &verdict.outcome {
            SignatureOutcome::Passed(profile) => ("passed", profile.name()),
            SignatureOutcome::Failed(_) => ("failed", String::new()),
            SignatureOutcome::Unsupported(_) => ("unsupported", String::new()),
            SignatureOutcome::Unsigned => ("unsigned", String::new()),
        };
        let method = verdict.signature.as_ref().and_then(|signature| {
            let method = dsig::SignatureMethod::of(&signature.signature_method)?;
            Some(method.name().to_owned())
        });
        let certificate = verdict.certificate.as_ref();
        Self {
            outcome,
            profile,
            method: method.unwrap_or_default(),
            serial: certificate.map(Certificate::serial).unwrap_or_default(),
            valid_to: certificate.map(|one| one.not_after().saturating_mul(1000)),
            certificate_fault,
        }
    }
}

/// What the schema has refused already.
fn is_structure(outcome: &SignatureOutcome) -> bool {
    matches!(
        outcome,
        SignatureOutcome::Failed(
            Failure::NotWellFormed(_) | Failure::Structure(_) | Failure::Empty
        )
    )
}

/// The codes of those who may have signed: who transmits, by all its codes, and who declares.
pub(crate) fn sender_codes(
    message: &Message,
    company: &Company,
    directory: &Directory,
) -> Vec<String> {
    let transfer = message.base_transfer.as_ref();
    let transmits = transfer.and_then(|record| record.filled("copCode"));
    let own = transmits.filter(|code| company.has_code(code));
    let own = own.map(|_| [company.credit_code.clone(), company.customs_code.clone()]);
    let documents = message.documents.iter();
    let declares = documents.filter_map(|document| document.head.filled("agentCode"));
    let declares: BTreeSet<&str> = declares.collect();
    let mut codes: BTreeSet<String> = own.into_iter().flatten().collect();
    for code in &declares {
        // A declarant named by customs' number is known to certificates by the ledger's credit code.
        let known = directory.by_code(code);
        codes.extend(known.map(|company| company.credit_code.clone()));
    }
    codes.extend(transmits.into_iter().chain(declares).map(str::to_owned));
    codes.into_iter().collect()
}

/// A name without what two spellings of it differ in: blanks, and the width of brackets.
fn spelled(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_whitespace());
    let plain = kept.map(|c| match c {
        '（' => '(',
        '）' => ')',
        c => c,
    });
    plain.collect()
}

/// The times at which a certificate is judged, seconds since 1970: the first and the last of the
/// documents, between which nothing can be otherwise, and that of receipt.
pub(crate) fn moments(declared: &[i64], received_ms: i64) -> Vec<i64> {
    let (first, last) = (declared.first(), declared.last());
    let received = received_ms.div_euclid(1000);
    let mut all: Vec<i64> = first.into_iter().chain(last).copied().collect();
    all.push(received);
    all.sort_unstable();
    all.dedup();
    all
}

/// Codes of what makes a certificate or its holder unbelievable.
fn doubts(faults: &[dsig::certificate::CertificateFault], holder: Match) -> Vec<&'static str> {
    let grave = faults.iter().filter(|fault| fault.is_grave());
    let mut codes: Vec<&str> = grave.map(|fault| fault.code().id).collect();
    if holder == Match::Different {
        codes.push(ceb::code::HOLDER_DIFFERS.id);
    }
    codes
}

fn plain(code: &'static ceb::code::Code) -> Finding {
    let text = format!("{}：{}", code.title, code.happened.trim_end_matches('。'));
    Finding::new(code, String::from("/*/Signature"), 0, "", text)
}

/// A refusal of ours about the signature of a message.
fn own(code: &web::ErrorCode, message: &Message) -> Finding {
    Finding {
        code: code.code,
        severity: Severity::Refuse,
        layer: Layer::Rule,
        path: format!("/{}/Signature", message.kind.root()),
        line: 1,
        value: String::new(),
        text: format!("{}：{}", code.title, code.meaning.trim_end_matches('。')),
        advice: code.advice.to_owned(),
    }
}
