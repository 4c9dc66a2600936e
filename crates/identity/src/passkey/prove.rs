//! An answer of an authenticator to a question of ours (验证): who is there?

use super::{ANSWER_BYTES_MAX, LIFE_MS, Passkeys, Purpose, closed, codes, hash_of, opened, sql};
use crate::factor::{self, Factor};
use crate::login::{self, Refused, actor_of};
use crate::slip;
use registry::access::Origin;
use registry::account::{self, Account, AccountId};
use registry::audit::{self, AuditOutcome};
use registry::context::{AppContext, Ruling};
use store::{Result as StoreResult, Tx};
use web::Problem;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError,
};

/// An answer as a form brings it.
#[derive(Debug, Clone, Copy)]
pub struct Assertion<'a> {
    /// The slip of the question.
    pub slip: &'a str,
    /// The credential, as JSON.
    pub credential: &'a str,
}

/// What is known of the credential that an answer names.
struct KnownPasskey {
    factor: Factor,
    account: Account,
    handle: Option<String>,
}

/// What the verification of an answer came to.
struct VerifiedAssertion {
    sealed: Vec<u8>,
    counter: i64,
}

/// Verifies an answer: of `who`, or (when nobody is named) of whoever the passkey belongs to.
/// A wrong one is put on record; the callers count it by address.
pub async fn prove(
    context: &AppContext,
    passkeys: &Passkeys,
    origin: &Origin,
    (purpose, answer): (Purpose, Assertion<'_>),
    who: Option<AccountId>,
) -> Result<Ruling<Account, Refused>, Problem> {
    let Some(state) = slip::open(context, &purpose.text(), LIFE_MS, answer.slip) else {
        return Ok(Ruling::Refused((codes::EXPIRED, None)));
    };
    let state: DiscoverableAuthentication =
        serde_json::from_slice(&state).map_err(|error| super::fault(&error))?;
    let credential = read(answer.credential);
    let known = match &credential {
        Some(credential) => known(context, credential.get_credential_id()).await?,
        None => None,
    };
    // Of somebody who is known already, only his own passkeys are heard.
    let known = known.filter(|known| who.is_none_or(|who| known.account.id == who));
    let verdict = match (&credential, &known) {
        (Some(credential), Some(known)) => {
            verify(context, passkeys, known, who.is_some(), credential, state)?
        }
        _ => None,
    };
    let slip = answer.slip.to_owned();
    match (known, verdict) {
        (Some(known), Some(verdict)) => accept(context, slip, known, verdict).await,
        (known, _) => {
            let blamed = who.or(known.map(|known| known.account.id));
            refuse(context, origin, slip, blamed)
                .await
                .map(Ruling::Refused)
        }
    }
}

fn read(text: &str) -> Option<PublicKeyCredential> {
    if text.len() > ANSWER_BYTES_MAX {
        return None;
    }
    serde_json::from_str(text).ok()
}

async fn known(context: &AppContext, credential: &[u8]) -> Result<Option<KnownPasskey>, Problem> {
    let hash = hash_of(credential);
    context
        .read(move |tx: &mut Tx<'_>| {
            let Some(factor) = factor::passkey(tx, &hash)? else {
                return Ok(None);
            };
            let Some(account) = account::by_id(tx, factor.account)? else {
                return Ok(None);
            };
            let handle = sql::handle(tx, account.id)?;
            Ok(Some(KnownPasskey {
                factor,
                account,
                handle,
            }))
        })
        .await
}

/// Whether the answer is right; what is to be stored then.
fn verify(
    context: &AppContext,
    passkeys: &Passkeys,
    known: &KnownPasskey,
    is_named: bool,
    credential: &PublicKeyCredential,
    state: DiscoverableAuthentication,
) -> Result<Option<VerifiedAssertion>, Problem> {
    // Who says nothing of himself must be named by the authenticator, and it must be right.
    let user_handle = credential
        .get_user_unique_id()
        .map(|id| data_encoding::HEXLOWER.encode(id));
    let handle = known.handle.as_deref();
    if user_handle.is_none() && !is_named
        || user_handle.is_some() && user_handle.as_deref() != handle
    {
        return Ok(None);
    }
    let mut passkey: Passkey = opened(context, &known.factor)?;
    let verified = passkeys
        .webauthn
        .finish_discoverable_authentication_v2(credential, state, &passkey);
    let result = match verified {
        Ok(result) => result,
        Err(error) => {
            let account = known.account.id.0;
            if matches!(error, WebauthnError::CredentialPossibleCompromise) {
                tracing::warn!(
                    account,
                    "a passkey counts backwards: it may have been copied"
                );
            } else {
                tracing::info!(account, %error, "a passkey was refused");
            }
            return Ok(None);
        }
    };
    if !result.user_verified() {
        return Ok(None);
    }
    passkey.update_credential(&result);
    Ok(Some(VerifiedAssertion {
        sealed: closed(context, known.account.id, &passkey)?,
        counter: i64::from(result.counter()),
    }))
}

/// Notes the use, if the answer is the first to its question and the account may log in.
async fn accept(
    context: &AppContext,
    slip: String,
    known: KnownPasskey,
    verdict: VerifiedAssertion,
) -> Result<Ruling<Account, Refused>, Problem> {
    let now_ms = context.now_ms();
    context
        .db
        .write(move |tx: &mut Tx<'_>| -> Result<_, Problem> {
            if !slip::use_up(tx, &slip, now_ms, LIFE_MS)? {
                return Ok(Ruling::Refused((codes::EXPIRED, None)));
            }
            let Some(account) = account::by_id(tx, known.account.id)? else {
                return Ok(Ruling::Refused((codes::WRONG, None)));
            };
            // No lock: what nobody can guess is the way in for who is locked out by guesses.
            if let Err(refused) = login::may_enter(&account) {
                return Ok(Ruling::Refused(refused));
            }
            let counters = (known.factor.last_step, verdict.counter);
            let used = (known.factor.id, verdict.sealed.as_slice());
            // The statement decides when two requests bring the same counter.
            if !factor::use_passkey(tx, used, counters, now_ms)? {
                return Ok(Ruling::Refused((codes::WRONG, None)));
            }
            Ok(Ruling::Granted(account))
        })
        .await
}

/// Uses the question up and puts the failure on record.
async fn refuse(
    context: &AppContext,
    origin: &Origin,
    slip: String,
    blamed: Option<AccountId>,
) -> Result<Refused, Problem> {
    let (shared, origin, now_ms) = (context.clone(), origin.clone(), context.now_ms());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Refused> {
        if !slip::use_up(tx, &slip, now_ms, LIFE_MS)? {
            return Ok((codes::EXPIRED, None));
        }
        let account = match blamed {
            Some(id) => account::by_id(tx, id)?,
            None => None,
        };
        let Some(account) = account else {
            login::note_unknown(tx, &shared, &origin)?;
            return Ok((codes::WRONG, None));
        };
        let (actor, object) = (
            actor_of(&account, &origin),
            format!("account:{}", account.id.0),
        );
        let failed = (object.as_str(), AuditOutcome::Refused, "通行密钥");
        audit::append(tx, now_ms, &actor, login::FAILED, failed)?;
        Ok((codes::WRONG, None))
    };
    context.db.write(write).await.map_err(Problem::from)
}
