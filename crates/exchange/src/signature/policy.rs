//! What a company wants of signatures: of its own, and of those that the platform makes for it.

use crate::keyring::provider::{KeyFamily, Method};
use serde::{Deserialize, Serialize};

/// How the signatures of a company's messages are judged.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Verify {
    /// A message without a good signature is refused.
    Required,
    /// What is wrong is reported, and the message goes on.
    Tolerated,
    /// Nobody looks.
    Off,
}

impl Verify {
    /// Every way.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What a company wants of signatures (签名策略).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How its signatures are judged.
    pub verify: Verify,
    /// Whether SHA-1 and short RSA keys may be used.
    pub allow_old: bool,
    /// Whether signatures count that verify in a tolerant profile only.
    pub allow_tolerant_profiles: bool,
    /// Whether the platform signs what comes unsigned.
    pub platform_signs: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            verify: Verify::Tolerated,
            allow_old: false,
            allow_tolerant_profiles: true,
            platform_signs: false,
        }
    }
}

impl Policy {
    /// How a key signs messages under this policy: SM2 with SM3; RSA with SHA-1, as the E-Port's
    /// specification of 2022 has it, only where old algorithms are allowed, else with SHA-256.
    pub fn method(&self, family: KeyFamily) -> Method {
        match family {
            KeyFamily::Sm2 => Method::Sm2Sm3,
            KeyFamily::Rsa if self.allow_old => Method::RsaSha1,
            KeyFamily::Rsa => Method::RsaSha256,
        }
    }
}
