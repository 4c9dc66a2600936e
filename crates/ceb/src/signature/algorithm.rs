//! The algorithms of a signature and all the names they go by.

/// How the value is made (签名算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
pub enum SignatureMethod {
    /// RSA with SHA-1, keys issued before May 2022.
    #[strum(serialize = "RSA-SHA1")]
    RsaSha1,
    /// RSA with SHA-256.
    #[strum(serialize = "RSA-SHA256")]
    RsaSha256,
    /// SM2 with SM3, keys issued since May 2022.
    #[strum(serialize = "SM2-SM3")]
    Sm2Sm3,
}

/// How the document is digested (摘要算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum DigestMethod {
    /// SHA-1, 20 bytes.
    #[strum(serialize = "SHA-1")]
    Sha1,
    /// SHA-256, 32 bytes.
    #[strum(serialize = "SHA-256")]
    Sha256,
    /// SM3, 32 bytes.
    #[strum(serialize = "SM3")]
    Sm3,
}

/// Canonical XML 1.0 without comments.
pub const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
/// Canonical XML 1.0 with comments.
pub const C14N_WITH_COMMENTS: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments";
/// The transform that takes the signature out of the document.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// Names of signature methods; the first of each is the one that we write.
const SIGNATURE_METHODS: &[(&str, SignatureMethod)] = &[
    (
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        SignatureMethod::RsaSha1,
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        SignatureMethod::RsaSha256,
    ),
    (
        "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3",
        SignatureMethod::Sm2Sm3,
    ),
    (
        "http://www.chinaport.gov.cn/2022/04/xmldsig#rsa-sha1",
        SignatureMethod::RsaSha1,
    ),
    (
        "http://www.chinaport.gov.cn/2022/04/xmldsig#rsa-sha256",
        SignatureMethod::RsaSha256,
    ),
    (
        "http://www.w3.org/2000/09/xmldsig#rsa-sha256",
        SignatureMethod::RsaSha256,
    ),
    (
        "http://www.w3.org/2000/09/xmldsig#sm2-sm3",
        SignatureMethod::Sm2Sm3,
    ),
];

impl SignatureMethod {
    /// The method that a URI names.
    #[must_use]
    pub fn of(uri: &str) -> Option<Self> {
        let found = SIGNATURE_METHODS.iter().find(|(name, _)| *name == uri);
        found.map(|(_, method)| *method)
    }

    /// The URI that we write.
    #[must_use]
    pub fn uri(self) -> &'static str {
        let found = SIGNATURE_METHODS.iter().find(|(_, one)| *one == self);
        found.map_or("", |(name, _)| name)
    }

    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl DigestMethod {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Names of them; the first of each is the one that we write.
    pub(crate) const NAMES: &[(&str, Self)] = &[
        ("http://www.w3.org/2000/09/xmldsig#sha1", Self::Sha1),
        ("http://www.w3.org/2001/04/xmlenc#sha256", Self::Sha256),
        ("http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", Self::Sm3),
        (
            "http://www.chinaport.gov.cn/2022/04/xmldsig#sha1",
            Self::Sha1,
        ),
        (
            "http://www.chinaport.gov.cn/2022/04/xmldsig#sha256",
            Self::Sha256,
        ),
        ("http://www.w3.org/2000/09/xmldsig#sha256", Self::Sha256),
        ("http://www.w3.org/2000/09/xmldsig#sm3", Self::Sm3),
    ];

    /// The method that a URI names.
    #[must_use]
    pub fn of(uri: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == uri);
        found.map(|(_, method)| *method)
    }

    /// The URI that we write.
    #[must_use]
    pub fn uri(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(_, one)| *one == self);
        found.map_or("", |(name, _)| name)
    }

    /// The name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Length of the digest, in bytes.
    #[must_use]
    pub fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 | Self::Sm3 => 32,
        }
    }

    /// The digest.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        use sm3::{Digest, Sm3};
        match self {
            Self::Sha1 => ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
                .as_ref()
                .to_vec(),
            Self::Sha256 => ring::digest::digest(&ring::digest::SHA256, bytes)
                .as_ref()
                .to_vec(),
            Self::Sm3 => Sm3::digest(bytes).to_vec(),
        }
    }

    /// The method that was really used, by the length of the value, since labels lie in real
    /// messages: 20 bytes are SHA-1; 32 bytes are what the label says, or what goes with the key.
    #[must_use]
    pub fn by_length(self, bytes: usize, signature: SignatureMethod) -> Option<Self> {
        match (bytes, self, signature) {
            (20, ..) => Some(Self::Sha1),
            (32, Self::Sha256 | Self::Sm3, _) => Some(self),
            (32, Self::Sha1, SignatureMethod::Sm2Sm3) => Some(Self::Sm3),
            (32, Self::Sha1, _) => Some(Self::Sha256),
            _ => None,
        }
    }
}
