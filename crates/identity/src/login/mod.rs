//! Login (登录): from a name and a password to a session.
//!
//! 1. The address may try only so often ([`Throttle`]), and each name from one address only so often
//!    ([`lock`]). Both count an attempt before anything is compared.
//! 2. The password is compared on a thread of its own, a few at a time (`guess`); an unknown name takes
//!    as long as a known one, and both get the same answer.
//! 3. The session begins, if account, password and lock are still as they were, in the stage that is due: second factor, its enrolment, a new password,
//!    or full. Every step gives it a new token.
//!
//! Each attempt is a row of the audit. A name that nobody has is not written down: people type
//! passwords into the wrong field.

pub mod codes;

mod guess;
mod history;
mod limits;
pub mod lock;
mod second;
mod sql;
#[cfg(test)]
mod tests;

use crate::factor;
use lock::Claim;
use registry::access::{Actor, Origin, Who};
use registry::account::hashing::{compare, hash_password};
use registry::account::{self, Account, AccountId, password};
use registry::audit::{self, AuditOutcome};
use registry::context::{AppContext, Ruling};
use registry::hash_text;
use registry::module::Module;
use registry::page::Bilingual;
use registry::role::{self, Role};
use registry::session::{self, Session, SessionLimits, Stage};
use registry::throttle::Throttle;
use store::{Result as StoreResult, Tx};
use web::{ErrorCode, Problem};

pub use guess::{Tried, still_knows};
pub use history::own_logins;
pub use limits::{
    COMPANY_ADMIN_FACTOR, FAILURES_MAX, LOCK_MINUTES, PARAMETERS, PASSWORD_DAYS, SESSIONS_MAX,
};
pub use second::{Second, second};

registry::acts! {
    /// A step of a login succeeded.
    pub IN = "login.in", "登录";
    /// An attempt failed.
    pub FAILED = "login.failed", "登录失败";
    /// An account was locked after too many failures.
    pub LOCKED = "login.locked", "账号锁定";
    /// A person logged out.
    pub OUT = "login.out", "退出登录";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("登录")
    .acts(ACTS)
    .parameters(PARAMETERS)
    .codes(codes::ALL);

/// A session that began or moved on, with the token for the cookie.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The session.
    pub session: Session,
    /// Text of the cookie; nowhere else.
    pub token: String,
}

/// A refusal with the minutes to wait, if any.
pub type Refused = (ErrorCode, Option<i64>);

/// Tries a name and a password, with a code of the second factor for one that is locked out.
pub async fn attempt(
    context: &AppContext,
    throttle: &Throttle,
    origin: &Origin,
    tried: Tried<'_>,
) -> Result<Ruling<Begun, Refused>, Problem> {
    let (account, proof) = match guess::password(context, throttle, origin, tried).await? {
        Ruling::Granted(right) => right,
        Ruling::Refused(refused) => return Ok(Ruling::Refused(refused)),
    };
    begin(context, origin, &account, proof).await
}

/// The refusal of an address that must wait.
pub fn throttled(throttle: &Throttle, origin: &Origin, now_ms: i64) -> Option<Refused> {
    let wait_ms = throttle.wait(&origin.address, now_ms)?;
    Some((codes::TOO_MANY, Some(minutes(wait_ms))))
}

/// Counts an attempt from an address before it is made.
///
/// # Errors
/// The refusal of an address that must wait.
pub fn take(throttle: &Throttle, origin: &Origin, now_ms: i64) -> Result<(), Refused> {
    let taken = throttle.take(&origin.address, now_ms);
    taken.map_err(|wait_ms| (codes::TOO_MANY, Some(minutes(wait_ms))))
}

/// Whether an account may log in at all. Locks are for guesses: see [`lock`].
///
/// # Errors
/// The refusal of one that is not active.
pub fn may_enter(account: &Account) -> Result<(), Refused> {
    match account.state.as_str() {
        "active" => Ok(()),
        _ => Err((codes::DISABLED, None)),
    }
}

fn minutes(ms: i64) -> i64 {
    (ms + 59_999) / 60_000
}

/// Notes the failure of somebody whom nobody knows.
pub fn note_unknown(tx: &mut Tx<'_>, context: &AppContext, origin: &Origin) -> StoreResult<()> {
    let failed = ("login:unknown", AuditOutcome::Refused, "");
    let nobody = Actor::nobody(origin.clone());
    audit::append(tx, context.now_ms(), &nobody, FAILED, failed)
}

/// The actor that an account is before it has a session.
pub fn actor_of(account: &Account, origin: &Origin) -> Actor {
    Actor {
        who: Who::Account(account.id),
        name: account.name.clone(),
        ..Actor::nobody(origin.clone())
    }
}

/// How somebody was known (身份证明), and what must still hold when the session begins.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// `password`, `passkey`, `foreign`, `foreign2`, with commas.
    method: &'static str,
    /// The hash with which a password was compared.
    hash: Option<String>,
    /// The attempt that was counted for it.
    claim: Option<Claim>,
}

