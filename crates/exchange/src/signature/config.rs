//! Settings of the check of signatures.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Which arithmetic verifies SM2 (SM2 验签实现).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sm2Choice {
    /// Tables for keys that come again, the library for others.
    #[default]
    Tables,
    /// The library for all.
    Library,
}

/// Settings of the check of signatures.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignatureConfig {
    /// Folder with root and issuing certificates and revocation lists, PEM or DER; empty: nobody is
    /// believed, and certificates are not judged.
    pub trust_dir: PathBuf,
    /// `tables` or `library`.
    pub sm2: Sm2Choice,
    /// Keys that have a table at the same time, 0 to 100,000; each keeps 86 KiB.
    pub tables_max: usize,
}

impl Default for SignatureConfig {
    fn default() -> Self {
        Self {
            trust_dir: PathBuf::new(),
            sm2: Sm2Choice::Tables,
            tables_max: 1000,
        }
    }
}
