//! Bootstrap (首次启用): from a platform without any account to its three officers.
//!
//! A platform without accounts makes a one-time token at its start and tells it to the terminal,
//! nowhere else. Whoever has it names three people; each gets a one-time link. After that the
//! token opens nothing, and no second one is made: further accounts come from the officers, each
//! act with its second pair of eyes. There is no super user, then or ever.

pub mod http;
mod sql;

use registry::access::Actor;
use registry::account::{self, AccountId, NewAccount};
use registry::company::CompanyId;
use registry::context::AppContext;
use registry::module::Module;
use registry::page::Bilingual;
use registry::role::{self, Grant, Role};
use registry::{audit, hash_text};
use store::{Error, Result as StoreResult, Tx};
use web::Problem;

/// How long the token opens, in milliseconds: one day. The next start makes a new one.
const TOKEN_MS: i64 = 24 * 3_600_000;

registry::acts! {
    /// The first three officers were named.
    pub OFFICERS = "bootstrap.officers", "首次启用：设立三员";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("首次启用").acts(ACTS);

/// Makes a fresh token when there is no account yet; answers its text.
pub async fn token(context: &AppContext) -> Result<Option<String>, Problem> {
    let text = context.token()?;
    let (hash, now_ms) = (hash_text(&text), context.now_ms());
    let write = move |tx: &mut Tx<'_>| -> StoreResult<bool> {
        if has_accounts(tx)? {
            return Ok(false);
        }
        sql::replace(tx, &hash, now_ms, now_ms + TOKEN_MS)?;
        Ok(true)
    };
    let is_made = context.db.write(write).await?;
    Ok(is_made.then_some(text))
}

fn has_accounts(tx: &mut Tx<'_>) -> StoreResult<bool> {
    let staff = account::AccountFilter {
        kind: Some("staff".to_owned()),
        ..account::AccountFilter::default()
    };
    Ok(!account::list(tx, &staff, 1)?.is_empty())
}

/// A person to be made.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The role that the person gets.
    pub role: Role,
    /// The company, for somebody who works for one.
    pub company: Option<CompanyId>,
    /// Name.
    pub name: String,
    /// Login name.
    pub login: String,
    /// Hash of his one-time token.
    pub link_hash: String,
}

/// Why the first people were not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMade {
    /// The link opens nothing any more.
    Link,
    /// What is wrong with each.
    Faults(Vec<Bilingual>),
    /// The store failed.
    Store(Error),
}

store::failure!(NotMade);

impl From<Error> for NotMade {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Makes the people, when the token still opens.
///
/// # Errors
/// What is wrong with each, or the engine's; nobody is made then.
pub fn make(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    token_hash: &str,
    people: &[NewPerson],
) -> Result<(), NotMade> {
    let now_ms = context.now_ms();
    if has_accounts(tx)? || !sql::opens(tx, token_hash, now_ms)? {
        return Err(NotMade::Link);
    }
    let mut faults = Vec::new();
    for person in people {
        let at = |why: Bilingual| {
            let (role, chinese) = (person.role, format!("：{}", why.chinese));
            let english = format!("{}: {}", role.english(), why.english);
            Bilingual::new(role.chinese().to_owned() + &chinese, english)
        };
        if let Err(refusal) = account::validate(&person.login, &person.name) {
            faults.push(at(refusal.bilingual()));
        }
        let same = |other: &&NewPerson| {
            account::folded(&other.login) == account::folded(&person.login)
                || other.name.trim() == person.name.trim()
        };
        if people.iter().filter(same).count() > 1 {
            faults.push(at(Bilingual::new(
                "姓名和登录名不能与其他人员相同",
                "The name and login name must differ from those of the other people",
            )));
        }
    }
    if !faults.is_empty() {
        return Err(NotMade::Faults(faults));
    }
    if !sql::use_up(tx, token_hash, now_ms)? {
        return Err(NotMade::Link);
    }
    for person in people {
        make_one(tx, context, actor, person)?;
    }
    Ok(())
}

/// A refusal that no entry explains: they were checked before.
fn fault<R: store::TxFailure + std::fmt::Display>(refusal: R) -> Error {
    refusal
        .store()
        .cloned()
        .unwrap_or_else(|| Error::Fault(format!("the first officers could not be made: {refusal}")))
}

fn make_one(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    person: &NewPerson,
) -> StoreResult<()> {
    let now_ms = context.now_ms();
    let (id, party) = (AccountId(context.ids.next()), context.ids.next());
    let new = NewAccount {
        id,
        party,
        login: person.login.clone(),
        name: person.name.clone(),
        is_staff: person.company.is_none(),
        password_hash: None,
        at_ms: now_ms,
    };
    account::add(tx, &new).map_err(fault)?;
    let sight = match person.company {
        Some(_) => "company",
        None if person.role.is_officer() => "nothing",
        None => "all",
    };
    let grant = Grant {
        id: context.ids.next(),
        account: id,
        party,
        role: person.role.name().to_owned(),
        company: person.company,
        district: None,
        sight: sight.to_owned(),
        granted_by: None,
        approved_by: None,
        granted_at: now_ms,
        expires_at: None,
        scope: None,
    };
    role::grant(tx, &grant).map_err(fault)?;
    account::invite(tx, id, &person.link_hash, now_ms)?;
    let detail = format!("{} {}", person.role.chinese(), person.login);
    audit::done(
        tx,
        now_ms,
        actor,
        OFFICERS,
        &format!("account:{}", id.0),
        &detail,
    )
}
