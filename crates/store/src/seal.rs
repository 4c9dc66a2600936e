//! The vault (落盘加密): what companies send and customs answers, sealed before it is stored.
//!
//! 1. The keys stand in a file apart from the database, one a line: `id algorithm base64`. The first
//!    one seals, all of them open, so that a new key is a new first line. Algorithms: `sm4-gcm`
//!    (16 bytes) and `aes-256-gcm` (32 bytes).
//! 2. A sealed value says itself with which key it was sealed. A value without that mark was stored
//!    before, or without keys, and is read as it is.
//! 3. A database knows which keys have sealed in it, each with a proof ([`crate::vault`]).
//!
//! Nonces are random, 96 bits: a key should be followed by a new one before it has sealed four
//! thousand million values. Where a value stands is not sealed with it: who can write to the database
//! can exchange two of them, and who reads them sees whose they are by what is inside.

use crate::error::{Error, Result};
use crate::pack::{PackDictionary, Packed, is_packed, pack, unpack};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sm4::Sm4;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

type Sm4Gcm = AesGcm<Sm4, aes_gcm::aead::consts::U12>;

/// What sealed bytes begin with: no message does.
const MARK: &[u8] = b"\0TG\x01";

/// What a sealed text begins with: a character that XML forbids.
const TEXT_MARK: &str = "\u{1}TG1:";

/// Bytes of the nonce.
const NONCE_BYTES: usize = 12;

/// Longest id of a key, in bytes.
const ID_BYTES_MAX: usize = 32;

/// The keys that seal and open what is stored; cheap to clone.
#[derive(Clone, Default)]
pub struct Vault {
    keys: Option<Arc<Vec<SealKey>>>,
    /// Whether nothing is sealed in this database, whatever keys there are.
    is_unused: bool,
}

struct SealKey {
    id: String,
    cipher: Cipher,
}

enum Cipher {
    Sm4(Box<Sm4Gcm>),
    Aes(Box<Aes256Gcm>),
}

impl Vault {
    /// Reads the keys from a file; an empty path is a vault that leaves everything as it is.
    ///
    /// # Errors
    /// [`Error::Setting`] when the file cannot be read or a line is no key; the text never holds one.
    pub fn from_file(path: &str) -> Result<Self> {
        if path.is_empty() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(Path::new(path)).map_err(|error| {
            Error::Setting(format!(
                "store.encryption_key_file {path} 无法读取（{error}）；还没有密钥文件的，这样生成：\
                 (umask 077; echo \"k1 sm4-gcm $(openssl rand -base64 16)\" > {path})"
            ))
        })?;
        Self::from_text(&text)
            .map_err(|why| Error::Setting(format!("store.encryption_key_file {path}: {why}")))
    }

