//! The second step (第二步): a code of the generator, or a recovery code.

use super::{Begun, FAILED, FAILURES_MAX, LOCK_MINUTES, LOCKED, Refused, codes, minutes, promote};
use crate::access::Actor;
use crate::account::{self, AccountId};
use crate::audit::{self, Outcome};
use crate::ground::Ground;
use crate::session::Session;
use crate::{factor, hash_text};
use store::{Result as StoreResult, Tx};
use web::{Problem, service_error};

/// What the second step was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// A code of the generator.
    Totp,
    /// A recovery code.
    Recovery,
}

/// Tries a code of the generator or a recovery code; a wrong one counts as a failure.
///
/// # Errors
/// The problem of a fault; the inner error is the refusal.
pub async fn second(
    ground: &Ground,
    actor: &Actor,
    session: &Session,
    text: &str,
) -> Result<Result<Begun, Refused>, Problem> {
    let (shared, who, text) = (ground.clone(), session.account, text.trim().to_owned());
    let act_as = actor.clone();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Result<Second, Refused>> {
        check_second(tx, &shared, (&act_as, who), &text)
    };
    let checked = ground
        .db
        .write(write)
        .await
        .map_err(|error| service_error(&error))?;
    match checked {
        Err(refused) => Ok(Err(refused)),
        Ok(Second::Totp) => promote(ground, actor, session, "totp").await.map(Ok),
        Ok(Second::Recovery) => promote(ground, actor, session, "recovery").await.map(Ok),
    }
}

fn check_second(
    tx: &mut Tx<'_>,
    ground: &Ground,
    (actor, who): (&Actor, AccountId),
    text: &str,
) -> StoreResult<Result<Second, Refused>> {
    let now_ms = ground.now_ms();
    let Some(account) = account::by_id(tx, who)? else {
        return Ok(Err((codes::WRONG_CODE, None)));
    };
    if account.locked_until > now_ms {
        return Ok(Err((
            codes::LOCKED,
            Some(minutes(account.locked_until - now_ms)),
        )));
    }
    if factor::check(tx, ground, who, text)? {
        return Ok(Ok(Second::Totp));
    }
    let code = text.to_ascii_uppercase();
    if factor::use_recovery(tx, who, &hash_text(&code), now_ms)? {
        let object = format!("account:{}", who.0);
        audit::done(tx, now_ms, actor, factor::RECOVER, &object, "")?;
        return Ok(Ok(Second::Recovery));
    }
    fail(tx, ground, (actor, who), "第二因素")?;
    Ok(Err((codes::WRONG_CODE, None)))
}

/// Counts a failure that somebody had with a way to be known (`why`); so many lock the account.
///
/// # Errors
/// The engine's.
pub fn fail(
    tx: &mut Tx<'_>,
    ground: &Ground,
    (actor, who): (&Actor, AccountId),
    why: &str,
) -> StoreResult<()> {
    let now_ms = ground.now_ms();
    let max = ground.number(&FAILURES_MAX);
    let until = now_ms + ground.number(&LOCK_MINUTES) * 60_000;
    let n_failed = account::failed(tx, who, max, until)?;
    let object = format!("account:{}", who.0);
    audit::append(tx, now_ms, actor, FAILED, (&object, Outcome::Refused, why))?;
    if n_failed >= max {
        let detail = format!("{why}连续失败");
        audit::done(tx, now_ms, actor, LOCKED, &object, &detail)?;
    }
    Ok(())
}