impl Proof {
    /// Somebody was known by `method`, which nobody can guess.
    pub fn of(method: &'static str) -> Self {
        Self {
            method,
            ..Self::default()
        }
    }
}

/// Begins a session for an account that was known; the refusal says what has changed meanwhile.
pub async fn begin(
    context: &AppContext,
    origin: &Origin,
    account: &Account,
    proof: Proof,
) -> Result<Ruling<Begun, Refused>, Problem> {
    let token = context.token()?;
    let (shared, origin, id) = (context.clone(), origin.clone(), account.id);
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| begin_in(tx, &shared, &origin, id, &proof, &hash);
    let begun = context.db.write(write).await?;
    Ok(begun.map(|session| Begun { session, token }))
}

/// Looks at everything once more, where nothing can come between the look and the session.
fn begin_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    origin: &Origin,
    id: AccountId,
    proof: &Proof,
    hash: &str,
) -> StoreResult<Ruling<Session, Refused>> {
    account::hold(tx, id)?;
    let Some(account) = account::by_id(tx, id)? else {
        return Ok(Ruling::Refused((codes::WRONG, None)));
    };
    if let Err(refused) = may_enter(&account) {
        return Ok(Ruling::Refused(refused));
    }
    if proof.hash.is_some() && proof.hash != account.password_hash {
        return Ok(Ruling::Refused((codes::WRONG, None)));
    }
    if let Some(claim) = &proof.claim {
        if let Some(wait_ms) = lock::holds(tx, context, claim)? {
            let object = format!("account:{}", id.0);
            let entry = (object.as_str(), AuditOutcome::Refused, guess::NOT_COMPARED);
            audit::append(
                tx,
                context.now_ms(),
                &actor_of(&account, origin),
                FAILED,
                entry,
            )?;
            return Ok(Ruling::Refused((codes::LOCKED, Some(minutes(wait_ms)))));
        }
        lock::give_back(tx, claim)?;
    }
    let session = session_of(tx, context, origin, &account, proof.method, hash)?;
    session::insert(tx, &session)?;
    settle(tx, context, &session, &actor_of(&account, origin))?;
    Ok(Ruling::Granted(session))
}

fn session_of(
    tx: &mut Tx<'_>,
    context: &AppContext,
    origin: &Origin,
    account: &Account,
    method: &str,
    hash: &str,
) -> StoreResult<Session> {
    let now_ms = context.now_ms();
    Ok(Session {
        id: context.ids.next(),
        hash: hash.to_owned(),
        account: account.id,
        stage: stage_of(tx, context, account, method)?,
        methods: method.to_owned(),
        company: None,
        authenticated_at: now_ms,
        created_at: now_ms,
        seen_at: now_ms,
        expires_at: now_ms + SessionLimits::of(context).whole_ms,
        address: origin.address.clone(),
        agent: origin.agent.clone(),
    })
}

/// What is still due before a session is full.
fn stage_of(
    tx: &mut Tx<'_>,
    context: &AppContext,
    account: &Account,
    methods: &str,
) -> StoreResult<Stage> {
    let is_proved = methods
        .split(',')
        .any(|method| ["totp", "passkey", "recovery", "foreign2"].contains(&method));
    if !is_proved && factor::has_confirmed(tx, account.id)? {
        return Ok(Stage::Second);
    }
    if !is_proved && needs_factor(tx, context, account)? {
        return Ok(Stage::Enrol);
    }
    let days = context.number(&PASSWORD_DAYS);
    let is_old = days > 0 && context.now_ms() - account.password_at >= days * 86_400_000;
    // Who came by a passkey or another system did not use the password.
    let used_password = methods.split(',').any(|method| method == "password");
    if used_password && (account.must_change || is_old) {
        return Ok(Stage::Password);
    }
    Ok(Stage::Full)
}

/// Whether somebody must have a second factor: who runs the platform, and administrators of companies
/// unless the parameter says otherwise.
pub fn needs_factor(tx: &mut Tx<'_>, context: &AppContext, account: &Account) -> StoreResult<bool> {
    if account.is_staff() {
        return Ok(true);
    }
    if context.number(&COMPANY_ADMIN_FACTOR) == 0 {
        return Ok(false);
    }
    let grants = role::of_account(tx, account.id, context.now_ms())?;
    Ok(grants
        .iter()
        .any(|grant| grant.role == Role::CompanyAdmin.name()))
}

/// A way of logging in, for people.
pub(crate) fn method_name(method: &str) -> &str {
    match method {
        "password" => "密码",
        "totp" => "动态验证码",
        "passkey" => "通行密钥",
        "recovery" => "恢复码",
        "foreign" | "foreign2" => "外部统一登录",
        other => other,
    }
}

