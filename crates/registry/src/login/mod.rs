//! Login (登录): from a name and a password to a session.
//!
//! 1. The address may try only so often ([`Throttle`]); the account locks after so many failures.
//! 2. The password is compared on a thread of its own; an unknown name takes as long as a known
//!    one, and both get the same answer.
//! 3. The session begins in the stage that is due: second factor, its enrolment, a new password,
//!    or full. Every step gives it a new token.
//!
//! Each attempt is a row of the audit. A name that nobody has is not written down: people type
//! passwords into the wrong field.

pub mod codes;
pub mod http;
pub mod page;

mod limits;
mod second;
#[cfg(test)]
pub(crate) mod testing;
mod throttle;
mod way;

use crate::access::{Actor, Origin, Who};
use crate::account::{self, Account, password};
use crate::audit::{self, Act, Outcome};
use crate::ground::Ground;
use crate::session::{self, Limits, Session, Stage};
use crate::{factor, hash_text};
use store::{Result as StoreResult, Tx};
use tokio::sync::Semaphore;
use web::{Code, Problem, service_error};

pub use limits::{FAILURES_MAX, LOCK_MINUTES, PARAMETERS, PASSWORD_DAYS, SESSIONS_MAX};
pub use second::{Second, fail, second};
pub use throttle::Throttle;

/// Passwords that are compared at the same time: each takes 19 MiB and a core for a while.
static COMPARING: Semaphore = Semaphore::const_new(4);

/// A step of a login succeeded.
pub const IN: Act = Act {
    name: "login.in",
    chinese: "登录",
};
/// An attempt failed.
pub const FAILED: Act = Act {
    name: "login.failed",
    chinese: "登录失败",
};
/// An account was locked after too many failures.
pub const LOCKED: Act = Act {
    name: "login.locked",
    chinese: "账号锁定",
};
/// A person logged out.
pub const OUT: Act = Act {
    name: "login.out",
    chinese: "退出登录",
};
/// The acts of this room.
pub const ACTS: &[Act] = &[IN, FAILED, LOCKED, OUT];

/// A session that began or moved on, with the token for the cookie.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The session.
    pub session: Session,
    /// Text of the cookie; nowhere else.
    pub token: String,
}

/// A refusal with the minutes to wait, if any.
pub type Refused = (Code, Option<i64>);

/// Tries a name and a password.
///
/// # Errors
/// The problem of a fault; the inner error is the refusal.
pub async fn attempt(
    ground: &Ground,
    throttle: &Throttle,
    origin: &Origin,
    (login, password): (&str, &str),
) -> Result<Result<Begun, Refused>, Problem> {
    let now_ms = ground.now_ms();
    if let Some(refused) = throttled(throttle, origin, now_ms) {
        return Ok(Err(refused));
    }
    let name = account::folded(login);
    let found = ground
        .db
        .read(move |tx| account::by_login(tx, &name))
        .await
        .map_err(|error| service_error(&error))?;
    let hash = found.as_ref().and_then(|found| found.password_hash.clone());
    let is_right = compare(password, hash).await?;
    let outcome = judge(found.as_ref(), is_right, now_ms);
    if let Err(refused) = outcome {
        throttle.failed(&origin.address, now_ms);
        note_failure(ground, origin, found.as_ref(), is_right).await?;
        return Ok(Err(refused));
    }
    let Some(account) = found else {
        return Ok(Err((codes::WRONG, None)));
    };
    begin(ground, origin, &account, "password").await.map(Ok)
}

/// The refusal of an address that must wait.
pub fn throttled(throttle: &Throttle, origin: &Origin, now_ms: i64) -> Option<Refused> {
    let wait_ms = throttle.wait(&origin.address, now_ms)?;
    Some((codes::TOO_MANY, Some(minutes(wait_ms))))
}

fn judge(account: Option<&Account>, is_right: bool, now_ms: i64) -> Result<(), Refused> {
    let Some(account) = account.filter(|_| is_right) else {
        return Err((codes::WRONG, None));
    };
    may_enter(account, now_ms)
}

/// Whether an account may log in at all.
///
/// # Errors
/// The refusal of one that is locked or not active.
pub fn may_enter(account: &Account, now_ms: i64) -> Result<(), Refused> {
    if account.locked_until > now_ms {
        let left = minutes(account.locked_until - now_ms);
        return Err((codes::LOCKED, Some(left)));
    }
    if account.state != "active" {
        return Err((codes::DISABLED, None));
    }
    Ok(())
}

fn minutes(ms: i64) -> i64 {
    (ms + 59_999) / 60_000
}

/// Compares on a thread that may block, a few at a time.
///
/// # Errors
/// A fault when the thread is gone.
pub async fn compare(password: &str, hash: Option<String>) -> Result<bool, Problem> {
    let fault = || Problem::new(web::codes::FAULT);
    let _turn = COMPARING.acquire().await.map_err(|_| fault())?;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || password::matches(&password, hash.as_deref()))
        .await
        .map_err(|_| fault())
}