    fn from_text(text: &str) -> std::result::Result<Self, String> {
        let mut keys: Vec<SealKey> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = SealKey::from_line(line).map_err(|why| format!("line {number}: {why}"))?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(format!("line {number}: the id {} stands twice", key.id));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err("there is no key".to_owned());
        }
        Ok(Self {
            keys: Some(Arc::new(keys)),
            is_unused: false,
        })
    }

    /// The vault of a database in which nothing is sealed.
    pub(crate) fn unused() -> Self {
        Self {
            keys: None,
            is_unused: true,
        }
    }

    /// Whether what is stored from now on is sealed.
    pub fn is_sealing(&self) -> bool {
        self.keys.is_some()
    }

    /// Whether nothing is sealed in this database, so that no key is missing.
    pub(crate) fn is_unused(&self) -> bool {
        self.is_unused
    }

    /// Whether there is a key with this id.
    pub(crate) fn has_key(&self, id: &str) -> bool {
        self.keys().iter().any(|key| key.id == id)
    }

    /// Bytes sealed with the key that seals; none when there is no key. Other than [`Vault::seal`] it never
    /// answers them as they are.
    pub(crate) fn proof_of(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let first = self.keys().first();
        first.map(|key| key.close(bytes)).transpose()
    }

    fn keys(&self) -> &[SealKey] {
        self.keys.as_ref().map_or(&[], |keys| keys.as_slice())
    }

    /// The id of the key that seals; none when nothing is sealed.
    pub fn first_key(&self) -> Option<&str> {
        self.keys().first().map(|key| key.id.as_str())
    }

    /// Whether stored bytes are sealed with the key that seals now.
    ///
    /// # Errors
    /// [`Error::Damaged`] when they carry the mark and are damaged.
    pub fn is_current(&self, bytes: &[u8]) -> Result<bool> {
        Ok(key_of(bytes)?.as_deref() == self.first_key())
    }

    /// As [`Vault::is_current`], for a column of texts.
    pub fn is_current_text(&self, text: &str) -> Result<bool> {
        Ok(key_of_text(text)?.as_deref() == self.first_key())
    }

    /// Packs bytes ([`crate::pack`]) and seals them, if there is a key.
    ///
    /// # Errors
    /// [`Error::Fault`] when the machine has no random bytes, [`Error::Unavailable`] when it has no memory.
    pub fn close<'b>(&self, bytes: &'b [u8], with: PackDictionary) -> Result<Cow<'b, [u8]>> {
        Ok(match pack(bytes, with)? {
            Cow::Borrowed(bytes) => self.seal(bytes)?,
            Cow::Owned(packed) => Cow::Owned(self.seal(&packed)?.into_owned()),
        })
    }

    /// As [`Vault::close`], without packing: for values whose size must be seen where they are stored.
    ///
    /// # Errors
    /// As [`Vault::close`].
    pub fn close_whole<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>> {
        match is_packed(bytes) {
            // What only looks packed must not be taken for it.
            true => self.close(bytes, PackDictionary::NONE),
            false => self.seal(bytes),
        }
    }

    /// As [`Vault::close`], of what is packed already.
    ///
    /// # Errors
    /// [`Error::Fault`] when the machine has no random bytes.
    pub fn close_packed<'b>(&self, packed: &'b Packed) -> Result<Cow<'b, [u8]>> {
        self.seal(packed.bytes())
    }

    /// Seals bytes as they are, if there is a key.
    ///
    /// # Errors
    /// [`Error::Fault`] when the machine has no random bytes.
    pub fn seal<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, [u8]>> {
        match self.keys().first() {
            Some(key) => Ok(Cow::Owned(key.close(bytes)?)),
            // Bytes that only look sealed are marked as what they are: sealed with no key.
            None if bytes.starts_with(MARK) => Ok(Cow::Owned([MARK, &[0], bytes].concat())),
            None => Ok(Cow::Borrowed(bytes)),
        }
    }

    /// Opens and unpacks what [`Vault::close`] has made; bytes without a mark are answered as they are. Whether a key
    /// that is missing here is another process's only the database knows: modules ask [`Tx::open`].
    ///
    /// # Errors
    /// [`Error::KeyMissing`], or [`Error::Damaged`] when the key is wrong or the value was changed since.
    pub(crate) fn open(&self, bytes: Vec<u8>) -> Result<Vec<u8>> {
        unpack(self.unseal(bytes)?)
    }

    /// Opens what [`Vault::seal`] has made, and leaves it packed.
    ///
    /// # Errors
    /// [`Error::KeyMissing`], or [`Error::Damaged`] when the key is wrong or the value was changed since.
    pub fn unseal(&self, bytes: Vec<u8>) -> Result<Vec<u8>> {
        let Some((id, sealed)) = parts(&bytes)? else {
            return Ok(bytes);
        };
        if id.is_empty() {
            return Ok(sealed.to_vec());
        }
        let key = self.keys().iter().find(|key| key.id.as_bytes() == id);
        let name = String::from_utf8_lossy(id);
        let key = key.ok_or_else(|| Error::KeyMissing(name.clone().into_owned()))?;
        key.open(sealed).ok_or_else(|| {
            Error::Damaged(format!(
                "a stored value cannot be opened: the key {name} is another than the one that \
                 sealed it, or the value was changed"
            ))
        })
    }

    /// As [`Vault::close`], for a column of texts.
    pub fn close_text<'t>(&self, text: &'t str) -> Result<Cow<'t, str>> {
        let sealed = match self.keys().first() {
            Some(key) => key.close(text.as_bytes())?,
            None if text.starts_with(TEXT_MARK) => [MARK, &[0], text.as_bytes()].concat(),
            None => return Ok(Cow::Borrowed(text)),
        };
        Ok(Cow::Owned(format!(
            "{TEXT_MARK}{}",
            STANDARD.encode(sealed)
        )))
    }

    /// As [`Vault::open`], for a column of texts.
    pub(crate) fn open_text(&self, text: String) -> Result<String> {
        let Some(sealed) = text.strip_prefix(TEXT_MARK) else {
            return Ok(text);
        };
        let broken = || Error::Damaged("a sealed text is damaged".to_owned());
        let sealed = STANDARD.decode(sealed).map_err(|_| broken())?;
        // What a text seals carries the mark of bytes, too: without it, it was changed.
        if !sealed.starts_with(MARK) {
            return Err(broken());
        }
        String::from_utf8(self.unseal(sealed)?).map_err(|_| broken())
    }
}

