//! Settings of the keys: where each is, never what it is.

use super::CardLimits;
use super::provider::file::FileSettings;
use super::provider::pkcs11::{Sm2Input, TokenSettings};
use super::provider::usb_key::{ADDRESS, UsbSettings};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Settings of signing for companies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyringConfig {
    /// The keys.
    pub keys: Vec<KeyConfig>,
}

/// What holds a key.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A file.
    #[default]
    File,
    /// A token behind a PKCS#11 module.
    Pkcs11,
    /// The USB key of the E-Port.
    UsbKey,
}

impl KeyKind {
    /// The name in settings, database and API.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Settings of one key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyConfig {
    /// Short name by which companies are told to use it: small letters, digits, dashes.
    pub name: String,
    /// What holds it.
    pub kind: KeyKind,
    /// The private key of a file, PEM PKCS#8.
    pub key_file: PathBuf,
    /// File with the passphrase, the PIN or the password of the card; empty for none.
    pub secret_file: PathBuf,
    /// The certificate, PEM or DER; empty when it is in the token or card.
    pub certificate_file: PathBuf,
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the key in the token.
    pub key_label: String,
    /// Number of the vendor's SM2 mechanism; 0 for none.
    pub sm2_mechanism: u64,
    /// What that mechanism takes: `message` or `digest`.
    pub sm2_input: Sm2Input,
    /// Address of the USB key's service.
    pub url: String,
    /// Longest time of one signature, in milliseconds.
    pub sign_ms_max: u64,
    /// Callers that may wait for the key.
    pub waiting_max: usize,
    /// Signatures at the same time; cards do one.
    pub at_once: usize,
}

impl Default for KeyConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: KeyKind::File,
            key_file: PathBuf::new(),
            secret_file: PathBuf::new(),
            certificate_file: PathBuf::new(),
            module: PathBuf::new(),
            token: String::new(),
            key_label: String::new(),
            sm2_mechanism: 0,
            sm2_input: Sm2Input::Digest,
            url: ADDRESS.to_owned(),
            sign_ms_max: 10_000,
            waiting_max: 1000,
            at_once: 1,
        }
    }
}

fn given(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

impl KeyConfig {
    /// What is wrong with it, in Chinese.
    pub fn fault(&self) -> Option<String> {
        let is_name = !self.name.is_empty()
            && self.name.len() <= 40
            && self
                .name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name {
            return Some("name 应为 1 至 40 个小写字母、数字或横线".to_owned());
        }
        let missing = match self.kind {
            KeyKind::File if given(&self.key_file).is_none() => "key_file",
            KeyKind::File if given(&self.certificate_file).is_none() => "certificate_file",
            KeyKind::Pkcs11 if given(&self.module).is_none() => "module",
            KeyKind::Pkcs11 if self.token.is_empty() => "token",
            KeyKind::Pkcs11 if self.key_label.is_empty() => "key_label",
            KeyKind::Pkcs11 | KeyKind::UsbKey if given(&self.secret_file).is_none() => {
                "secret_file"
            }
            KeyKind::UsbKey if !self.url.starts_with("ws://") => "url（应以 ws:// 开头）",
            KeyKind::File | KeyKind::Pkcs11 | KeyKind::UsbKey => return self.limit_fault(),
        };
        Some(format!("缺少 {missing}"))
    }

    fn limit_fault(&self) -> Option<String> {
        let is_right = (100..=120_000).contains(&self.sign_ms_max)
            && (1..=100_000).contains(&self.waiting_max)
            && (1..=64).contains(&self.at_once);
        (!is_right).then(|| {
            "sign_ms_max 应为 100 至 120000，waiting_max 应为 1 至 100000，at_once 应为 1 至 64"
                .to_owned()
        })
    }

    pub(super) fn limits(&self) -> CardLimits {
        CardLimits {
            time_max: Duration::from_millis(self.sign_ms_max),
            queue_max: self.waiting_max,
            at_once: self.at_once,
        }
    }

    pub(super) fn file(&self) -> FileSettings {
        FileSettings {
            key_file: self.key_file.clone(),
            passphrase_file: given(&self.secret_file),
            certificate_file: self.certificate_file.clone(),
        }
    }

    pub(super) fn token(&self) -> TokenSettings {
        TokenSettings {
            module: self.module.clone(),
            token: self.token.clone(),
            pin_file: self.secret_file.clone(),
            key_label: self.key_label.clone(),
            certificate_file: given(&self.certificate_file),
            sm2_mechanism: (self.sm2_mechanism != 0).then_some(self.sm2_mechanism),
            sm2_input: self.sm2_input,
        }
    }

    pub(super) fn usb(&self) -> UsbSettings {
        UsbSettings {
            url: self.url.clone(),
            password_file: self.secret_file.clone(),
        }
    }
}