async fn note_failure(
    ground: &Ground,
    origin: &Origin,
    account: Option<&Account>,
    is_right: bool,
) -> Result<(), Problem> {
    let Some(account) = account else {
        let (shared, origin) = (ground.clone(), origin.clone());
        let write = move |tx: &mut Tx<'_>| note_unknown(tx, &shared, &origin);
        let noted = ground.db.write(write).await;
        return noted.map_err(|error| service_error(&error));
    };
    let (id, now_ms) = (account.id, ground.now_ms());
    let actor = actor_of(account, origin);
    let max = ground.number(&FAILURES_MAX);
    let until = now_ms + ground.number(&LOCK_MINUTES) * 60_000;
    let is_locked = account.locked_until > now_ms;
    let write = move |tx: &mut Tx<'_>| -> StoreResult<()> {
        let object = format!("account:{}", id.0);
        // A right password on a locked account is not a failure more.
        let n_failed = if is_right || is_locked {
            0
        } else {
            account::failed(tx, id, max, until)?
        };
        audit::append(tx, now_ms, &actor, FAILED, (&object, Outcome::Refused, ""))?;
        if n_failed >= max {
            audit::done(
                tx,
                now_ms,
                &actor,
                LOCKED,
                &object,
                &format!("连续失败 {max} 次"),
            )?;
        }
        Ok(())
    };
    ground
        .db
        .write(write)
        .await
        .map_err(|error| service_error(&error))
}

/// Notes the failure of somebody whom nobody knows.
///
/// # Errors
/// The engine's.
pub fn note_unknown(tx: &mut Tx<'_>, ground: &Ground, origin: &Origin) -> StoreResult<()> {
    let told = ("login:unknown", Outcome::Refused, "");
    let nobody = Actor::nobody(origin.clone());
    audit::append(tx, ground.now_ms(), &nobody, FAILED, told)
}

/// The actor that an account is before it has a session.
pub fn actor_of(account: &Account, origin: &Origin) -> Actor {
    Actor {
        who: Who::Account(account.id),
        name: account.name.clone(),
        ..Actor::nobody(origin.clone())
    }
}

/// Begins a session for an account that was known by `method`.
///
/// # Errors
/// The problem of a fault.
pub async fn begin(
    ground: &Ground,
    origin: &Origin,
    account: &Account,
    method: &'static str,
) -> Result<Begun, Problem> {
    let token = ground.token()?;
    let (shared, origin, account) = (ground.clone(), origin.clone(), account.clone());
    let hash = hash_text(&token);
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Session> {
        begin_in(tx, &shared, &origin, (&account, method), &hash)
    };
    let session = ground
        .db
        .write(write)
        .await
        .map_err(|error| service_error(&error))?;
    Ok(Begun { session, token })
}

fn begin_in(
    tx: &mut Tx<'_>,
    ground: &Ground,
    origin: &Origin,
    (account, method): (&Account, &str),
    hash: &str,
) -> StoreResult<Session> {
    let now_ms = ground.now_ms();
    let session = Session {
        id: ground.ids.next(),
        hash: hash.to_owned(),
        account: account.id,
        stage: stage_of(tx, ground, account, method)?,
        methods: method.to_owned(),
        company: None,
        authenticated_at: now_ms,
        created_at: now_ms,
        seen_at: now_ms,
        expires_at: now_ms + Limits::of(ground).whole_ms,
        address: origin.address.clone(),
        agent: origin.agent.clone(),
    };
    session::insert(tx, &session)?;
    settle(tx, ground, &session, &actor_of(account, origin))?;
    Ok(session)
}

/// What is still due before a session is full.
fn stage_of(
    tx: &mut Tx<'_>,
    ground: &Ground,
    account: &Account,
    methods: &str,
) -> StoreResult<Stage> {
    let is_proved = methods
        .split(',')
        .any(|method| ["totp", "passkey", "recovery", "foreign2"].contains(&method));
    if !is_proved && factor::has_confirmed(tx, account.id)? {
        return Ok(Stage::Second);
    }
    if !is_proved && account.is_staff() {
        return Ok(Stage::Enrol);
    }
    let days = ground.number(&PASSWORD_DAYS);
    let is_old = days > 0 && ground.now_ms() - account.password_at >= days * 86_400_000;
    // Who came by a passkey or another house's door did not use the password.
    let used_password = methods.split(',').any(|method| method == "password");
    if used_password && (account.must_change || is_old) {
        return Ok(Stage::Password);
    }
    Ok(Stage::Full)
}

