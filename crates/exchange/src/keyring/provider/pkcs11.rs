//! A key in a token behind a PKCS#11 module: a card, a signature server, `SoftHSM` in the tests.
//!
//! The module is loaded once for the process and its sessions are kept. When a token was taken out
//! the sessions are dropped and made anew, once for each call. The PIN is read from its file for each
//! login and is never tried when the token says that one more wrong one would lock it.
//!
//! RSA signs by the standard mechanisms. SM2 has no standard mechanism: a vendor's number stands in
//! the settings, with what it takes (the message, or the digest e); a token that does not list it is
//! told apart before anything is signed.

use super::{KeyProvider, Method, SigningFault, SigningResult, secret};
use crate::keyring::certificate::CardCertificate;
use crate::keyring::provider::KeyFamily;
use crate::keyring::sm2_text::{e_of, raw_signature};
use async_trait::async_trait;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::vendor_defined::VendorDefinedMechanism;
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// The modules that this process has loaded: a module may be initialised once only.
#[derive(Default)]
pub struct Modules(Mutex<HashMap<PathBuf, Pkcs11>>);

/// What a vendor's SM2 mechanism takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sm2Input {
    /// The message; the token hashes it with the user id.
    Message,
    /// The digest e, 32 bytes, which we compute.
    #[default]
    Digest,
}

/// Where a key in a token is.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The module, a shared library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// File with the PIN.
    pub pin_file: PathBuf,
    /// Label of the private key, and of the certificate when it is in the token.
    pub key_label: String,
    /// The certificate, when it is not in the token.
    pub certificate_file: Option<PathBuf>,
    /// The vendor's mechanism (CKM) for SM2.
    pub sm2_mechanism: Option<u64>,
    /// What that mechanism takes.
    pub sm2_input: Sm2Input,
}

/// A key in a token (硬件密钥).
pub struct TokenKey {
    settings: TokenSettings,
    modules: Arc<Modules>,
    /// Sessions that nobody uses now; a session serves one call at a time.
    idle: Arc<Mutex<Vec<OpenToken>>>,
    /// Calls that may be in the module at once, those that hang in it among them.
    turns: Arc<Semaphore>,
}

struct OpenToken {
    session: Session,
    slot: Slot,
    key: ObjectHandle,
    certificate: Arc<CardCertificate>,
}

impl Modules {
    fn load(&self, path: &Path) -> SigningResult<Pkcs11> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = held.get(path) {
            return Ok(module.clone());
        }
        let wrong = |error: &Error| {
            SigningFault::Settings(format!("PKCS#11 模块 {} 无法加载：{error}", path.display()))
        };
        let module = Pkcs11::new(path).map_err(|error| wrong(&error))?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(wrong(&error)),
        }
        held.insert(path.to_owned(), module.clone());
        Ok(module)
    }
}

impl TokenKey {
    /// A key that is looked for when it is first used; so many signatures are made at once.
    pub fn new(settings: TokenSettings, modules: Arc<Modules>, at_once: usize) -> Self {
        Self {
            settings,
            modules,
            idle: Arc::default(),
            // One more, so that a certificate can be read while all sessions sign.
            turns: Arc::new(Semaphore::new(at_once + 1)),
        }
    }

    /// Runs `f` with an open session on a thread that may block; opens a new one when the session has
    /// been lost, once.
    async fn with<T, F>(&self, f: F) -> SigningResult<T>
    where
        T: Send + 'static,
        F: Fn(&Pkcs11, &TokenSettings, &OpenToken) -> Result<T, Error> + Send + 'static,
    {
        let turn = Arc::clone(&self.turns)
            .try_acquire_owned()
            .map_err(|_| SigningFault::Busy)?;
        let (settings, modules) = (self.settings.clone(), Arc::clone(&self.modules));
        let idle = Arc::clone(&self.idle);
        let task = tokio::task::spawn_blocking(move || {
            let outcome = call(&settings, &modules, &idle, f);
            drop(turn);
            outcome
        });
        task.await
            .unwrap_or_else(|_| Err(SigningFault::Device("签名任务中断".to_owned())))
    }
}

fn call<T, F>(
    settings: &TokenSettings,
    modules: &Modules,
    idle: &Mutex<Vec<OpenToken>>,
    f: F,
) -> SigningResult<T>
where
    F: Fn(&Pkcs11, &TokenSettings, &OpenToken) -> Result<T, Error>,
{
    let module = modules.load(&settings.module)?;
    let sessions = || idle.lock().unwrap_or_else(PoisonError::into_inner);
    let mut held = sessions().pop();
    loop {
        let is_fresh = held.is_none();
        let open = match held.take() {
            Some(open) => open,
            None => OpenToken::new(&module, settings)?,
        };
        match f(&module, settings, &open) {
            Ok(value) => {
                sessions().push(open);
                return Ok(value);
            }
            Err(error) => {
                // What one session has lost, the others have lost as well.
                sessions().clear();
                if is_fresh || !is_lost(&error) {
                    return Err(fault(&error));
                }
            }
        }
    }
}

#[async_trait]
impl KeyProvider for TokenKey {
    async fn certificate(&self) -> SigningResult<Arc<CardCertificate>> {
        self.with(|_, _, open| Ok(Arc::clone(&open.certificate)))
            .await
    }

    async fn sign(&self, data: &[u8], method: Method) -> SigningResult<Vec<u8>> {
        let data = data.to_vec();
        let signed = self.with(move |module, settings, open| {
            if open.certificate.family != method.family() {
                return Ok(Err(SigningFault::Unsupported(method.name().to_owned())));
            }
            sign(module, settings, open, &data, method)
        });
        signed.await?
    }

