//! New passkeys (绑定).

use super::prove::Assertion;
use super::{
    ANSWER_BYTES_MAX, LIFE_MS, PASSKEYS_MAX, Passkeys, Purpose, Question, closed, codes, fault,
    hash_of, of_account, sql,
};
use crate::factor::{self, Factor};
use crate::slip;
use registry::access::Actor;
use registry::account::{self, Account};
use registry::audit;
use registry::context::{AppContext, RandomSecret, Ruling};
use serde_json::{Value, json};
use store::{Error, Result as StoreResult, Tx};
use web::{ErrorCode, Problem};
use webauthn_rs::prelude::{Passkey, PasskeyRegistration, RegisterPublicKeyCredential, Uuid};

/// The longest label, in characters.
pub(super) const LABEL_CHARS_MAX: usize = 40;

/// A question for a new passkey of an account; the refusal says why there can be none.
pub async fn enrol_question(
    context: &AppContext,
    passkeys: &Passkeys,
    account: &Account,
    session: i64,
) -> Result<Ruling<Question, ErrorCode>, Problem> {
    let (shared, id, secret) = (context.clone(), account.id, context.secret()?);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<(String, Vec<Passkey>)> {
        if sql::handle(tx, id)?.is_none() {
            sql::insert_handle(tx, id, &data_encoding::HEXLOWER.encode(&secret[..16]))?;
        }
        let handle = sql::handle(tx, id)?.unwrap_or_default();
        Ok((handle, of_account(&shared, &factor::list(tx, id)?)?))
    };
    let (handle, known) = context.db.write(write).await?;
    if known.len() >= PASSKEYS_MAX {
        return Ok(Ruling::Refused(codes::TOO_MANY));
    }
    let handle = Uuid::parse_str(&handle).map_err(|error| fault(&error))?;
    let known = known.iter().map(|one| one.cred_id().clone()).collect();
    let (asked, state) = passkeys
        .webauthn
        .start_passkey_registration(handle, &account.login, &account.name, Some(known))
        .map_err(|error| fault(&error))?;
    let mut options = serde_json::to_value(&asked.public_key).map_err(|error| fault(&error))?;
    // A login without a name needs a credential that the authenticator itself can find.
    options["authenticatorSelection"]["residentKey"] = json!("required");
    options["authenticatorSelection"]["requireResidentKey"] = Value::Bool(true);
    let state = serde_json::to_vec(&state).map_err(|error| fault(&error))?;
    Ok(Ruling::Granted(Question {
        slip: slip::make(context, &Purpose::Enrol(session).text(), &state)?,
        options,
    }))
}

/// What a new passkey brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Fresh recovery codes, when there were none.
    pub recovery: Vec<String>,
}

/// Binds a new passkey to an account; the refusal says why it cannot be.
pub async fn enrol(
    context: &AppContext,
    passkeys: &Passkeys,
    (actor, account, session): (&Actor, &Account, i64),
    answer: Assertion<'_>,
    label: &str,
) -> Result<Ruling<Enrolled, ErrorCode>, Problem> {
    let purpose = Purpose::Enrol(session).text();
    let Some(state) = slip::open(context, &purpose, LIFE_MS, answer.slip) else {
        return Ok(Ruling::Refused(codes::EXPIRED));
    };
    let state: PasskeyRegistration =
        serde_json::from_slice(&state).map_err(|error| fault(&error))?;
    let Some(passkey) = verified(passkeys, answer.credential, &state) else {
        return Ok(Ruling::Refused(codes::WRONG));
    };
    let new = Factor {
        id: context.ids.next(),
        account: account.id,
        kind: "passkey".to_owned(),
        label: label_of(label),
        secret_sealed: Some(closed(context, account.id, &passkey)?),
        hash: Some(hash_of(passkey.cred_id())),
        last_step: counter_of(&passkey),
        confirmed: true,
        created_at: context.now_ms(),
        used_at: None,
    };
    let secrets: Vec<RandomSecret> = (0..factor::RECOVERY_CODES)
        .map(|_| context.secret())
        .collect::<Result<_, _>>()?;
    let (shared, actor, slip) = (context.clone(), actor.clone(), answer.slip.to_owned());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Ruling<Enrolled, ErrorCode>> {
        if !slip::use_up(tx, &slip, shared.now_ms(), LIFE_MS)? {
            return Ok(Ruling::Refused(codes::EXPIRED));
        }
        keep(tx, &shared, &actor, &new, &secrets)
    };
    match context.db.write(write).await {
        Ok(enrolled) => Ok(enrolled),
        // Two requests with the same credential: the index decides.
        Err(Error::Constraint(_)) => Ok(Ruling::Refused(codes::TAKEN)),
        Err(error) => Err(Problem::from(error)),
    }
}

fn verified(passkeys: &Passkeys, text: &str, state: &PasskeyRegistration) -> Option<Passkey> {
    if text.len() > ANSWER_BYTES_MAX {
        return None;
    }
    let credential: RegisterPublicKeyCredential = serde_json::from_str(text).ok()?;
    let made = passkeys
        .webauthn
        .finish_passkey_registration(&credential, state);
    made.inspect_err(|error| tracing::info!(%error, "a new passkey was refused"))
        .ok()
}

/// The counter that a new passkey begins with; the type of the library shows it in JSON only.
fn counter_of(passkey: &Passkey) -> i64 {
    let text = serde_json::to_value(passkey).unwrap_or_default();
    text["cred"]["counter"].as_i64().unwrap_or_default()
}

fn keep(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    new: &Factor,
    secrets: &[RandomSecret],
) -> StoreResult<Ruling<Enrolled, ErrorCode>> {
    let hash = new.hash.as_deref().unwrap_or_default();
    // The number of passkeys is counted by one at a time.
    account::hold(tx, new.account)?;
    if factor::passkey(tx, hash)?.is_some() {
        return Ok(Ruling::Refused(codes::TAKEN));
    }
    let present = factor::list(tx, new.account)?;
    if present.iter().filter(|one| one.is_passkey()).count() >= PASSKEYS_MAX {
        return Ok(Ruling::Refused(codes::TOO_MANY));
    }
    factor::insert(tx, new)?;
    let object = format!("account:{}", new.account.0);
    let now_ms = context.now_ms();
    audit::done(
        tx,
        now_ms,
        actor,
        factor::ENROL,
        &object,
        crate::login::method_name("passkey"),
    )?;
    let has_recovery = present
        .iter()
        .any(|one| one.kind == "recovery" && one.used_at.is_none());
    let recovery = if has_recovery {
        Vec::new()
    } else {
        factor::renew_recovery(tx, context, new.account, secrets)?
    };
    Ok(Ruling::Granted(Enrolled { recovery }))
}

/// A label that fits on a page.
pub(crate) fn label_of(text: &str) -> String {
    let label: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LABEL_CHARS_MAX)
        .collect();
    match label.trim() {
        "" => "通行密钥".to_owned(),
        label => label.to_owned(),
    }
}
