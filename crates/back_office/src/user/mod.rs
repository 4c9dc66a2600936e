//! Users (用户管理): the accounts of people, as the officers see and keep them.
//!
//! The system administrator makes staff accounts and hands each person a one-time link; the
//! security administrator enables, unlocks and resets. Nobody does any of it to himself, and the
//! last active holder of an office stays (see [`crate::administration`]). A reset puts the person
//! out and takes no second factor away: for a lost telephone two officers are needed
//! ([`state::FACTOR_RESET`]). Telephone numbers and addresses are shown masked; in full only record by
//! record, with a reason, and that is audited.

pub mod http;
pub mod state;
#[cfg(test)]
mod tests;

use crate::{department, post};
use registry::access::Actor;
use registry::account::personal::{self, Field};
use registry::account::{self, AccountId, AccountRefusal, NewAccount, PersonProfile};
use registry::context::{AppContext, RandomSecret};
use registry::module::Module;
use registry::request::{codes, field, not_found};
use registry::{audit, role};
use store::{Result as StoreResult, Tx};
use web::Problem;

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("用户").approvals(state::KINDS);

/// The data of a person as they are typed.
#[derive(Debug, Clone, Default)]
pub struct Details {
    /// Name.
    pub name: String,
    /// Department.
    pub department: Option<i64>,
    /// Post.
    pub post: Option<i64>,
    /// Telephone number; nothing keeps the present one, an empty text removes it.
    pub phone: Option<String>,
    /// E-mail address, likewise.
    pub email: Option<String>,
}

/// The object of an audit row.
fn object(id: AccountId) -> String {
    format!("account:{}", id.0)
}

fn refusal(refusal: AccountRefusal) -> Problem {
    let code = match refusal {
        AccountRefusal::Taken => codes::TAKEN,
        AccountRefusal::Login | AccountRefusal::Name => codes::FIELD,
        AccountRefusal::Store(error) => return error.into(),
    };
    Problem::new(code).detail(refusal.to_string())
}

/// Makes a staff account with its one-time link.
///
/// # Errors
/// The store's, or what is wrong.
pub fn create(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    (login, details): (&str, &Details),
    (link_hash, nonces): (&str, &[RandomSecret; 2]),
) -> Result<AccountId, Problem> {
    let now_ms = context.now_ms();
    let id = AccountId(context.ids.next());
    let new = NewAccount {
        id,
        party: context.ids.next(),
        login: login.to_owned(),
        name: details.name.clone(),
        is_staff: true,
        password_hash: None,
        at_ms: now_ms,
    };
    account::add(tx, &new).map_err(refusal)?;
    put_profile(tx, context, id, details, nonces)?;
    account::invite(tx, id, link_hash, now_ms)?;
    audit::done(tx, now_ms, actor, account::CREATE, &object(id), login)?;
    Ok(id)
}

/// Changes the data of a person.
///
/// # Errors
/// The store's, or what is wrong.
pub fn change(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: AccountId,
    details: &Details,
    nonces: &[RandomSecret; 2],
) -> Result<(), Problem> {
    let Some(found) = account::by_id(tx, id)? else {
        return Err(not_found());
    };
    account::validate(&found.login, &details.name).map_err(refusal)?;
    account::set_name(tx, id, details.name.trim())?;
    put_profile(tx, context, id, details, nonces)?;
    // Which data were changed is on record, the data are not (I8).
    let mut fields = vec!["姓名、部门、岗位"];
    fields.extend(details.phone.is_some().then_some("电话"));
    fields.extend(details.email.is_some().then_some("邮箱"));
    let now_ms = context.now_ms();
    audit::done(
        tx,
        now_ms,
        actor,
        account::CHANGE,
        &object(id),
        &fields.join("、"),
    )?;
    Ok(())
}

fn put_profile(
    tx: &mut Tx<'_>,
    context: &AppContext,
    id: AccountId,
    details: &Details,
    nonces: &[RandomSecret; 2],
) -> Result<(), Problem> {
    let old = account::profile(tx, id)?;
    may_belong(tx, context, id, &old, details)?;
    let mut profile = PersonProfile {
        department: details.department,
        post: details.post,
        ..old
    };
    let fields = [
        (Field::Phone, &details.phone, "电话号码应为 5 至 20 位数字"),
        (Field::Email, &details.email, "邮箱地址格式不正确"),
    ];
    for ((kind, text, why), nonce) in fields.into_iter().zip(nonces) {
        let Some(text) = text.as_deref().map(str::trim) else {
            continue;
        };
        if !text.is_empty() && !kind.is_well_formed(text) {
            return Err(field(why));
        }
        let sealed = personal::close(context, id, kind, text, nonce)?;
        match kind {
            Field::Phone => profile.phone_sealed = sealed,
            Field::Email => profile.email_sealed = sealed,
        }
    }
    account::set_profile(tx, id, &profile, context.now_ms())?;
    Ok(())
}

/// Whether a person may have this department and post. Who holds a role with the sight of his
/// department stays in it: a move would change what he sees, which one officer alone must not do.
fn may_belong(
    tx: &mut Tx<'_>,
    context: &AppContext,
    id: AccountId,
    old: &PersonProfile,
    details: &Details,
) -> Result<(), Problem> {
    if let Some(department) = details.department
        && department::by_id(tx, department)?.is_none()
    {
        return Err(field("没有这个部门"));
    }
    if let Some(wanted) = details.post
        && details.post != old.post
        && !post::by_id(tx, wanted)?.is_some_and(|post| post.is_active)
    {
        return Err(field("没有这个岗位，或岗位已停用"));
    }
    if details.department != old.department {
        let grants = role::of_account(tx, id, context.now_ms())?;
        if grants.iter().any(role::Grant::is_of_department) {
            let why = "此人有角色的数据范围为“本部门关区”，调整部门会改变其所见数据；\
                       请先申请收回该角色，调整部门后重新授予";
            return Err(Problem::new(codes::STATE).detail(why));
        }
    }
    Ok(())
}

/// Telephone number and e-mail address in full.
pub fn personal(
    tx: &mut Tx<'_>,
    context: &AppContext,
    id: AccountId,
) -> StoreResult<(String, String)> {
    let profile = account::profile(tx, id)?;
    Ok((
        personal::open(context, id, Field::Phone, profile.phone_sealed.as_deref())?,
        personal::open(context, id, Field::Email, profile.email_sealed.as_deref())?,
    ))
}
