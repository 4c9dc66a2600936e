//! The lock (登录锁定): how often somebody may guess.
//!
//! 1. An attempt is counted before anything is compared ([`reserve`]): one statement decides which of a
//!    thousand parallel guesses are among the few that may be tried. A right one is given back.
//! 2. The lock is read again in the transaction that begins the session ([`holds`]).
//! 3. Attempts count by name and network together, so that a stranger locks only himself out; those of
//!    all networks together have a limit too (`login.failures_everywhere_max`), which does not hold for a network from
//!    which the person logged in lately.
//! 4. Who is locked out has other ways in: a passkey, which nobody can guess; a code of the second factor
//!    together with the password; an officer who unlocks.
//!
//! Passwords and codes are counted apart. A name that nobody has is counted like any other, by a keyed
//! hash, so that the lock does not tell which names exist.

use super::limits::{EVERYWHERE_MAX, FAILURES_MAX, LOCK_MINUTES};
use super::sql::{self, Counted, Key};
use jobs::JobFailure;
use jobs::fence::Fence;
use registry::context::{AppContext, Ruling};
use store::{Result as StoreResult, Tx};
use web::address::network;

/// How long an address stays known from which somebody logged in, in milliseconds: 30 days.
const KNOWN_MS: i64 = 30 * 86_400_000;

/// Rows that one run of the cleaning removes at most.
const CLEAN_MAX: i64 = 10_000;

/// What is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Guess {
    /// A password.
    Password,
    /// A code of the second factor.
    Code,
}

impl Guess {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// An attempt that was counted (已预占的尝试) and may be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    name: String,
    network: String,
    guess: Guess,
    /// Whether it is the last before the lock.
    pub is_last: bool,
    n_here: i64,
    /// Its number among all addresses; nothing when the address is known and the others' do not count.
    n_everywhere: Option<i64>,
}

impl Claim {
    fn here(&self) -> Key<'_> {
        key(&self.name, self.guess, &self.network)
    }

    fn everywhere(&self) -> Key<'_> {
        key(&self.name, self.guess, "")
    }
}

fn key<'a>(name: &'a str, guess: Guess, address: &'a str) -> Key<'a> {
    Key {
        name,
        kind: guess.name(),
        address,
    }
}

/// The hash by which a login name is counted.
fn name_of(context: &AppContext, login: &str) -> String {
    let login = registry::account::folded(login);
    context.seal.keyed_hash("login attempt", &login)
}

struct LockLimits {
    now_ms: i64,
    until_ms: i64,
    here_max: i64,
    everywhere_max: i64,
}

impl LockLimits {
    fn of(context: &AppContext) -> Self {
        let now_ms = context.now_ms();
        Self {
            now_ms,
            until_ms: now_ms + context.number(&LOCK_MINUTES) * 60_000,
            here_max: context.number(&FAILURES_MAX),
            everywhere_max: context.number(&EVERYWHERE_MAX),
        }
    }

    fn is_locked(&self, counted: Counted, n_max: i64) -> bool {
        let counts = (self.now_ms + 1..=self.until_ms).contains(&counted.until_at);
        counts && counted.n_tried >= n_max
    }

    fn is_known(&self, here: Counted) -> bool {
        here.passed_at > 0 && (0..KNOWN_MS).contains(&(self.now_ms - here.passed_at))
    }

    fn left_ms(&self, counted: Counted) -> i64 {
        (counted.until_at - self.now_ms).max(1)
    }
}