    async fn reset(&self) {
        let idle = Arc::clone(&self.idle);
        // Closing a session talks to the device.
        let closed = tokio::task::spawn_blocking(move || {
            idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        if closed.await.is_err() {
            tracing::warn!("a session of a token could not be closed");
        }
    }
}

impl OpenToken {
    fn new(module: &Pkcs11, settings: &TokenSettings) -> SigningResult<Self> {
        let slot = slot(module, &settings.token)?;
        let about = module.get_token_info(slot).map_err(|error| fault(&error))?;
        if about.user_pin_locked() {
            return Err(SigningFault::Locked);
        }
        if about.user_pin_final_try() {
            return Err(SigningFault::LastTry);
        }
        let session = module
            .open_ro_session(slot)
            .map_err(|error| fault(&error))?;
        let pin = secret(&settings.pin_file)?;
        let pin = AuthPin::new(pin.as_str().into());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => return Err(fault(&error)),
        }
        let key = find(&session, ObjectClass::PRIVATE_KEY, &settings.key_label)?;
        let key = key.ok_or_else(|| {
            SigningFault::Settings(format!("令牌中没有标签为 {} 的私钥", settings.key_label))
        })?;
        let certificate = match &settings.certificate_file {
            Some(path) => CardCertificate::from_file(path)?,
            None => certificate(&session, &settings.key_label)?,
        };
        Ok(Self {
            session,
            slot,
            key,
            certificate: Arc::new(certificate),
        })
    }
}

fn slot(module: &Pkcs11, label: &str) -> SigningResult<Slot> {
    let slots = module
        .get_slots_with_token()
        .map_err(|error| fault(&error))?;
    for slot in slots {
        let about = module.get_token_info(slot);
        if about.is_ok_and(|about| about.label().trim_end() == label) {
            return Ok(slot);
        }
    }
    Err(SigningFault::Absent)
}

fn find(session: &Session, class: ObjectClass, label: &str) -> SigningResult<Option<ObjectHandle>> {
    let wanted = [
        Attribute::Class(class),
        Attribute::Label(label.as_bytes().to_vec()),
    ];
    let found = session.find_objects(&wanted);
    Ok(found.map_err(|error| fault(&error))?.first().copied())
}

fn certificate(session: &Session, label: &str) -> SigningResult<CardCertificate> {
    let missing = || {
        SigningFault::Settings(format!(
            "令牌中没有标签为 {label} 的证书，请配置 certificate_file"
        ))
    };
    let object = find(session, ObjectClass::CERTIFICATE, label)?.ok_or_else(missing)?;
    let attributes = session
        .get_attributes(object, &[AttributeType::Value])
        .map_err(|error| fault(&error))?;
    let Some(Attribute::Value(der)) = attributes.into_iter().next() else {
        return Err(missing());
    };
    CardCertificate::from_der(&der)
}

type Signed = Result<SigningResult<Vec<u8>>, Error>;

fn sign(
    module: &Pkcs11,
    settings: &TokenSettings,
    open: &OpenToken,
    data: &[u8],
    method: Method,
) -> Signed {
    let session = &open.session;
    match method {
        Method::RsaSha1 => session
            .sign(&Mechanism::Sha1RsaPkcs, open.key, data)
            .map(Ok),
        Method::RsaSha256 => session
            .sign(&Mechanism::Sha256RsaPkcs, open.key, data)
            .map(Ok),
        Method::Sm2Sm3 => {
            let Some(number) = settings.sm2_mechanism else {
                return Ok(Err(SigningFault::Settings(
                    "请配置厂商的 SM2 签名机制编号 sm2_mechanism".to_owned(),
                )));
            };
            let kind = MechanismType::new_vendor_defined(number)?;
            if !module.get_mechanism_list(open.slot)?.contains(&kind) {
                let text = format!("令牌没有编号为 {number:#x} 的签名机制");
                return Ok(Err(SigningFault::Unsupported(text)));
            }
            let mechanism = Mechanism::VendorDefined(VendorDefinedMechanism::new::<()>(kind, None));
            let signed = match settings.sm2_input {
                Sm2Input::Message => session.sign(&mechanism, open.key, data)?,
                Sm2Input::Digest => {
                    let e = match e_of(open.certificate.public_key(), data) {
                        Ok(e) => e,
                        Err(fault) => return Ok(Err(fault)),
                    };
                    session.sign(&mechanism, open.key, &e)?
                }
            };
            Ok(raw_signature(KeyFamily::Sm2, &signed))
        }
    }
}

/// Whether the session is gone, so that a new one may help.
fn is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid
                | RvError::OperationActive,
            _
        )
    )
}

/// What an error of the module means for people.
fn fault(error: &Error) -> SigningFault {
    let Error::Pkcs11(code, _) = error else {
        return SigningFault::Device(error.to_string());
    };
    fault_of(code).unwrap_or_else(|| SigningFault::Device(error.to_string()))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a module may answer a hundred codes; those that no person can act on are told as they are"
)]
fn fault_of(code: &RvError) -> Option<SigningFault> {
    Some(match code {
        RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange => {
            SigningFault::WrongPin
        }
        RvError::PinLocked | RvError::PinExpired => SigningFault::Locked,
        RvError::TokenNotPresent
        | RvError::TokenNotRecognized
        | RvError::DeviceRemoved
        | RvError::SlotIdInvalid => SigningFault::Absent,
        RvError::MechanismInvalid | RvError::KeyTypeInconsistent => {
            SigningFault::Unsupported("令牌不支持此机制".to_owned())
        }
        _ => return None,
    })
}
