//! Passkeys (通行密钥): keys of `WebAuthn`, in a telephone, a computer or a stick, as the second factor
//! and as a login of their own.
//!
//! A passkey is one credential of one account, kept as a row of `factor`: found by the hash of its
//! credential id, with its counter in the column of the step. Every use proves possession of the key
//! and, because user verification is always demanded, a finger, a face or a PIN: two factors at once.
//! That is why a login by passkey is full without a password.
//!
//! 1. The page asks for a question ([`question`]); the challenge travels in a sealed [`slip`] that
//!    works once, for five minutes, for one purpose and one session.
//! 2. The library verifies the answer: challenge, origin, name of the party (both from
//!    `registry.public_url`), signature, verification of the user, counter. A counter that does not
//!    grow is a copied key and is refused.
//! 3. A wrong answer is put on record and counts for the address, which must wait after some; it locks no
//!    account, for nobody guesses a key. A passkey is the way in for who is locked out by others' guesses.
//!
//! The name by which authenticators know a person is random ([`enrol`]), so it tells nothing.
//! [0018](../../../docs/decisions/0018-passkeys.md) says why it is built like this.

pub mod codes;

mod enrol;
mod prove;
mod sql;
#[cfg(test)]
mod tests;

use crate::factor::Factor;
use crate::slip;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registry::account::AccountId;
use registry::config::RegistryConfig;
use registry::context::AppContext;
use registry::module::Module;
use serde_json::{Value, json};
use store::{Error, Result as StoreResult};
use url::{Host, Url};
use web::Problem;
use webauthn_rs::prelude::{Passkey, Webauthn, WebauthnBuilder};

pub(crate) use enrol::label_of;
pub use enrol::{Enrolled, enrol, enrol_question};
pub use prove::{Assertion, prove};

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("通行密钥").codes(codes::ALL);

/// How long a question may wait for its answer, in milliseconds.
pub const LIFE_MS: i64 = 5 * 60_000;

/// Passkeys of one account at most.
pub const PASSKEYS_MAX: usize = 10;

/// The longest answer of an authenticator that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 << 10;

/// What a question is for; a slip for one purpose opens nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A login without a password.
    Login,
    /// The second step of the session with this id.
    Second(i64),
    /// To prove once more who is there, in the session with this id.
    Confirm(i64),
    /// A new passkey, in the session with this id.
    Enrol(i64),
}

impl Purpose {
    fn text(self) -> String {
        match self {
            Self::Login => "passkey login".to_owned(),
            Self::Second(session) => format!("passkey second {session}"),
            Self::Confirm(session) => format!("passkey confirm {session}"),
            Self::Enrol(session) => format!("passkey enrol {session}"),
        }
    }
}

/// The party that passkeys are bound to: the name of the host under which people reach us.
pub struct Passkeys {
    webauthn: Webauthn,
    /// The id of the party.
    pub rp: String,
}

impl Passkeys {
    /// The party of these settings; nothing when people come by an address that is no name, to
    /// which passkeys cannot be bound. The own machine is `localhost` to browsers.
    pub fn of(config: &RegistryConfig) -> Option<Self> {
        let mut origin = Url::parse(&config.public_url).ok()?;
        let rp = match origin.host()? {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) if address.is_loopback() => "localhost".to_owned(),
            Host::Ipv6(address) if address.is_loopback() => "localhost".to_owned(),
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        origin.set_host(Some(&rp)).ok()?;
        let built = WebauthnBuilder::new(&rp, &origin)
            .and_then(|builder| builder.rp_name("通关 Tongguan").build());
        match built {
            Ok(webauthn) => Some(Self { webauthn, rp }),
            Err(error) => {
                tracing::error!(%error, "passkeys are off");
                None
            }
        }
    }
}

/// What a page asks an authenticator.
#[derive(Debug, Clone)]
pub struct Question {
    /// The slip that the answer must bring back.
    pub slip: String,
    /// What the browser is sent.
    pub options: Value,
}

/// A question to a passkey: to these, or (when none are named) to any of ours that the
/// authenticator knows.
///
/// # Errors
/// A fault when the machine has no random bytes.
pub fn question(
    context: &AppContext,
    passkeys: &Passkeys,
    purpose: Purpose,
    known: &[Passkey],
) -> Result<Question, Problem> {
    let (asked, state) = passkeys
        .webauthn
        .start_discoverable_authentication()
        .map_err(|error| fault(&error))?;
    let mut options = serde_json::to_value(&asked.public_key).map_err(|error| fault(&error))?;
    let known: Vec<Value> = known
        .iter()
        .map(|passkey| URL_SAFE_NO_PAD.encode(passkey.cred_id()))
        .map(|id| json!({ "type": "public-key", "id": id }))
        .collect();
    options["allowCredentials"] = Value::Array(known);
    let state = serde_json::to_vec(&state).map_err(|error| fault(&error))?;
    Ok(Question {
        slip: slip::make(context, &purpose.text(), &state)?,
        options,
    })
}

fn fault(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a passkey could not be asked");
    Problem::new(web::codes::FAULT)
}

/// What a sealed passkey is for.
fn sealed_for(account: AccountId) -> String {
    format!("passkey:{}", account.0)
}

/// The passkey in a row.
fn opened(context: &AppContext, factor: &Factor) -> StoreResult<Passkey> {
    let sealed = factor.secret_sealed.as_deref().unwrap_or_default();
    let text = context
        .seal
        .open(sealed, &sealed_for(factor.account))
        .map_err(|error| Error::Fault(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| Error::Fault(error.to_string()))
}

/// The passkeys among the factors of an account.
///
/// # Errors
/// A fault when one cannot be opened.
pub fn of_account(context: &AppContext, factors: &[Factor]) -> StoreResult<Vec<Passkey>> {
    factors
        .iter()
        .filter(|factor| factor.is_passkey())
        .map(|factor| opened(context, factor))
        .collect()
}

/// A passkey as it is stored.
fn closed(context: &AppContext, account: AccountId, passkey: &Passkey) -> Result<Vec<u8>, Problem> {
    let text = serde_json::to_vec(passkey).map_err(|error| fault(&error))?;
    context
        .seal
        .close(&text, &sealed_for(account), &context.secret()?)
        .map_err(|error| fault(&error))
}

/// The hash by which a credential is found.
fn hash_of(credential: &[u8]) -> String {
    registry::hash_text(&data_encoding::HEXLOWER.encode(credential))
}
