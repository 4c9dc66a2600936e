//! Profiles (验签档次): what real products sign when they do not sign what the recommendation says.
//!
//! The standard says: digest the canonical document without its signature, sign the canonical
//! `SignedInfo` in its document. Real messages differ from that in white space around the signature and
//! in how `SignedInfo` is put together again. Each difference that was seen has a name here; strict
//! comes first, and nothing else is tried.

use super::c14n::{C14nFault, Comments};
use super::scan::{CanonicalForm, Namespaces, Scan, scan};
use crate::xml::{NS_CEB, NS_DS, NS_XSI, is_space};

/// Which bytes of the document were digested (摘要档次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum DigestProfile {
    /// What the recommendation says.
    #[strum(serialize = "strict")]
    Strict,
    /// The white space around the signature was one line end.
    #[strum(serialize = "lenient:whitespace-newline")]
    Newline,
    /// There was no white space where the signature stands.
    #[strum(serialize = "lenient:whitespace-none")]
    Nothing,
    /// There was the white space that stands before the signature.
    #[strum(serialize = "lenient:whitespace-before")]
    Before,
    /// There was the white space that stands after the signature.
    #[strum(serialize = "lenient:whitespace-after")]
    After,
}

/// Which form of `SignedInfo` was signed (签名值档次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum ValueProfile {
    /// What the recommendation says.
    #[strum(serialize = "strict")]
    Strict,
    /// Without white space between its tags.
    #[strum(serialize = "lenient:compact")]
    Compact,
    /// The same, with the namespaces `ceb`, `ds`, `xsi`, whatever the document declares.
    #[strum(serialize = "lenient:compact-ceb-ds-xsi")]
    CebDsXsi,
    /// The same with `ceb`, `ds`.
    #[strum(serialize = "lenient:compact-ceb-ds")]
    CebDs,
    /// The same with `ds`.
    #[strum(serialize = "lenient:compact-ds")]
    Ds,
}

/// How a signature passed (通过的档次).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SignatureProfile {
    /// Which bytes of the document.
    pub digest: DigestProfile,
    /// Which form of `SignedInfo`.
    pub value: ValueProfile,
    /// Whether the digest method is another than the one that is named.
    pub is_relabelled: bool,
    /// Whether an SM2 signature came as DER instead of r‖s.
    pub is_der: bool,
}

impl DigestProfile {
    /// All of them, in the order in which they are tried.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name that programs read.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The canonical document in this profile: before and after the place of the signature.
    pub(super) fn parts(self, scan: &Scan) -> [&[u8]; 3] {
        let (before, after) = scan.document.split_at(scan.cut.min(scan.document.len()));
        self.around(before, after)
    }

    /// What stands before and after a signature, and what was between them in this profile.
    pub(super) fn around<'a>(self, before: &'a [u8], after: &'a [u8]) -> [&'a [u8]; 3] {
        if self == Self::Strict {
            return [before, b"", after];
        }
        let n_before = before.iter().rev().take_while(|b| is_space(**b)).count();
        let n_after = after.iter().take_while(|b| is_space(**b)).count();
        let (head, blank_before) = before.split_at(before.len() - n_before);
        let (blank_after, tail) = after.split_at(n_after);
        let between: &[u8] = match self {
            Self::Newline => b"\n",
            Self::Before => blank_before,
            Self::After => blank_after,
            Self::Strict | Self::Nothing => b"",
        };
        [head, between, tail]
    }
}

impl ValueProfile {
    /// All of them, in the order in which they are tried.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name that programs read.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The namespaces that the product writes, by prefix.
    fn namespaces(self) -> Option<Namespaces> {
        match self {
            Self::Strict | Self::Compact => None,
            Self::CebDsXsi => Some(&[("ceb", NS_CEB), ("ds", NS_DS), ("xsi", NS_XSI)]),
            Self::CebDs => Some(&[("ceb", NS_CEB), ("ds", NS_DS)]),
            Self::Ds => Some(&[("ds", NS_DS)]),
        }
    }

    /// `SignedInfo` in this profile; `None` where it makes no sense, because the signature is not
    /// called `ds:`.
    pub(super) fn signed_info(
        self,
        bytes: &[u8],
        strict: &Scan,
        comments: Comments,
    ) -> Result<Option<Vec<u8>>, C14nFault> {
        if self.namespaces().is_some() && strict.prefix != "ds" {
            return Ok(None);
        }
        if self == Self::Strict && comments == Comments::Without {
            return Ok(Some(strict.signed_info.clone()));
        }
        let form = CanonicalForm {
            comments,
            is_compact: self != Self::Strict,
            namespaces: self.namespaces(),
        };
        Ok(Some(scan(bytes, &form)?.signed_info))
    }
}

impl SignatureProfile {
    /// Whether nothing had to be tolerated.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.digest == DigestProfile::Strict
            && self.value == ValueProfile::Strict
            && !self.is_relabelled
            && !self.is_der
    }

    /// The name that programs read: `strict`, or `lenient:` and everything that was tolerated.
    #[must_use]
    pub fn name(&self) -> String {
        if self.is_strict() {
            return String::from("strict");
        }
        let short = |name: &'static str| name.strip_prefix("lenient:");
        let tolerated = [
            short(self.digest.name()),
            short(self.value.name()),
            self.is_relabelled.then_some("digest-label"),
            self.is_der.then_some("der"),
        ];
        let tolerated: Vec<&str> = tolerated.into_iter().flatten().collect();
        format!("lenient:{}", tolerated.join("+"))
    }
}
