//! A guess (密码比对): counted first, compared then, a few at a time.

use super::lock::{self, Claim, Guess};
use super::{FAILED, LOCKED, Proof, Refused, actor_of, codes, minutes, note_unknown, second};
use registry::access::{Actor, Origin};
use registry::account::hashing::compare;
use registry::account::{self, Account};
use registry::audit::{self, AuditOutcome};
use registry::context::{AppContext, Ruling};
use registry::throttle::Throttle;
use store::{Result as StoreResult, Tx};
use web::Problem;

/// What the audit says of an attempt that was refused before anything was compared.
pub(super) const NOT_COMPARED: &str = "已锁定，未比对密码";

/// What somebody brings to be known by.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// Login name, as typed.
    pub login: &'a str,
    /// Password.
    pub password: &'a str,
    /// A code of the second factor or a recovery code, from who is locked out; else empty.
    pub code: &'a str,
}

/// Compares the password of an account, after the attempt was counted.
pub(super) async fn password(
    context: &AppContext,
    throttle: &Throttle,
    origin: &Origin,
    tried: Tried<'_>,
) -> Result<Ruling<(Account, Proof), Refused>, Problem> {
    if let Err(refused) = super::take(throttle, origin, context.now_ms()) {
        return Ok(Ruling::Refused(refused));
    }
    let outcome = counted(context, origin, tried).await;
    // Who was right, or could not be asked, has not failed.
    if !matches!(outcome, Ok(Ruling::Refused(_))) {
        throttle.give_back(&origin.address);
    }
    outcome
}

/// Who is asked for, with the place that the attempt got, or how long there is to wait.
type AdmittedGuess = (Option<Account>, Result<GuessSlot, i64>);

/// By what an attempt may go on to the comparison.
enum GuessSlot {
    /// It is among the few.
    Counted(Claim),
    /// The name is locked here for so many milliseconds, but a code of the second factor came with it.
    /// It is tried only after the password was right, and nobody learns which of the two was wrong.
    Locked(i64),
}

async fn counted(
    context: &AppContext,
    origin: &Origin,
    tried: Tried<'_>,
) -> Result<Ruling<(Account, Proof), Refused>, Problem> {
    let (found, place) = ask(context, origin, tried).await?;
    let place = match place {
        Ok(place) => place,
        Err(wait_ms) => return Ok(Ruling::Refused((codes::LOCKED, Some(minutes(wait_ms))))),
    };
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let (claim, wait_ms) = match place {
        GuessSlot::Counted(claim) => (Some(claim), None),
        GuessSlot::Locked(wait_ms) => (None, Some(wait_ms)),
    };
    let is_right = match compare(tried.password, hash.clone()).await {
        Ok(is_right) => is_right,
        Err(problem) => {
            not_compared(context, claim).await?;
            return Err(problem);
        }
    };
    let method = match wait_ms {
        None => "password",
        Some(wait_ms) => match by_code(context, origin, tried, &found, is_right).await? {
            Some(method) => method,
            None => return Ok(Ruling::Refused((codes::LOCKED, Some(minutes(wait_ms))))),
        },
    };
    let proof = Proof {
        method,
        hash,
        claim,
    };
    match found {
        Some(account) if is_right => Ok(Ruling::Granted((account, proof))),
        found => {
            note_failure(context, origin, found, proof.claim).await?;
            Ok(Ruling::Refused((codes::WRONG, None)))
        }
    }
}

/// Counts the attempt; who is locked out may bring a code of the second factor instead.
async fn ask(
    context: &AppContext,
    origin: &Origin,
    tried: Tried<'_>,
) -> Result<AdmittedGuess, Problem> {
    let (shared, origin) = (context.clone(), origin.clone());
    let (login, has_code) = (account::folded(tried.login), !tried.code.trim().is_empty());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<AdmittedGuess> {
        let found = account::by_login(tx, &login)?;
        let from = (login.as_str(), origin.address.as_str());
        let wait_ms = match lock::reserve(tx, &shared, from, Guess::Password)? {
            Ruling::Granted(claim) => return Ok((found, Ok(GuessSlot::Counted(claim)))),
            Ruling::Refused(wait_ms) => wait_ms,
        };
        if has_code {
            return Ok((found, Ok(GuessSlot::Locked(wait_ms))));
        }
        note_locked(tx, &shared, &origin, found.as_ref())?;
        Ok((found, Err(wait_ms)))
    };
    Ok(context.db.write(write).await?)
}

