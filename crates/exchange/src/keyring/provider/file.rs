//! A key in a file: PEM PKCS#8, encrypted or not, with its certificate beside it.
//!
//! For servers whose disk is protected otherwise, and for tests; a card or a module keeps a key
//! better. The file must not be readable by others, and the passphrase comes from a file of its own.

use super::{KeyProvider, Method, SigningFault, SigningResult, private_file, secret};
use crate::keyring::certificate::CardCertificate;
use crate::keyring::provider::KeyFamily;
use async_trait::async_trait;
use getrandom::SysRng;
use pkcs8::der::Decode;
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
use ring::signature::RsaKeyPair;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::UnwrapErr;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha1::{Digest, Sha1};
use sm2::dsa::SigningKey;
use sm2::dsa::signature::RandomizedSigner;
use sm2::dsa::signature::hazmat::PrehashSigner;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The user id with which all signatures of the standard are made.
pub const USER_ID: &str = "1234567812345678";

/// Largest file of a key, in bytes.
const KEY_BYTES_MAX: u64 = 64 << 10;

/// Where a key in a file is.
#[derive(Debug, Clone)]
pub struct FileSettings {
    /// The key, PEM PKCS#8.
    pub key_file: PathBuf,
    /// Its passphrase; none when it is not encrypted.
    pub passphrase_file: Option<PathBuf>,
    /// Its certificate, PEM or DER.
    pub certificate_file: PathBuf,
}

/// A key in a file (软件密钥).
pub struct FileKey {
    settings: FileSettings,
    open: Mutex<Option<Arc<OpenFile>>>,
}

struct OpenFile {
    secret: KeySecret,
    certificate: Arc<CardCertificate>,
}

enum KeySecret {
    Rsa {
        key: Box<RsaPrivateKey>,
        // Nothing for a key shorter than 2048 bits, which signs the old way only.
        modern: Option<Box<RsaKeyPair>>,
    },
    Sm2(Box<SigningKey>),
}

impl FileKey {
    /// A key that is read when it is first used.
    pub fn new(settings: FileSettings) -> Self {
        Self {
            settings,
            open: Mutex::default(),
        }
    }

    /// Signs a digest that somebody else made, as the USB key's service offers: SHA-1 for RSA, e for
    /// SM2.
    pub fn sign_digest(&self, digest: &[u8]) -> SigningResult<Vec<u8>> {
        let open = self.opened()?;
        let failed = |_| SigningFault::Device("签名运算失败".to_owned());
        match &open.secret {
            KeySecret::Rsa { key, .. } => key
                .sign_with_rng(&mut UnwrapErr(SysRng), Pkcs1v15Sign::new::<Sha1>(), digest)
                .map_err(|_| SigningFault::Device("签名运算失败".to_owned())),
            KeySecret::Sm2(key) => {
                let signature: sm2::dsa::Signature = key.sign_prehash(digest).map_err(failed)?;
                Ok(signature.to_bytes().to_vec())
            }
        }
    }

    fn opened(&self) -> SigningResult<Arc<OpenFile>> {
        let mut held = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.as_ref() {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(OpenFile::read(&self.settings)?);
        *held = Some(Arc::clone(&open));
        Ok(open)
    }
}

#[async_trait]
impl KeyProvider for FileKey {
    async fn certificate(&self) -> SigningResult<Arc<CardCertificate>> {
        Ok(Arc::clone(&self.opened()?.certificate))
    }

    async fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>> {
        let (open, data) = (self.opened()?, data.to_vec());
        // A signature of RSA takes a millisecond of work, which is not for the threads that wait.
        tokio::task::spawn_blocking(move || open.sign(&data, method))
            .await
            .map_err(|_| SigningFault::Device("签名任务中断".to_owned()))?
    }

