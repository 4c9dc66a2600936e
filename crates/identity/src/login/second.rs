//! The second step (第二步): a code of the generator, or a recovery code.

use super::guess::failed;
use super::lock::{self, Guess};
use super::{Begun, Refused, actor_of, codes, minutes, promote};
use crate::factor;
use registry::access::{Actor, Origin};
use registry::account::{self, Account, AccountId};
use registry::context::{AppContext, Ruling};
use registry::session::Session;
use registry::{audit, hash_text};
use store::{Result as StoreResult, Tx};
use web::Problem;

/// What the second step was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// A code of the generator.
    Totp,
    /// A recovery code.
    Recovery,
}

/// Tries a code of the generator or a recovery code; a wrong one counts as a failure.
pub async fn second(
    context: &AppContext,
    actor: &Actor,
    session: &Session,
    text: &str,
) -> Result<Ruling<Begun, Refused>, Problem> {
    let (shared, who, text) = (context.clone(), session.account, text.trim().to_owned());
    let act_as = actor.clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Ruling<Second, Refused>> {
        check_second(tx, &shared, &act_as, who, &text)
    };
    let checked = context.db.write(write).await?;
    match checked {
        Ruling::Refused(refused) => Ok(Ruling::Refused(refused)),
        Ruling::Granted(Second::Totp) => promote(context, actor, session, "totp")
            .await
            .map(Ruling::Granted),
        Ruling::Granted(Second::Recovery) => promote(context, actor, session, "recovery")
            .await
            .map(Ruling::Granted),
    }
}

/// Counts the attempt, and compares then, all in one transaction: of many at once, no more than the
/// limit are compared. Recovery codes have 80 random bits, so that no lock is needed for them, and who
/// is locked out by somebody's guesses gets in by one.
fn check_second(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    who: AccountId,
    text: &str,
) -> StoreResult<Ruling<Second, Refused>> {
    let Some(account) = account::by_id(tx, who)? else {
        return Ok(Ruling::Refused((codes::WRONG_CODE, None)));
    };
    let from = (account.login.as_str(), actor.origin.address.as_str());
    let claim = match lock::reserve(tx, context, from, Guess::Code)? {
        Ruling::Granted(claim) => claim,
        Ruling::Refused(_) if recovers(tx, context, actor, who, text)? => {
            return Ok(Ruling::Granted(Second::Recovery));
        }
        Ruling::Refused(wait_ms) => {
            return Ok(Ruling::Refused((codes::LOCKED, Some(minutes(wait_ms)))));
        }
    };
    let known = if factor::check(tx, context, who, text)? {
        Some(Second::Totp)
    } else if recovers(tx, context, actor, who, text)? {
        Some(Second::Recovery)
    } else {
        None
    };
    if let Some(known) = known {
        lock::give_back(tx, &claim)?;
        return Ok(Ruling::Granted(known));
    }
    let object = format!("account:{}", who.0);
    failed(tx, context, actor, &object, "两步验证", claim.is_last)?;
    Ok(Ruling::Refused((codes::WRONG_CODE, None)))
}

fn recovers(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    who: AccountId,
    text: &str,
) -> StoreResult<bool> {
    let (code, now_ms) = (text.to_ascii_uppercase(), context.now_ms());
    if !factor::use_recovery(tx, who, &hash_text(&code), now_ms)? {
        return Ok(false);
    }
    let object = format!("account:{}", who.0);
    audit::done(tx, now_ms, actor, factor::RECOVER, &object, "")?;
    Ok(true)
}

/// The way in for who is locked out by guesses at the password: a code of the second factor, brought
/// together with the password. Codes of names that nobody has are counted as well.
pub(super) fn by_code(
    tx: &mut Tx<'_>,
    context: &AppContext,
    origin: &Origin,
    account: &Account,
    text: &str,
) -> StoreResult<Option<&'static str>> {
    let actor = actor_of(account, origin);
    let checked = check_second(tx, context, &actor, account.id, text)?;
    Ok(checked.result().ok().map(|second| match second {
        Second::Totp => "password,totp",
        Second::Recovery => "password,recovery",
    }))
}
