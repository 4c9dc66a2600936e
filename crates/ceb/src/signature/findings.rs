//! What checking found, as findings of the message (校验问题).

use super::certificate::{Certificate, CertificateFault, Match};
use super::verify::{Failure, SignatureOutcome, Verdict};
use crate::code::{self, Code};
use crate::finding::Finding;
use crate::message::Message;
use crate::profile::Profile;

/// Path of the signature of a message, for people.
const PATH: &str = "/*/Signature";

impl Failure {
    /// The code that explains it.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotWellFormed(fault) => code::find(fault.code).unwrap_or(&code::NOT_XML),
            Self::Misplaced | Self::Several | Self::Foreign => &code::SIGNATURE_PLACE,
            Self::Structure(_) => &code::SIGNATURE_CONTENT,
            Self::Empty => &code::SIGNATURE_EMPTY,
            Self::Reference | Self::NotEnveloped => &code::SIGNATURE_REFERENCE,
            Self::NoCertificate => &code::CERTIFICATE_MISSING,
            Self::BadCertificate => &code::CERTIFICATE_UNREADABLE,
            Self::KeyKind => &code::KEY_KIND,
            Self::WeakKey => &code::KEY_WEAK,
            Self::WeakHash => &code::HASH_WEAK,
            Self::DigestLength | Self::DigestLabel => &code::DIGEST_LABEL,
            Self::Digest => &code::DIGEST_DIFFERS,
            Self::ValueForm => &code::VALUE_FORM,
            Self::Value => &code::VALUE_WRONG,
        }
    }
}

impl CertificateFault {
    /// The code that explains it.
    #[must_use]
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotYetValid => &code::CERTIFICATE_EARLY,
            Self::Expired => &code::CERTIFICATE_EXPIRED,
            Self::Usage => &code::CERTIFICATE_USAGE,
            Self::Untrusted => &code::CERTIFICATE_UNTRUSTED,
            Self::Authority => &code::CERTIFICATE_AUTHORITY,
            Self::Revoked(_) => &code::CERTIFICATE_REVOKED,
            Self::NoList => &code::REVOCATION_UNKNOWN,
            Self::StaleList => &code::REVOCATION_STALE,
        }
    }
}

/// Findings of a verdict, of the certificate and of its holder, graver as the profile says. An
/// unsigned message has none here: whether it must be signed is asked elsewhere.
#[must_use]
pub fn findings(
    verdict: &Verdict,
    faults: &[CertificateFault],
    holder: Match,
    profile: Profile,
) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code: &'static Code, value: &str, text: String| {
        let mut finding = Finding::new(code, PATH.to_owned(), verdict.line, value, text);
        finding.severity = code.severity_in(profile);
        found.push(finding);
    };
    let plain =
        |code: &'static Code| format!("{}：{}", code.title, code.happened.trim_end_matches('。'));
    match &verdict.outcome {
        SignatureOutcome::Unsigned => return found,
        SignatureOutcome::Passed(passed) if passed.is_strict() => {}
        SignatureOutcome::Passed(passed) => {
            let code = &code::SIGNATURE_TOLERATED;
            add(code, &passed.name(), plain(code));
        }
        SignatureOutcome::Failed(Failure::Structure(problem)) => {
            let code = &code::SIGNATURE_CONTENT;
            add(code, problem, format!("{}：{problem}", code.title));
        }
        SignatureOutcome::Failed(Failure::ValueForm) => {
            let code = &code::VALUE_FORM;
            let value = verdict.signature.as_ref().map(|one| &one.signature_value);
            let shape = value
                .map(|value| super::clinic::shape(value))
                .unwrap_or_default();
            add(code, "", format!("{}：{shape}", code.title));
        }
        SignatureOutcome::Failed(failure) => add(failure.code(), "", plain(failure.code())),
        SignatureOutcome::Unsupported(what) => {
            let code = &code::SIGNATURE_ALGORITHM;
            add(code, what.uri(), plain(code));
        }
    }
    if let Some(extra) = &verdict.extra {
        let code = &code::SIGNATURE_EXTRA;
        add(code, extra, format!("{}：{extra}", code.title));
    }
    let names = verdict
        .signature
        .as_ref()
        .map(|one| one.key_name.as_deref());
    if let (Some(Some(name)), Some(certificate)) = (names, &verdict.certificate)
        && !certificate.is_named(name)
    {
        let code = &code::KEY_NAME_DIFFERS;
        add(code, name, key_name_text(name, certificate));
    }
    for fault in faults {
        add(fault.code(), "", plain(fault.code()));
    }
    if holder == Match::Different {
        add(&code::HOLDER_DIFFERS, "", plain(&code::HOLDER_DIFFERS));
    }
    found
}

/// Gives findings about the signature of a message their place in it.
pub fn place(found: &mut [Finding], message: &Message, bytes: &[u8]) {
    // A colon or the bracket stands before the name, whatever the prefix.
    let named = memchr::memmem::find_iter(bytes, b"Signature");
    let mut starts = named.filter(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        before.is_some_and(|byte| matches!(byte, b':' | b'<'))
    });
    let at = starts.next().unwrap_or(bytes.len());
    let lines = memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
    let path = format!("/{}/Signature", message.kind.root());
    for finding in found {
        finding.line = u32::try_from(lines).unwrap_or(u32::MAX);
        finding.path.clone_from(&path);
    }
}

pub(super) fn key_name_text(name: &str, certificate: &Certificate) -> String {
    let serial = certificate.serial();
    format!("KeyName 为 {name}，证书序列号为 {serial}，两者不一致")
}
