//! Sessions (会话): a person at work, known by a cookie.
//!
//! The cookie holds 256 random bits; the table holds their hash. A session passes through stages:
//! after the password it may still lack the second factor, its enrolment, or a new password, and
//! opens nothing but those pages until it is `full`. It ends by logout, by the administrator
//! (kick), when idle for [`SessionLimits::idle_ms`], or at its end in any case. The token changes with
//! every stage, so that a token seen before login is worth nothing after it.

mod sql;

use crate::actor::DeclarationScope;
use crate::actor::Sight;
use crate::company::{Company, CompanyId};
use crate::context::AppContext;
use crate::role::{self, AccountId, Grant, Role};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Result, Tx};

pub use sql::{
    OpenSession, choose_company, end, end_all_of, ended_or_stale, ended_since, insert, open,
    open_of, promote, seen, total_of_open,
};

/// Milliseconds after which the time of the last request is noted again.
const NOTE_MS: i64 = 60_000;

/// Companies of a subtree at most.
const SUBTREE_MAX: usize = 200;

crate::parameters! {
    /// Minutes without a request after which a session ends.
    pub IDLE_MINUTES = "session.idle_minutes", "会话空闲时长", number(5, 480, "分钟"), security, Setting(|config| config.idle_minutes),
        "多少分钟没有操作即退出登录。";
}

/// How far a login has come (登录阶段).
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// The password was right; the second factor is missing.
    Second,
    /// A second factor must be set up.
    Enrol,
    /// The password must be changed.
    Password,
    /// Logged in.
    Full,
}

impl Stage {
    /// The name in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it means, for people.
    pub fn chinese(self) -> &'static str {
        match self {
            Self::Second => "待两步验证",
            Self::Enrol => "待开启两步验证",
            Self::Password => "待修改密码",
            Self::Full => "登录完成",
        }
    }

    /// The stage with this name; an unknown one opens nothing.
    fn from_name(name: &str) -> Self {
        match name {
            "full" => Self::Full,
            "enrol" => Self::Enrol,
            "password" => Self::Password,
            _ => Self::Second,
        }
    }
}

/// A session (会话).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: i64,
    /// Hash of its token.
    pub hash: String,
    /// Whose it is.
    pub account: AccountId,
    /// How far the login has come.
    pub stage: Stage,
    /// How the person was known: `password`, `totp`, `passkey`, `recovery`, `foreign`,
    /// `foreign2`, with commas.
    pub methods: String,
    /// The company chosen, if any.
    pub company: Option<CompanyId>,
    /// When the person last proved who he is, milliseconds since 1970-01-01 UTC.
    pub authenticated_at: i64,
    /// When the session began.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// When it ends in any case.
    pub expires_at: i64,
    /// From which address it began.
    pub address: String,
    /// With which program.
    pub agent: String,
}

impl Session {
    /// Whether the person was known by this way, among others.
    pub fn has(&self, method: &str) -> bool {
        self.methods.split(',').any(|known| known == method)
    }

    /// The token that proves that a page is ours; derived, so that it needs no storage.
    pub fn csrf(&self) -> String {
        crate::hash_text(&format!("csrf {}", self.hash))
    }
}

/// How long sessions live.
#[derive(Debug, Clone, Copy)]
pub struct SessionLimits {
    /// Milliseconds without a request after which one ends.
    pub idle_ms: i64,
    /// Milliseconds after which one ends in any case.
    pub whole_ms: i64,
}

impl SessionLimits {
    /// The limits as they are now.
    pub fn of(context: &AppContext) -> Self {
        Self {
            idle_ms: context.number(&IDLE_MINUTES) * 60_000,
            whole_ms: i64::from(context.config.session_hours) * 3_600_000,
        }
    }
}

