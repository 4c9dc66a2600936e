//! What the search for the cause looks at, and the forms of `SignedInfo` that products sign.

use super::Given;
use crate::signature::algorithm::{DigestMethod, SignatureMethod};
use crate::signature::c14n::Comments;
use crate::signature::certificate::Certificate;
use crate::signature::key::{Scheme, Sm2, raw_sm2};
use crate::signature::profile::ValueProfile;
use crate::signature::scan::{CanonicalForm, Namespaces, Scan, SignatureElement, scan};
use crate::signature::verify::{Methods, Verdict};
use crate::xml::{NS_CEB, NS_DS, NS_XSI};

/// Namespaces with which `SignedInfo` is signed by itself: prefix of the signature, names, and what
/// they are.
const CONTEXTS: &[(&str, &str, Namespaces)] = &[
    (
        "ds",
        "ceb、ds、xsi",
        &[("ceb", NS_CEB), ("ds", NS_DS), ("xsi", NS_XSI)],
    ),
    ("ds", "ceb、ds", &[("ceb", NS_CEB), ("ds", NS_DS)]),
    ("ds", "ds", &[("ds", NS_DS)]),
    ("", "默认命名空间", &[("", NS_DS)]),
    ("", "默认命名空间、ceb", &[("", NS_DS), ("ceb", NS_CEB)]),
    (
        "",
        "默认命名空间、ceb、xsi",
        &[("", NS_DS), ("ceb", NS_CEB), ("xsi", NS_XSI)],
    ),
];

/// A form of `SignedInfo` and whether the value is one over it.
pub(super) struct TriedForm {
    /// The profile that it is; none when it does not pass in any.
    pub(super) profile: Option<ValueProfile>,
    /// Prefixes of its namespaces; empty for those of the document.
    pub(super) namespaces: &'static str,
    pub(super) signed_info: Vec<u8>,
    pub(super) passes: bool,
}

/// Everything that the search for the cause looks at.
pub(super) struct Case<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) scan: &'a Scan,
    pub(super) element: &'a SignatureElement,
    pub(super) methods: Methods,
    pub(super) digest: Option<DigestMethod>,
    pub(super) certificate: Option<&'a Certificate>,
    pub(super) others: Vec<&'a Certificate>,
    pub(super) shown: Vec<TriedForm>,
    pub(super) sm2: &'a dyn Sm2,
}

pub(super) fn case<'a>(
    bytes: &'a [u8],
    scan: &'a Scan,
    element: &'a SignatureElement,
    methods: Methods,
    verdict: &'a Verdict,
    given: &Given<'a>,
) -> Case<'a> {
    let others = verdict.others.iter().chain(&given.trust.intermediates);
    let n_bytes = element.digest_value.len();
    let mut case = Case {
        bytes,
        scan,
        element,
        methods,
        digest: methods.named_digest.by_length(n_bytes, methods.signature),
        certificate: verdict.certificate.as_ref(),
        others: others.collect(),
        shown: Vec::new(),
        sm2: given.sm2,
    };
    case.show();
    case
}

impl Case<'_> {
    pub(super) fn passes(&self, message: &[u8]) -> bool {
        let scheme = Scheme::from(self.methods.signature);
        self.certificate.is_some_and(|certificate| {
            let value = &self.element.signature_value;
            certificate.key().verify(scheme, message, value, self.sm2)
        })
    }

    /// Whether the value cannot be one of the method, by its length.
    pub(super) fn has_wrong_length(&self) -> bool {
        let value = &self.element.signature_value;
        self.methods.signature == SignatureMethod::Sm2Sm3 && raw_sm2(value).is_none()
    }

    /// Makes every form of `SignedInfo` and tries the value on it.
    fn show(&mut self) {
        for &profile in ValueProfile::ALL {
            let made = profile.signed_info(self.bytes, self.scan, self.methods.comments);
            if let Ok(Some(signed_info)) = made {
                self.shown.push(TriedForm {
                    profile: Some(profile),
                    namespaces: "",
                    passes: self.passes(&signed_info),
                    signed_info,
                });
            }
        }
        for (prefix, names, namespaces) in CONTEXTS {
            for is_compact in [false, true] {
                let form = CanonicalForm {
                    comments: self.methods.comments,
                    is_compact,
                    namespaces: Some(*namespaces),
                };
                let Some(found) = scan(self.bytes, &form)
                    .ok()
                    .filter(|_| self.scan.prefix == *prefix)
                else {
                    continue;
                };
                if self
                    .shown
                    .iter()
                    .any(|one| one.signed_info == found.signed_info)
                {
                    continue;
                }
                self.shown.push(TriedForm {
                    profile: None,
                    namespaces: names,
                    passes: self.passes(&found.signed_info),
                    signed_info: found.signed_info,
                });
            }
        }
    }

    /// `SignedInfo` with no namespaces, as programs make it that cut it out first.
    pub(super) fn detached(&self) -> Vec<u8> {
        let form = CanonicalForm {
            comments: Comments::Without,
            is_compact: false,
            namespaces: Some(&[]),
        };
        scan(self.bytes, &form).map_or_else(|_| Vec::new(), |found| found.signed_info)
    }
}
