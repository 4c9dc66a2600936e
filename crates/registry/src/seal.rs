//! Sealing (加密存储): what must be readable again (second factors, telephone numbers) is stored
//! encrypted with AES-256-GCM; the key lives in a file beside the database, readable by its owner
//! only, so that a copy of the database alone tells nothing.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Random bytes of one secret.
pub type RandomSecret = [u8; 32];

/// Bytes of the nonce before the text.
const NONCE_BYTES: usize = 12;

/// Bytes of a keyed hash that are kept: no two texts of ours meet in so many.
const HASH_BYTES: usize = 18;

/// Why a seal cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file of the key cannot be read or written.
    #[error("密钥文件 {0} 无法读写：{1}")]
    File(String, std::io::Error),
    /// The file is not a key.
    #[error("密钥文件 {0} 的内容不是 32 字节的 base64")]
    Key(String),
    /// Sealed with another key, for another purpose, or changed since.
    #[error("密文无法解开：密钥不符或内容被改动")]
    Broken,
}

/// The seal (存储密钥).
pub struct Seal {
    cipher: Aes256Gcm,
    hashing: ring::hmac::Key,
}

impl Seal {
    /// A seal with this key.
    pub fn new(key: &RandomSecret) -> Self {
        // One secret, two keys: what hashes must not be what encrypts.
        let root = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
        let derived = ring::hmac::sign(&root, b"tongguan keyed hash");
        Self {
            cipher: Aes256Gcm::new(key.into()),
            hashing: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, derived.as_ref()),
        }
    }

    /// Reads the key from a file; makes the file with `fresh` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not a key.
    pub fn from_file(path: &Path, fresh: &RandomSecret) -> Result<Self, SealError> {
        let name = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = STANDARD.encode(fresh);
                write_new(path, &text).map_err(|error| SealError::File(name.clone(), error))?;
                text
            }
            Err(error) => return Err(SealError::File(name, error)),
        };
        let bytes = STANDARD.decode(text.trim());
        let key: RandomSecret = bytes
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(SealError::Key(name))?;
        Ok(Self::new(&key))
    }

    /// Seals a text for a purpose (such as `totp:ACCOUNT`); only the same purpose opens it.
    ///
    /// # Errors
    /// [`SealError::Broken`] when the cipher refuses, which it does not for texts of our size.
    pub fn close(
        &self,
        text: &[u8],
        purpose: &str,
        random: &RandomSecret,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0_u8; NONCE_BYTES];
        nonce.copy_from_slice(&random[..NONCE_BYTES]);
        let payload = Payload {
            msg: text,
            aad: purpose.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload);
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed.map_err(|_| SealError::Broken)?);
        Ok(bytes)
    }

    /// A keyed hash (HMAC-SHA256) of a text for a purpose: what must be found again, but never read. Who
    /// has a copy of the database but not the key cannot try out what it stands for.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        let mut context = ring::hmac::Context::with_key(&self.hashing);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        let tag = context.sign();
        URL_SAFE_NO_PAD.encode(&tag.as_ref()[..HASH_BYTES])
    }

    /// Opens what was sealed for the same purpose.
    ///
    /// # Errors
    /// [`SealError::Broken`].
    pub fn open(&self, sealed: &[u8], purpose: &str) -> Result<Vec<u8>, SealError> {
        let (nonce, text) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealError::Broken)?;
        let payload = Payload {
            msg: text,
            aad: purpose.as_bytes(),
        };
        self.cipher
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| SealError::Broken)
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