    async fn reset(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl OpenFile {
    fn read(settings: &FileSettings) -> SigningResult<Self> {
        let certificate = CardCertificate::from_file(&settings.certificate_file)?;
        let document = document(&settings.key_file, settings.passphrase_file.as_deref())?;
        let wrong = |_| {
            let path = settings.key_file.display();
            SigningFault::Settings(format!("{path} 不是 PKCS#8 格式的 RSA 或 SM2 私钥"))
        };
        let (secret, public_key) = match certificate.family {
            KeyFamily::Rsa => {
                let key = RsaPrivateKey::from_pkcs8_der(document.as_bytes()).map_err(wrong)?;
                let public_key = key.to_public_key().to_pkcs1_der();
                let public_key = public_key.map(|der| der.as_bytes().to_vec());
                let modern = RsaKeyPair::from_pkcs8(document.as_bytes());
                let modern = modern.ok().map(Box::new);
                let key = Box::new(key);
                (
                    KeySecret::Rsa { key, modern },
                    public_key.unwrap_or_default(),
                )
            }
            KeyFamily::Sm2 => {
                let key = sm2::SecretKey::from_pkcs8_der(document.as_bytes()).map_err(wrong)?;
                let key = SigningKey::new(USER_ID, &key)
                    .map_err(|_| SigningFault::Settings("SM2 私钥无效".to_owned()))?;
                let public_key = key.verifying_key().to_sec1_bytes().to_vec();
                (KeySecret::Sm2(Box::new(key)), public_key)
            }
        };
        if public_key != certificate.public_key() {
            return Err(SigningFault::Settings("私钥与证书不是一对".to_owned()));
        }
        Ok(Self {
            secret,
            certificate: Arc::new(certificate),
        })
    }

    fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>> {
        let failed = || SigningFault::Device("签名运算失败".to_owned());
        match (&self.secret, method) {
            (KeySecret::Rsa { key, .. }, Method::RsaSha1) => {
                let digest = Sha1::digest(data);
                // The randomness blinds the operation, so that its time tells nothing of the key.
                key.sign_with_rng(&mut UnwrapErr(SysRng), Pkcs1v15Sign::new::<Sha1>(), &digest)
                    .map_err(|_| failed())
            }
            (KeySecret::Rsa { modern, .. }, Method::RsaSha256) => {
                let Some(pair) = modern else {
                    return Err(SigningFault::Unsupported(
                        "RSA-SHA256 要求 2048 位以上的密钥".to_owned(),
                    ));
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = ring::rand::SystemRandom::new();
                pair.sign(
                    &ring::signature::RSA_PKCS1_SHA256,
                    &random,
                    data,
                    &mut signature,
                )
                .map_err(|_| failed())?;
                Ok(signature)
            }
            (KeySecret::Sm2(key), Method::Sm2Sm3) => {
                let signature = key.try_sign_with_rng(&mut SysRng, data);
                signature
                    .map(|signature| signature.to_bytes().to_vec())
                    .map_err(|_| failed())
            }
            (KeySecret::Rsa { .. } | KeySecret::Sm2(_), method) => {
                Err(SigningFault::Unsupported(method.name().to_owned()))
            }
        }
    }
}

/// The key as DER PKCS#8, decrypted.
fn document(key_file: &Path, passphrase_file: Option<&Path>) -> SigningResult<SecretDocument> {
    let bytes = private_file(key_file, KEY_BYTES_MAX)?;
    let wrong = |why: &str| SigningFault::Settings(format!("{}：{why}", key_file.display()));
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("不是 PEM 文本"))?;
    let begin = text
        .find("-----BEGIN ")
        .ok_or_else(|| wrong("不是 PEM 文本"))?;
    let (label, document) =
        SecretDocument::from_pem(&text[begin..]).map_err(|_| wrong("不是有效的 PEM"))?;
    match (label, passphrase_file) {
        ("PRIVATE KEY", _) => Ok(document),
        ("ENCRYPTED PRIVATE KEY", Some(path)) => {
            let passphrase = secret(path)?;
            let sealed = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes())
                .map_err(|_| wrong("加密方式不是 PKCS#5 PBES2"))?;
            sealed
                .decrypt(passphrase.as_bytes())
                .map_err(|_| SigningFault::WrongPin)
        }
        ("ENCRYPTED PRIVATE KEY", None) => Err(wrong("私钥已加密，请配置 passphrase_file")),
        _ => Err(wrong(
            "应为 PKCS#8 格式（PRIVATE KEY 或 ENCRYPTED PRIVATE KEY）",
        )),
    }
}
