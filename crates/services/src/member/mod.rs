//! Members 企业人员: a company's own people, kept by its administrator.
//!
//! A member is an account with a role for the company (管理员, 经办人, 查询员). He is invited by a
//! one-time link that is shown once to the administrator; nobody else ever knows a password. Who is
//! removed loses role and sessions at once, and his account is disabled when nothing is left that
//! it could do. A company always keeps an administrator who can log in. People of agents are not
//! members: they come and go with the appointment ([`crate::agent`]).

pub mod codes;
pub mod http;
#[cfg(test)]
mod tests;

use crate::agent;
use crate::company_ledger::lock;
use registry::access::Actor;
use registry::account::{self, Account, AccountId, NewAccount};
use registry::audit;
use registry::company::CompanyId;
use registry::context::AppContext;
use registry::factor::{self, Factor};
use registry::module::Module;
use registry::role::{self, Grant, Role};
use registry::session;
use store::{Result, Tx};
use web::Problem;

/// Members of a company.
pub const MEMBERS_MAX: usize = 200;

registry::acts! {
    /// Somebody was invited.
    pub INVITED = "member.invite", "邀请企业人员";
    /// Somebody got another role.
    pub CHANGED = "member.role", "调整企业人员角色";
    /// Somebody was removed.
    pub REMOVED = "member.remove", "移除企业人员";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("企业人员").acts(ACTS).codes(codes::ALL);

type MemberResult<T> = Result<T, Problem>;

/// A member (企业人员): an account and its role for the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The account.
    pub account: Account,
    /// The role.
    pub grant: Grant,
    /// Kinds of the second factors in force: `totp`, `passkey`.
    pub factors: Vec<String>,
}

/// The members of a company, in the order in which they came.
pub fn of_company(tx: &mut Tx<'_>, company: CompanyId) -> Result<Vec<Member>> {
    let lent = agent::grants_of_appointments(tx, company)?;
    let mut members = Vec::new();
    for grant in role::of_company(tx, company)? {
        if lent.contains(&grant.id) {
            continue;
        }
        if let Some(account) = account::by_id(tx, grant.account)? {
            let factors = factor::list(tx, account.id)?;
            let in_force = factors.into_iter().filter(Factor::is_in_force);
            members.push(Member {
                account,
                grant,
                factors: in_force.map(|factor| factor.kind).collect(),
            });
        }
    }
    Ok(members)
}

fn member(tx: &mut Tx<'_>, company: CompanyId, account: AccountId) -> Result<Option<Member>> {
    Ok(of_company(tx, company)?
        .into_iter()
        .find(|member| member.account.id == account))
}

/// Whether the company has an administrator who can log in, apart from `but`.
fn has_other_admin(tx: &mut Tx<'_>, company: CompanyId, but: AccountId) -> Result<bool> {
    Ok(of_company(tx, company)?.iter().any(|member| {
        member.grant.role == Role::CompanyAdmin.name()
            && member.account.id != but
            && member.account.state == "active"
    }))
}

fn company_grant(
    context: &AppContext,
    actor: &Actor,
    (account, party): (AccountId, i64),
    (company, role): (CompanyId, Role),
) -> Grant {
    Grant {
        id: context.ids.next(),
        account,
        party,
        role: role.name().to_owned(),
        company: Some(company),
        district: None,
        sight: "company".to_owned(),
        granted_by: actor.who.id().map(AccountId),
        approved_by: None,
        granted_at: context.now_ms(),
        expires_at: None,
        scope: None,
    }
}