/// Counts an attempt at a login name from an address, before anything is compared; the refusal is
/// how many milliseconds there is to wait.
pub fn reserve(
    tx: &mut Tx<'_>,
    context: &AppContext,
    (login, address): (&str, &str),
    guess: Guess,
) -> StoreResult<Ruling<Claim, i64>> {
    let (name, network, limits) = (
        name_of(context, login),
        network(address),
        LockLimits::of(context),
    );
    let times = (limits.now_ms, limits.until_ms);
    let (at_here, at_all) = (key(&name, guess, &network), key(&name, guess, ""));
    let Some(here) = sql::reserve(tx, at_here, times, limits.here_max)? else {
        return Ok(Ruling::Refused(
            limits.left_ms(sql::counted_of(tx, at_here)?),
        ));
    };
    let all = sql::reserve(tx, at_all, times, limits.everywhere_max)?;
    if all.is_none() && !limits.is_known(here) {
        sql::give_back(tx, at_here)?;
        return Ok(Ruling::Refused(
            limits.left_ms(sql::counted_of(tx, at_all)?),
        ));
    }
    let is_last = here.n_tried >= limits.here_max
        || all.is_some_and(|all| all.n_tried >= limits.everywhere_max);
    Ok(Ruling::Granted(Claim {
        name,
        network,
        guess,
        is_last,
        n_here: here.n_tried,
        n_everywhere: all.map(|all| all.n_tried),
    }))
}

/// Gives an attempt back that was right, or that was not compared at all.
pub fn give_back(tx: &mut Tx<'_>, claim: &Claim) -> StoreResult<()> {
    sql::give_back(tx, claim.here())?;
    match claim.n_everywhere {
        Some(_) => sql::give_back(tx, claim.everywhere()),
        None => Ok(()),
    }
}

/// How many milliseconds there are to wait if others have locked the name since the attempt was
/// counted; the lock of the attempt itself does not count against it.
pub fn holds(tx: &mut Tx<'_>, context: &AppContext, claim: &Claim) -> StoreResult<Option<i64>> {
    let limits = LockLimits::of(context);
    let here = sql::counted_of(tx, claim.here())?;
    if limits.is_locked(here, limits.here_max) && claim.n_here < limits.here_max {
        return Ok(Some(limits.left_ms(here)));
    }
    let Some(mine) = claim.n_everywhere.filter(|_| !limits.is_known(here)) else {
        return Ok(None);
    };
    let all = sql::counted_of(tx, claim.everywhere())?;
    let is_locked = limits.is_locked(all, limits.everywhere_max) && mine < limits.everywhere_max;
    Ok(is_locked.then(|| limits.left_ms(all)))
}

/// Notes that somebody is fully logged in: the failures there are forgotten, and the address is known.
pub fn passed(
    tx: &mut Tx<'_>,
    context: &AppContext,
    login: &str,
    address: &str,
) -> StoreResult<()> {
    let (name, network) = (name_of(context, login), network(address));
    // The rows in the order of `reserve`, so that nobody waits in a circle.
    for guess in [Guess::Password, Guess::Code] {
        sql::note_passed(tx, key(&name, guess, &network), context.now_ms())?;
        sql::clear(tx, key(&name, guess, ""))?;
    }
    Ok(())
}

/// Forgets all failures at a login name: an officer unlocks it, or it has a new password.
pub fn forget(tx: &mut Tx<'_>, context: &AppContext, login: &str) -> StoreResult<()> {
    sql::clear_all(tx, &name_of(context, login))
}

/// Whether a login name is locked at present, for one address at least.
pub fn is_locked(tx: &mut Tx<'_>, context: &AppContext, login: &str) -> StoreResult<bool> {
    let limits = LockLimits::of(context);
    let rows = sql::of_name(tx, &name_of(context, login), limits.now_ms)?;
    Ok(rows.iter().any(|(address, counted)| {
        let n_max = match address.as_str() {
            "" => limits.everywhere_max,
            _ => limits.here_max,
        };
        limits.is_locked(*counted, n_max)
    }))
}

/// Removes what does not count any more, for the job.
///
/// # Errors
/// The engine's, in words.
pub async fn clean(context: AppContext, fence: &Fence) -> Result<String, JobFailure> {
    let now_ms = context.now_ms();
    let times = (now_ms, now_ms - KNOWN_MS);
    let clean = move |tx: &mut Tx<'_>| sql::clean(tx, times, CLEAN_MAX);
    fence.write(&context.db, clean).await?;
    Ok(String::new())
}