/// The way in of who is locked out: a code of the second factor, tried when the password was right.
async fn by_code(
    context: &AppContext,
    origin: &Origin,
    tried: Tried<'_>,
    found: &Option<Account>,
    is_right: bool,
) -> Result<Option<&'static str>, Problem> {
    let (shared, origin) = (context.clone(), origin.clone());
    let (found, code) = (found.clone(), tried.code.trim().to_owned());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Option<&'static str>> {
        if let (true, Some(account)) = (is_right, &found) {
            let proved = second::by_code(tx, &shared, &origin, account, &code)?;
            if proved.is_some() {
                return Ok(proved);
            }
        }
        note_locked(tx, &shared, &origin, found.as_ref())?;
        Ok(None)
    };
    Ok(context.db.write(write).await?)
}

/// Puts on record that somebody came to a name that is locked.
fn note_locked(
    tx: &mut Tx<'_>,
    context: &AppContext,
    origin: &Origin,
    found: Option<&Account>,
) -> StoreResult<()> {
    let Some(account) = found else {
        return note_unknown(tx, context, origin);
    };
    let object = format!("account:{}", account.id.0);
    let failed = (object.as_str(), AuditOutcome::Refused, NOT_COMPARED);
    let actor = actor_of(account, origin);
    audit::append(tx, context.now_ms(), &actor, FAILED, failed)
}

async fn not_compared(context: &AppContext, claim: Option<Claim>) -> Result<(), Problem> {
    let Some(claim) = claim else { return Ok(()) };
    Ok(context
        .db
        .write(move |tx| lock::give_back(tx, &claim))
        .await?)
}

/// Puts a wrong password on record; the attempt stays counted.
async fn note_failure(
    context: &AppContext,
    origin: &Origin,
    account: Option<Account>,
    claim: Option<Claim>,
) -> Result<(), Problem> {
    let (shared, origin) = (context.clone(), origin.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        let Some(account) = &account else {
            return note_unknown(tx, &shared, &origin);
        };
        let (actor, object) = (
            actor_of(account, &origin),
            format!("account:{}", account.id.0),
        );
        let is_last = claim.as_ref().is_some_and(|claim| claim.is_last);
        failed(tx, &shared, &actor, &object, "", is_last)
    };
    Ok(context.db.write(write).await?)
}

/// The rows of the audit for a failure (`why`), and for the lock when it was the last attempt.
pub(super) fn failed(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    object: &str,
    why: &str,
    is_last: bool,
) -> StoreResult<()> {
    let now_ms = context.now_ms();
    audit::append(
        tx,
        now_ms,
        actor,
        FAILED,
        (object, AuditOutcome::Refused, why),
    )?;
    if is_last {
        let detail = format!("{why}连续失败，锁定来自 {} 的登录", actor.origin.address);
        audit::done(tx, now_ms, actor, LOCKED, object, &detail)?;
    }
    Ok(())
}

/// Whether somebody who is logged in still knows the password of the account; a wrong one counts like
/// a failed login.
pub async fn still_knows(
    context: &AppContext,
    throttle: &Throttle,
    (origin, account): (&Origin, &Account),
    text: &str,
) -> Result<Ruling<(), Refused>, Problem> {
    let tried = Tried {
        login: &account.login,
        password: text,
        code: "",
    };
    let (found, proof) = match password(context, throttle, origin, tried).await? {
        Ruling::Granted(right) => right,
        Ruling::Refused(refused) => return Ok(Ruling::Refused(refused)),
    };
    not_compared(context, proof.claim).await?;
    Ok(super::may_enter(&found).into())
}
