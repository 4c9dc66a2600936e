//! Providers of keys: whatever holds a company's private key and signs with it.
//!
//! A provider signs one thing at a time or several; [`Card`](super::Card) stands in front of
//! it with a queue, a time limit and a latch, so a provider itself is simple. What it is given is
//! never logged, and neither is a PIN: a [`SigningFault`] carries texts of ours and names of errors only.

pub mod file;
pub mod pkcs11;
pub mod usb_key;

use super::certificate::CardCertificate;
use async_trait::async_trait;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Most bytes that are signed at once: a canonical `SignedInfo` has a kilobyte, the text of
/// announcement 179 some tens.
pub const DATA_BYTES_MAX: usize = 256 << 10;

/// Longest secret in a file, in bytes.
const SECRET_BYTES_MAX: u64 = 1024;

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum KeyFamily {
    /// RSA, the older cards.
    Rsa,
    /// SM2, cards since 2022.
    Sm2,
}

impl KeyFamily {
    /// The name in the database and the API.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The method by which this family signs: SM2 with SM3, RSA with SHA-1 as the old cards do.
    pub fn method(self) -> Method {
        match self {
            Self::Rsa => Method::RsaSha1,
            Self::Sm2 => Method::Sm2Sm3,
        }
    }
}

/// How something is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Method {
    /// RSA PKCS#1 v1.5 with SHA-1; only where a company's policy allows old algorithms.
    #[strum(serialize = "RSA-SHA1")]
    RsaSha1,
    /// RSA PKCS#1 v1.5 with SHA-256.
    #[strum(serialize = "RSA-SHA256")]
    RsaSha256,
    /// SM2 with SM3 and the user id `1234567812345678`; 64 bytes, r before s.
    #[strum(serialize = "SM2-SM3")]
    Sm2Sm3,
}

impl Method {
    /// The family of keys that can sign so.
    pub fn family(self) -> KeyFamily {
        match self {
            Self::RsaSha1 | Self::RsaSha256 => KeyFamily::Rsa,
            Self::Sm2Sm3 => KeyFamily::Sm2,
        }
    }

    /// Whether it is one of the old algorithms.
    pub fn is_old(self) -> bool {
        matches!(self, Self::RsaSha1)
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Why a provider could not sign; the text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningFault {
    /// No card in the reader, or no token of that name.
    #[error("签名卡未插入或找不到指定的令牌，请检查设备后重试")]
    Absent,
    /// The PIN is wrong: it is not tried again by itself, since that would lock the card.
    #[error("签名卡口令错误；为避免锁卡，平台不再自动尝试，请更正口令文件后重新测试此密钥")]
    WrongPin,
    /// The card is locked.
    #[error("签名卡已锁定，请到发卡机构解锁")]
    Locked,
    /// One more wrong PIN would lock the card.
    #[error("签名卡只剩最后一次口令机会，平台不再尝试；请用厂商工具核对口令")]
    LastTry,
    /// Too many wait for this key.
    #[error("等待此密钥签名的任务过多，稍后自动重试")]
    Busy,
    /// The device or the service in front of it does not answer.
    #[error("无法连接签名设备（{0}），稍后自动重试")]
    Unreachable(String),
    /// It took too long.
    #[error("签名设备超时未应答，稍后自动重试")]
    Timeout,
    /// The reader must be taken out and put in again.
    #[error("读卡器需要复位：请拔出签名卡并重新插入（Custom50070）")]
    NeedsReset,
    /// The key cannot do this.
    #[error("此密钥不支持所要求的签名算法：{0}")]
    Unsupported(String),
    /// Too much to sign.
    #[error("待签内容超过上限")]
    TooLarge,
    /// The settings of the key are wrong.
    #[error("密钥配置有误：{0}")]
    Settings(String),
    /// Anything else that the device says.
    #[error("签名设备报告错误：{0}")]
    Device(String),
}

impl SigningFault {
    /// Whether trying again by itself does harm or cannot help; a person must act first.
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::WrongPin | Self::Locked | Self::LastTry)
    }
}

/// The result of what a provider does.
pub type SigningResult<T> = Result<T, SigningFault>;

/// Whatever holds a key and signs with it (密钥提供者).
#[async_trait]
pub trait KeyProvider: Send + Sync {
    /// The certificate of the key.
    async fn certificate(&self) -> SigningResult<Arc<CardCertificate>>;

    /// Signs: PKCS#1 v1.5 bytes for RSA, r and s in 64 bytes for SM2.
    async fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>>;

    /// Forgets sessions and secrets, so that the next call reads them anew.
    async fn reset(&self);
}

/// Reads a secret (a passphrase, a PIN) from a file that only its owner and group may read; the line
/// end after it is not part of it.
///
/// # Errors
/// [`SigningFault::Settings`] with the name of the file, never with what is in it.
pub fn secret(path: &Path) -> SigningResult<Zeroizing<String>> {
    let bytes = private_file(path, SECRET_BYTES_MAX)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| SigningFault::Settings(format!("{} 不是文本", path.display())))?;
    Ok(Zeroizing::new(
        text.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

/// Reads a file that others must not be able to read.
///
/// # Errors
/// [`SigningFault::Settings`].
fn private_file(path: &Path, bytes_max: u64) -> SigningResult<Zeroizing<Vec<u8>>> {
    use std::os::unix::fs::PermissionsExt;
    let wrong = |why: String| SigningFault::Settings(format!("{}：{why}", path.display()));
    let about = std::fs::metadata(path).map_err(|error| wrong(error.kind().to_string()))?;
    if about.permissions().mode() & 0o007 != 0 {
        return Err(wrong("其他用户可读写此文件，请执行 chmod 600".to_owned()));
    }
    if about.len() > bytes_max {
        return Err(wrong(format!("超过 {bytes_max} 字节")));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong(error.kind().to_string()))?;
    Ok(Zeroizing::new(bytes))
}