/// Invites somebody; the link opens with the token whose hash is `link`.
///
/// # Errors
/// The store's, or why not.
pub fn invite(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    (company, role): (CompanyId, Role),
    (login, name, link): (&str, &str, &str),
) -> MemberResult<Account> {
    let now_ms = context.now_ms();
    lock(tx, company, now_ms)?;
    if of_company(tx, company)?.len() >= MEMBERS_MAX {
        return Err(Problem::new(codes::TOO_MANY));
    }
    let new = NewAccount {
        id: AccountId(context.ids.next()),
        party: context.ids.next(),
        login: login.to_owned(),
        name: name.to_owned(),
        is_staff: false,
        password_hash: None,
        at_ms: now_ms,
    };
    account::add(tx, &new).map_err(|refusal| Problem::because(codes::FIELDS, &refusal))?;
    let grant = company_grant(context, actor, (new.id, new.party), (company, role));
    role::grant(tx, &grant).map_err(|refusal| Problem::because(codes::FIELDS, &refusal))?;
    account::invite(tx, new.id, link, now_ms)?;
    let object = format!("account:{}", new.id.0);
    let detail = format!("{} {}", new.login, role.chinese());
    audit::done(tx, now_ms, actor, INVITED, &object, &detail)?;
    agent::sync(tx, context, actor, company)?;
    let made = account::by_id(tx, new.id)?;
    made.ok_or_else(|| Problem::new(web::codes::FAULT))
}

/// Makes a new link for a member who lost his password or his first link.
///
/// # Errors
/// The store's, or why not.
pub fn invite_again(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    (company, account, link): (CompanyId, AccountId, &str),
) -> MemberResult<Account> {
    let now_ms = context.now_ms();
    lock(tx, company, now_ms)?;
    let Some(member) = member(tx, company, account)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    // Who also belongs to somebody else is not this company's to reset.
    let others = role::of_account(tx, account, now_ms)?;
    let is_shared = others
        .iter()
        .any(|grant| grant.company != Some(company) && grant.granted_by.is_none());
    if is_shared || member.account.state == "disabled" {
        return Err(Problem::new(codes::NOT_YOURS));
    }
    account::invite(tx, account, link, now_ms)?;
    let object = format!("account:{}", account.0);
    audit::done(
        tx,
        now_ms,
        actor,
        account::RESET,
        &object,
        &member.account.login,
    )?;
    Ok(member.account)
}

/// Gives a member another role.
///
/// # Errors
/// The store's, or why not.
pub fn change(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    company: CompanyId,
    account: AccountId,
    role: Role,
) -> MemberResult<()> {
    let now_ms = context.now_ms();
    lock(tx, company, now_ms)?;
    let Some(member) = member(tx, company, account)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    if member.grant.role == role.name() {
        return Ok(());
    }
    let is_admin = member.grant.role == Role::CompanyAdmin.name();
    if is_admin && !has_other_admin(tx, company, account)? {
        return Err(Problem::new(codes::LAST_ADMIN));
    }
    role::revoke(tx, member.grant.id, now_ms)?;
    let person = (account, member.account.party);
    let grant = company_grant(context, actor, person, (company, role));
    role::grant(tx, &grant).map_err(|refusal| Problem::because(codes::FIELDS, &refusal))?;
    let object = format!("account:{}", account.0);
    let was = Role::from_name(&member.grant.role).map_or("", Role::chinese);
    let detail = format!("{was} → {}", role.chinese());
    audit::done(tx, now_ms, actor, CHANGED, &object, &detail)?;
    agent::sync(tx, context, actor, company)?;
    Ok(())
}

/// Removes a member: role and sessions end at once.
///
/// # Errors
/// The store's, or why not.
pub fn remove(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    company: CompanyId,
    account: AccountId,
) -> MemberResult<()> {
    let now_ms = context.now_ms();
    lock(tx, company, now_ms)?;
    let Some(member) = member(tx, company, account)? else {
        return Err(Problem::new(web::codes::NOT_FOUND));
    };
    let is_admin = member.grant.role == Role::CompanyAdmin.name();
    if is_admin && !has_other_admin(tx, company, account)? {
        return Err(Problem::new(codes::LAST_ADMIN));
    }
    role::revoke(tx, member.grant.id, now_ms)?;
    agent::sync(tx, context, actor, company)?;
    if role::of_account(tx, account, now_ms)?.is_empty() {
        account::set_state(tx, account, "disabled", now_ms)?;
    }
    session::end_all_of(tx, account, (0, 0), now_ms, "removed")?;
    let object = format!("account:{}", account.0);
    audit::done(tx, now_ms, actor, REMOVED, &object, &member.account.login)?;
    Ok(())
}