/// The id of the key with which stored bytes are sealed; none when they are not.
///
/// # Errors
/// [`Error::Damaged`] when they carry the mark and are damaged.
pub(crate) fn key_of(bytes: &[u8]) -> Result<Option<String>> {
    let id = parts(bytes)?.map(|(id, _)| String::from_utf8_lossy(id).into_owned());
    // Sealed with no key: bytes that only look sealed.
    Ok(id.filter(|id| !id.is_empty()))
}

/// As [`key_of`], for a text.
pub(crate) fn key_of_text(text: &str) -> Result<Option<String>> {
    let Some(sealed) = text.strip_prefix(TEXT_MARK) else {
        return Ok(None);
    };
    let damaged = |_| Error::Damaged("a sealed text is damaged".to_owned());
    key_of(&STANDARD.decode(sealed).map_err(damaged)?)
}

/// Id of the key and what comes after it, of bytes that carry the mark.
fn parts(bytes: &[u8]) -> Result<Option<(&[u8], &[u8])>> {
    let Some(rest) = bytes.strip_prefix(MARK) else {
        return Ok(None);
    };
    let found = rest
        .split_first()
        .and_then(|(n_bytes, rest)| rest.split_at_checked(usize::from(*n_bytes)));
    let broken = || Error::Damaged("a sealed value is damaged".to_owned());
    found.map(Some).ok_or_else(broken)
}

impl SealKey {
    fn from_line(line: &str) -> std::result::Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let &[id, algorithm, key] = words.as_slice() else {
            return Err("three words are expected: id, algorithm, key in Base64".to_owned());
        };
        let is_id = (1..=ID_BYTES_MAX).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !is_id {
            return Err("an id is 1 to 32 letters, digits, - and _".to_owned());
        }
        let key = STANDARD.decode(key).unwrap_or_default();
        let cipher = match algorithm {
            "sm4-gcm" => Sm4Gcm::new_from_slice(&key)
                .map(|cipher| Cipher::Sm4(Box::new(cipher)))
                .map_err(|_| "sm4-gcm takes 16 bytes in Base64")?,
            "aes-256-gcm" => Aes256Gcm::new_from_slice(&key)
                .map(|cipher| Cipher::Aes(Box::new(cipher)))
                .map_err(|_| "aes-256-gcm takes 32 bytes in Base64")?,
            _ => return Err("the algorithm is sm4-gcm or aes-256-gcm".to_owned()),
        };
        Ok(Self {
            id: id.to_owned(),
            cipher,
        })
    }

    /// The mark with the id, which is authenticated with what is sealed.
    fn head(&self) -> Vec<u8> {
        let n_bytes = u8::try_from(self.id.len()).unwrap_or(u8::MAX);
        [MARK, &[n_bytes], self.id.as_bytes()].concat()
    }

    fn close(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)
            .map_err(|_| Error::Fault("the machine has no random bytes".to_owned()))?;
        let mut sealed = self.head();
        let payload = Payload {
            msg: bytes,
            aad: &sealed,
        };
        let made = match &self.cipher {
            Cipher::Sm4(cipher) => cipher.encrypt(&Nonce::from(nonce), payload),
            Cipher::Aes(cipher) => cipher.encrypt(&Nonce::from(nonce), payload),
        };
        let made = made.map_err(|_| Error::Fault("a value could not be sealed".to_owned()))?;
        sealed.extend(nonce);
        sealed.extend(made);
        Ok(sealed)
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let head = self.head();
        let payload = Payload {
            msg: sealed,
            aad: &head,
        };
        let nonce = Nonce::from(*nonce);
        match &self.cipher {
            Cipher::Sm4(cipher) => cipher.decrypt(&nonce, payload).ok(),
            Cipher::Aes(cipher) => cipher.decrypt(&nonce, payload).ok(),
        }
    }
}

#[cfg(test)]
mod tests;