/// A way of logging in, for people.
fn method_name(method: &str) -> &str {
    match method {
        "password" => "密码",
        "totp" => "动态口令",
        "passkey" => "通行密钥",
        "recovery" => "恢复码",
        "foreign" | "foreign2" => "外部统一登录",
        other => other,
    }
}

/// What goes with a step: the audit and, when the session is full, the end of the oldest ones.
fn settle(tx: &mut Tx<'_>, ground: &Ground, session: &Session, actor: &Actor) -> StoreResult<()> {
    let now_ms = ground.now_ms();
    let object = format!("session:{}", session.id);
    let methods: Vec<&str> = session.methods.split(',').map(method_name).collect();
    let detail = format!("{}；{}", methods.join("、"), session.stage.chinese());
    audit::done(tx, now_ms, actor, IN, &object, &detail)?;
    if session.stage == Stage::Full {
        account::passed(tx, session.account, now_ms)?;
        let keep = ground.number(&SESSIONS_MAX) - 1;
        session::end_all_of(tx, session.account, (session.id, keep), now_ms, "replaced")?;
    }
    Ok(())
}

/// Moves a session on after a step that proved something (`method`), under a new token.
///
/// # Errors
/// The problem of a fault.
pub async fn promote(
    ground: &Ground,
    actor: &Actor,
    session: &Session,
    method: &'static str,
) -> Result<Begun, Problem> {
    let token = ground.token()?;
    let hash = hash_text(&token);
    let (shared, actor, old) = (ground.clone(), actor.clone(), session.clone());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<Option<Session>> {
        promote_in(tx, &shared, (&actor, &old), method, &hash)
    };
    let session = ground
        .db
        .write(write)
        .await
        .map_err(|error| service_error(&error))?
        .ok_or_else(|| Problem::new(crate::access::LOGIN))?;
    Ok(Begun { session, token })
}

fn promote_in(
    tx: &mut Tx<'_>,
    ground: &Ground,
    (actor, old): (&Actor, &Session),
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
    session.stage = stage_of(tx, ground, &account, &session.methods)?;
    session.hash = hash.to_owned();
    session.authenticated_at = ground.now_ms();
    if !session::promote(tx, &session, &old.hash)? {
        return Ok(None);
    }
    settle(tx, ground, &session, actor)?;
    Ok(Some(session))
}

/// Why a new password cannot be set.
pub type Faults = Vec<String>;

/// Sets a new password after the rule and the history were asked; uses up the one-time link whose
/// hash is given.
///
/// # Errors
/// The problem of a fault; the inner error says what is wrong with the password.
pub async fn set_password(
    ground: &Ground,
    actor: &Actor,
    account: &Account,
    (text, link): (&str, Option<String>),
) -> Result<Result<(), Faults>, Problem> {
    let words = [account.login.as_str(), account.name.as_str()];
    let faults = password::faults(text, &words, account.is_staff());
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let (id, limit) = (account.id, i64::from(ground.config.password_history));
    let old = ground
        .db
        .read(move |tx| account::old_hashes(tx, id, limit))
        .await
        .map_err(|error| service_error(&error))?;
    for hash in old {
        if compare(text, Some(hash)).await? {
            return Ok(Err(vec![format!("不能与最近 {limit} 次使用过的密码相同")]));
        }
    }
    let hash = hash_password(ground, text).await?;
    let (actor, now_ms) = (actor.clone(), ground.now_ms());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<bool> {
        // The link decides when two requests bring the same one.
        if let Some(link) = &link
            && !account::use_link(tx, link, now_ms)?
        {
            return Ok(false);
        }
        account::set_password(tx, id, &hash, now_ms)?;
        let object = format!("account:{}", id.0);
        // Who knew the old password is put out; the session of the change stays.
        let but = (actor.session.unwrap_or(0), 0);
        session::end_all_of(tx, id, but, now_ms, "password")?;
        audit::done(tx, now_ms, &actor, account::PASSWORD, &object, "")?;
        Ok(true)
    };
    let is_set = ground
        .db
        .write(write)
        .await
        .map_err(|error| service_error(&error))?;
    if is_set {
        Ok(Ok(()))
    } else {
        Ok(Err(vec![codes::LINK.title.to_owned()]))
    }
}

/// Hashes a password on a thread that may block.
///
/// # Errors
/// A fault.
pub async fn hash_password(ground: &Ground, text: &str) -> Result<String, Problem> {
    let fault = || Problem::new(web::codes::FAULT);
    let secret = ground.secret()?;
    let mut salt = [0_u8; 16];
    salt.copy_from_slice(&secret[..16]);
    let text = text.to_owned();
    let _turn = COMPARING.acquire().await.map_err(|_| fault())?;
    tokio::task::spawn_blocking(move || password::hash(&text, &salt))
        .await
        .map_err(|_| fault())?
        .map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            fault()
        })
}