/// A session with all that the gate needs.
#[derive(Debug, Clone)]
pub struct FoundSession {
    /// The session.
    pub session: Session,
    /// Name of the person.
    pub name: String,
    /// The company chosen.
    pub company: Option<Company>,
    /// Names of the roles in force, with that company.
    pub roles: BTreeSet<String>,
    /// Whose data are seen.
    pub sight: Sight,
    /// What may be declared for the company, when it is not everything.
    pub scope: Option<DeclarationScope>,
}

/// Name of the cookie. `__Host-` binds it to this host and to TLS; plain HTTP (the laptop) cannot.
pub fn cookie_name(is_secure: bool) -> &'static str {
    if is_secure {
        "__Host-tongguan"
    } else {
        "tongguan"
    }
}

/// The header that sets the cookie; an empty token removes it.
pub fn set_cookie(token: &str, is_secure: bool) -> String {
    let name = cookie_name(is_secure);
    let secure = if is_secure { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
}

/// Whether the time of the last request should be noted.
pub fn is_due(session: &Session, now_ms: i64) -> bool {
    now_ms - session.seen_at >= NOTE_MS
}

/// The session with this hash, if it is in force, with the person's rights.
///
/// A clock that was set back does not lengthen a session: one from the future has ended.
pub fn by_hash(
    tx: &mut Tx<'_>,
    hash: &str,
    now_ms: i64,
    limits: &SessionLimits,
) -> Result<Option<FoundSession>> {
    match sql::by_hash(tx, hash)? {
        Some((session, name)) => found(tx, session, name, now_ms, limits),
        None => Ok(None),
    }
}

/// The session with this id, as [`by_hash`].
pub fn by_id(
    tx: &mut Tx<'_>,
    id: i64,
    now_ms: i64,
    limits: &SessionLimits,
) -> Result<Option<FoundSession>> {
    match sql::by_id(tx, id)? {
        Some((session, name)) => found(tx, session, name, now_ms, limits),
        None => Ok(None),
    }
}

fn found(
    tx: &mut Tx<'_>,
    session: Session,
    name: String,
    now_ms: i64,
    limits: &SessionLimits,
) -> Result<Option<FoundSession>> {
    let is_idle = now_ms - session.seen_at >= limits.idle_ms;
    let is_early = session.created_at > now_ms + NOTE_MS;
    if is_idle || is_early || now_ms >= session.expires_at {
        return Ok(None);
    }
    let grants = role::of_account(tx, session.account, now_ms)?;
    let company = company_of(tx, &session, &grants)?;
    let (roles, sight) = rights(tx, &grants, company.as_ref())?;
    let scope = scope_of(&grants, company.as_ref().map(|company| company.id));
    Ok(Some(FoundSession {
        session,
        name,
        company,
        roles,
        sight,
        scope,
    }))
}

/// The company acted for: the one chosen if it is still granted, else the one that the person came to first. That is
/// their own: whoever makes it an agent adds a company, and must not move its people.
fn company_of(tx: &mut Tx<'_>, session: &Session, grants: &[Grant]) -> Result<Option<Company>> {
    let ids: BTreeSet<CompanyId> = grants.iter().filter_map(|grant| grant.company).collect();
    let chosen = match session.company {
        Some(id) if ids.contains(&id) => Some(id),
        _ if ids.len() > 1 => role::companies_by_age(tx, session.account)?
            .into_iter()
            .find(|id| ids.contains(id)),
        _ => ids.first().copied(),
    };
    match chosen {
        Some(id) => crate::company::by_id(tx, id),
        None => Ok(None),
    }
}

/// What may be declared for the company: everything with a role of its own to declare, else what an agent was appointed
/// for. A role to read gives no right to declare.
fn scope_of(grants: &[Grant], company: Option<CompanyId>) -> Option<DeclarationScope> {
    let mut of_company = grants.iter().filter(|grant| {
        grant.company.is_some()
            && grant.company == company
            && grant.role != Role::CompanyReader.name()
    });
    let first = of_company.next()?.scope.clone()?;
    of_company
        .all(|grant| grant.scope.is_some())
        .then_some(first)
}

/// The roles in force and whose data they show.
fn rights(
    tx: &mut Tx<'_>,
    grants: &[Grant],
    company: Option<&Company>,
) -> Result<(BTreeSet<String>, Sight)> {
    let mut roles = BTreeSet::new();
    let mut sight = Sight::Nothing;
    for grant in grants {
        if grant.company.is_some() && grant.company != company.map(|c| c.id) {
            continue;
        }
        roles.insert(grant.role.clone());
        let wider = match grant.sight.as_str() {
            "all" => Sight::All,
            "district" => grant
                .district
                .clone()
                .filter(|district| !district.is_empty())
                .map_or(Sight::Nothing, Sight::District),
            "company" => grant.company.map_or(Sight::Nothing, Sight::Company),
            "subtree" => match grant.company {
                Some(id) => Sight::Subtree(Arc::from(subtree(tx, id)?)),
                // The subtree of an agency: the customs district of the person's department.
                None => crate::department::district_of(tx, grant.account)?
                    .map_or(Sight::Nothing, Sight::District),
            },
            _ => Sight::Nothing,
        };
        sight = wider_of(sight, wider);
    }
    if roles
        .iter()
        .any(|name| Role::from_name(name).is_some_and(Role::is_officer))
    {
        sight = Sight::Nothing;
    }
    Ok((roles, sight))
}

fn wider_of(one: Sight, other: Sight) -> Sight {
    let rank = |sight: &Sight| match sight {
        Sight::Nothing => 0,
        Sight::Company(_) => 1,
        Sight::Subtree(_) => 2,
        Sight::District(_) => 3,
        Sight::All => 4,
    };
    if rank(&other) > rank(&one) {
        other
    } else {
        one
    }
}

/// A company and those below it.
fn subtree(tx: &mut Tx<'_>, root: CompanyId) -> Result<Vec<CompanyId>> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        for child in crate::account::companies_below(tx, id)? {
            if found.len() < SUBTREE_MAX && !found.contains(&child) {
                found.push(child);
            }
        }
        next += 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::scope_of;
    use crate::actor::DeclarationScope;
    use crate::company::CompanyId;
    use crate::role::{AccountId, Grant, Role};

    fn grant(role: Role, company: i64, kinds: Option<&str>) -> Grant {
        Grant {
            id: 1,
            account: AccountId(1),
            party: 1,
            role: role.name().to_owned(),
            company: Some(CompanyId(company)),
            district: None,
            sight: "company".to_owned(),
            granted_by: None,
            approved_by: None,
            granted_at: 0,
            expires_at: None,
            scope: kinds.map(|kinds| DeclarationScope {
                directions: "import".to_owned(),
                kinds: kinds.to_owned(),
            }),
        }
    }

    #[test]
    fn a_role_to_declare_without_limits_lifts_those_of_an_appointment_and_one_to_read_does_not() {
        let kinds = |grants: &[Grant], company| scope_of(grants, company).map(|scope| scope.kinds);
        let limited = grant(Role::CompanyClerk, 7, Some("CEB311"));
        let own = grant(Role::CompanyClerk, 7, None);
        let reads = grant(Role::CompanyReader, 7, None);
        let elsewhere = grant(Role::CompanyClerk, 8, None);
        let only = Some("CEB311".to_owned());
        let all = |grants: &[&Grant]| grants.iter().copied().cloned().collect::<Vec<Grant>>();
        for (grants, expected) in [
            (all(&[&limited]), &only),
            (all(&[&reads, &limited]), &only),
            (all(&[&limited, &elsewhere]), &only),
            (all(&[&limited, &own]), &None),
            (all(&[&own]), &None),
        ] {
            assert_eq!(&kinds(&grants, Some(CompanyId(7))), expected, "{grants:?}");
        }
        assert_eq!(kinds(&[limited], None), None);
    }
}
