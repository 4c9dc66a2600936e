//! The state of an account (账号状态): enabled, disabled, unlocked, reset, without its factors.

pub mod http;

use super::object;
use crate::administration::last_office;
use identity::factor;
use identity::login::lock;
use registry::access::Actor;
use registry::account::{self, Account, AccountId};
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::context::AppContext;
use registry::request::{codes, not_found};
use registry::role::Role;
use registry::{audit, session};
use serde::{Deserialize, Serialize};
use store::{Error, Result as StoreResult, Tx};
use web::Problem;

/// Takes every second factor of an account away, for a lost telephone.
pub const FACTOR_RESET: ApprovalKind = ApprovalKind {
    name: "factor.reset",
    chinese: "解除两步验证（设备遗失）",
    deciders: &[Role::SystemAdmin, Role::SecurityAdmin],
    run: reset_factors,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[FACTOR_RESET];

/// What an approval of [`FACTOR_RESET`] carries.
#[derive(Debug, Serialize, Deserialize)]
struct FactorReset {
    account: i64,
}

/// What somebody may do to the state of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Open it again.
    Enable,
    /// Close it and end its sessions.
    Disable,
    /// Forget its failures.
    Unlock,
}

/// Enables, disables or unlocks an account.
///
/// # Errors
/// The store's, or why not.
pub fn set_state(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    (id, change): (AccountId, Change),
    reason: &str,
) -> Result<(), Problem> {
    let (found, now_ms) = (account::by_id(tx, id)?, context.now_ms());
    let found = others(actor, found)?;
    let state = match change {
        Change::Unlock => found.state.as_str(),
        // Who never set a password still needs the link.
        Change::Enable if found.password_hash.is_none() => "invited",
        Change::Enable => "active",
        Change::Disable => "disabled",
    };
    if change != Change::Unlock && state == found.state {
        return Err(Problem::new(codes::STATE).detail("账号已是该状态"));
    }
    if change == Change::Disable {
        if let Some(office) = last_office(tx, id, now_ms)? {
            return Err(Problem::new(codes::LAST_OFFICER).detail(office.chinese()));
        }
        session::end_all_of(tx, id, (0, 0), now_ms, "disabled")?;
    }
    account::set_state(tx, id, state, now_ms)?;
    if change != Change::Disable {
        lock::forget(tx, context, &found.login)?;
    }
    let verb = match change {
        Change::Enable => "启用",
        Change::Disable => "停用",
        Change::Unlock => "解锁",
    };
    let detail = format!("{verb} {}；理由：{reason}", found.login);
    audit::done(tx, now_ms, actor, account::STATE, &object(id), &detail)?;
    Ok(())
}

/// Puts a person out until a new password is set by a fresh one-time link.
///
/// # Errors
/// The store's, or why not.
pub fn reset(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: AccountId,
    link_hash: &str,
    reason: &str,
) -> Result<(), Problem> {
    let (found, now_ms) = (account::by_id(tx, id)?, context.now_ms());
    let found = others(actor, found)?;
    if found.state == "disabled" {
        return Err(Problem::new(codes::STATE).detail("账号已停用，请先启用"));
    }
    // The old password opens nothing any more: it may be the reason for the reset.
    account::set_state(tx, id, "invited", now_ms)?;
    session::end_all_of(tx, id, (0, 0), now_ms, "reset")?;
    account::invite(tx, id, link_hash, now_ms)?;
    let detail = format!("{}；理由：{reason}", found.login);
    audit::done(tx, now_ms, actor, account::RESET, &object(id), &detail)?;
    Ok(())
}

/// A new first link for somebody who has not set a password yet; the old one opens nothing any more.
///
/// # Errors
/// The store's, or why not.
pub fn invite_again(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: AccountId,
    link_hash: &str,
    reason: &str,
) -> Result<(), Problem> {
    let (found, now_ms) = (account::by_id(tx, id)?, context.now_ms());
    let found = others(actor, found)?;
    // Who has a password gets another only from the security administrator, who puts the person out.
    if found.state != "invited" || found.password_hash.is_some() {
        let why = "该账号已激活过或已停用；忘记密码请由安全管理员重置";
        return Err(Problem::new(codes::STATE).detail(why));
    }
    account::invite(tx, id, link_hash, now_ms)?;
    let detail = format!("重新生成激活链接 {}；理由：{reason}", found.login);
    audit::done(tx, now_ms, actor, account::RESET, &object(id), &detail)?;
    Ok(())
}

/// A fresh one-time link from the machine itself, for an officer who is locked out; a disabled
/// account is opened by it.
pub fn rescue(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: AccountId,
    link_hash: &str,
) -> StoreResult<()> {
    let now_ms = context.now_ms();
    account::set_state(tx, id, "invited", now_ms)?;
    session::end_all_of(tx, id, (0, 0), now_ms, "reset")?;
    account::invite(tx, id, link_hash, now_ms)?;
    audit::done(
        tx,
        now_ms,
        actor,
        account::RESET,
        &object(id),
        "在服务器上重新生成链接",
    )
}

/// The account, when it is somebody else's.
fn others(actor: &Actor, found: Option<Account>) -> Result<Account, Problem> {
    let found = found.ok_or_else(not_found)?;
    if actor.who.id() == Some(found.id.0) {
        return Err(Problem::new(codes::ONESELF));
    }
    Ok(found)
}

/// The function of [`FACTOR_RESET`].
fn reset_factors(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let asked: FactorReset = serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(error.to_string()))?;
    let id = AccountId(asked.account);
    if doing.actor.who.id() == Some(id.0) {
        return Err(Undone::NotYou(
            "不能由本人批准解除自己两步验证的申请".to_owned(),
        ));
    }
    let Some(found) = account::by_id(tx, id)? else {
        return Err(Undone::failed("账号已不存在"));
    };
    let now_ms = doing.context.now_ms();
    factor::remove_all(tx, id)?;
    session::end_all_of(tx, id, (0, 0), now_ms, "factor")?;
    let detail = format!("已解除 {} 的两步验证", found.login);
    audit::done(
        tx,
        now_ms,
        doing.actor,
        factor::REMOVE,
        &object(id),
        &detail,
    )?;
    Ok(detail)
}