/// What goes with a step: the audit and, when the session is full, the end of the oldest ones.
fn settle(
    tx: &mut Tx<'_>,
    context: &AppContext,
    session: &Session,
    actor: &Actor,
) -> StoreResult<()> {
    let now_ms = context.now_ms();
    if session.stage == Stage::Full {
        account::passed(tx, session.account, now_ms)?;
        if let Some(account) = account::by_id(tx, session.account)? {
            let from = actor.origin.address.as_str();
            lock::passed(tx, context, &account.login, from)?;
        }
        let keep = context.number(&SESSIONS_MAX) - 1;
        session::end_all_of(tx, session.account, (session.id, keep), now_ms, "replaced")?;
    }
    // The head of the audit last: whoever waits for it holds nothing that others wait for.
    let object = format!("session:{}", session.id);
    let methods: Vec<&str> = session.methods.split(',').map(method_name).collect();
    let detail = format!("{}；{}", methods.join("、"), session.stage.chinese());
    audit::done(tx, now_ms, actor, IN, &object, &detail)
}

/// Moves a session on after a step that proved something (`method`), under a new token.
pub async fn promote(
    context: &AppContext,
    actor: &Actor,
    session: &Session,
    method: &'static str,
) -> Result<Begun, Problem> {
    let token = context.token()?;
    let hash = hash_text(&token);
    let (shared, actor, old) = (context.clone(), actor.clone(), session.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Option<Session>> {
        promote_in(tx, &shared, &actor, &old, method, &hash)
    };
    let session = context
        .db
        .write(write)
        .await?
        .ok_or_else(|| Problem::new(registry::access::LOGIN))?;
    Ok(Begun { session, token })
}

fn promote_in(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    old: &Session,
    method: &str,
    hash: &str,
) -> StoreResult<Option<Session>> {
    let Some(account) = account::by_id(tx, old.account)? else {
        return Ok(None);
    };
    let mut session = old.clone();
    session.methods = match method {
        "" => old.methods.clone(),
        method => format!("{},{method}", old.methods),
    };
    session.stage = stage_of(tx, context, &account, &session.methods)?;
    session.hash = hash.to_owned();
    session.authenticated_at = context.now_ms();
    if !session::promote(tx, &session, &old.hash)? {
        return Ok(None);
    }
    settle(tx, context, &session, actor)?;
    Ok(Some(session))
}

/// Gives what hangs on one session to the session that takes its place; the numbers are their ids.
pub type Follow = fn(&mut Tx<'_>, i64, i64) -> StoreResult<()>;

/// Ends the session whose place another takes in the same browser. Where the same person went goes
/// over to the new one, by what the modules above have given in `follow`; the systems of somebody else are informed.
pub fn succeed(
    tx: &mut Tx<'_>,
    old: &Session,
    new: &Session,
    follow: &[Follow],
    now_ms: i64,
) -> StoreResult<()> {
    if old.account == new.account {
        for follow in follow {
            follow(tx, old.id, new.id)?;
        }
    }
    session::end(tx, old.id, now_ms, "renewed").map(|_| ())
}

/// Why a new password cannot be set.
pub type Faults = Vec<Bilingual>;

/// Sets a new password after the rule and the history were asked; uses up the one-time link whose
/// hash is given.
///
/// # Errors
/// The problem of a fault; the refusal says what is wrong with the password.
pub async fn set_password(
    context: &AppContext,
    actor: &Actor,
    account: &Account,
    text: &str,
    link: Option<String>,
) -> Result<Ruling<(), Faults>, Problem> {
    let words = [account.login.as_str(), account.name.as_str()];
    let faults = password::faults(text, &words, account.is_staff());
    if !faults.is_empty() {
        return Ok(Ruling::Refused(faults));
    }
    let (id, limit) = (account.id, i64::from(context.config.password_history));
    let old = context
        .db
        .read(move |tx| account::old_hashes(tx, id, limit))
        .await?;
    for hash in old {
        if compare(text, Some(hash)).await? {
            return Ok(Ruling::Refused(vec![Bilingual::new(
                format!("不能与最近 {limit} 次使用过的密码相同"),
                format!("must differ from your last {limit} passwords"),
            )]));
        }
    }
    let hash = hash_password(context, text).await?;
    let (actor, now_ms) = (actor.clone(), context.now_ms());
    let (shared, login) = (context.clone(), account.login.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<bool> {
        // The link decides when two requests bring the same one.
        if let Some(link) = &link
            && !account::use_link(tx, link, now_ms)?
        {
            return Ok(false);
        }
        account::set_password(tx, id, &hash, now_ms)?;
        lock::forget(tx, &shared, &login)?;
        let object = format!("account:{}", id.0);
        // Who knew the old password is put out; the session of the change stays.
        let but = (actor.session.unwrap_or(0), 0);
        session::end_all_of(tx, id, but, now_ms, "password")?;
        audit::done(tx, now_ms, &actor, account::PASSWORD, &object, "")?;
        Ok(true)
    };
    let is_set = context.db.write(write).await?;
    if is_set {
        Ok(Ruling::Granted(()))
    } else {
        let link = codes::LINK;
        Ok(Ruling::Refused(vec![Bilingual::new(
            link.title,
            link.title_en,
        )]))
    }
}
