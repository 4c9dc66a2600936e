//! Grants (授权): who asks for a role, and what happens when another approves.
//!
//! The system administrator asks, the security administrator decides; neither for himself. A role
//! of a company's people is given by the company itself (members), never here. A role sees what
//! its sight says: nothing for the officers, everything or one customs district for the others. A
//! custom role is a set of operations and passes the same queue when it is made or changed, so
//! that nobody widens a role that others hold alone.

pub mod custom;
pub mod http;
#[cfg(test)]
mod tests;

use crate::administration::last_office;
use registry::account::{self, AccountId};
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::module::Module;
use registry::role::{self, CustomRole, Grant, Role};
use serde::{Deserialize, Serialize};
use store::{Error, Result as StoreResult, Tx};

registry::acts! {
    /// A role was granted.
    pub GRANTED = "role.grant", "授予角色";
    /// A role was taken back.
    pub REVOKED = "role.revoke", "收回角色";
    /// A custom role was made or changed.
    pub PUT = "role.put", "新建或修改自定义角色";
    /// A custom role was removed.
    pub REMOVED = "role.remove", "删除自定义角色";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("授权").acts(ACTS).approvals(KINDS);

/// Who decides about roles.
const DECIDERS: &[Role] = &[Role::SecurityAdmin];

/// Grants a role.
pub const GRANT: ApprovalKind = ApprovalKind {
    name: "role.grant",
    chinese: "授予角色",
    deciders: DECIDERS,
    run: grant,
};
/// Takes a role back.
pub const REVOKE: ApprovalKind = ApprovalKind {
    name: "role.revoke",
    chinese: "收回角色",
    deciders: DECIDERS,
    run: revoke,
};
/// Makes or changes a custom role.
pub const PUT_ROLE: ApprovalKind = ApprovalKind {
    name: "role.put",
    chinese: "新建或修改自定义角色",
    deciders: DECIDERS,
    run: put,
};
/// Removes a custom role.
pub const REMOVE_ROLE: ApprovalKind = ApprovalKind {
    name: "role.remove",
    chinese: "删除自定义角色",
    deciders: DECIDERS,
    run: remove,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[GRANT, REVOKE, PUT_ROLE, REMOVE_ROLE];

/// What somebody asks to be granted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GrantProposal {
    /// To whom.
    pub account: i64,
    /// Which role.
    pub role: String,
    /// `all`, `district`, `department` or `nothing`.
    pub sight: String,
    /// Customs district (关区): the first two to four digits of a registration number.
    pub district: Option<String>,
    /// Until when, milliseconds since 1970-01-01 UTC.
    pub expires_at: Option<i64>,
}

/// What an approval of [`REVOKE`] carries.
#[derive(Debug, Serialize, Deserialize)]
struct Taking {
    grant: i64,
    account: i64,
}

/// What an approval of [`PUT_ROLE`] or [`REMOVE_ROLE`] carries.
#[derive(Debug, Serialize, Deserialize)]
struct RoleWish {
    name: String,
    chinese: String,
    operations: Vec<String>,
}

/// What is wrong with a wish, whoever it is for; in Chinese.
///
/// # Errors
/// What is wrong, or the store's.
pub fn validate(tx: &mut Tx<'_>, wish: &GrantProposal, now_ms: i64) -> Result<(), Undone> {
    let role = Role::from_name(&wish.role);
    if role.is_some_and(Role::is_company) {
        return Err(Undone::failed("企业角色由企业管理员在成员管理中授予"));
    }
    let is_custom = role::custom_roles(tx)?
        .iter()
        .any(|role| role.name == wish.role);
    if role.is_none() && !is_custom {
        return Err(Undone::failed(role::RoleRefusal::Unknown.to_string()));
    }
    let is_officer = role.is_some_and(Role::is_officer);
    let district = wish.district.as_deref().unwrap_or_default();
    let is_district =
        (2..=4).contains(&district.len()) && district.bytes().all(|b| b.is_ascii_digit());
    let fault = match wish.sight.as_str() {
        "nothing" => None,
        "all" | "district" | "department" if is_officer => {
            Some("三员不查看业务数据，数据范围应为“无”")
        }
        "all" | "department" => None,
        "district" if is_district => None,
        "district" => Some("数据范围为关区时，须填写 2 至 4 位数字的关区代码"),
        _ => Some(
            "数据范围应为 all（全部）、district（关区）、department（本部门关区）或 nothing（无）",
        ),
    };
    if let Some(fault) = fault {
        return Err(Undone::failed(fault));
    }
    if !district.is_empty() && wish.sight != "district" {
        return Err(Undone::failed("只有数据范围为关区时才填写关区代码"));
    }
    if wish.expires_at.is_some_and(|at| at <= now_ms) {
        return Err(Undone::failed("截止时间应晚于现在"));
    }
    match account::by_id(tx, AccountId(wish.account))? {
        Some(found) if found.is_staff() => Ok(()),
        Some(_) => Err(Undone::failed("企业用户的账号不能担任平台角色")),
        None => Err(Undone::failed("没有这个用户")),
    }
}

/// The sight of a wish as the table has it: that of a department is the subtree of an agency.
fn stored(sight: &str) -> &str {
    match sight {
        "department" => "subtree",
        other => other,
    }
}

fn payload<T: for<'a> Deserialize<'a>>(doing: &Doing<'_>) -> StoreResult<T> {
    serde_json::from_str(&doing.approval.payload).map_err(|error| Error::Fault(error.to_string()))
}

fn not_for_oneself(doing: &Doing<'_>, account: i64) -> Result<(), Undone> {
    if doing.actor.who.id() == Some(account) {
        return Err(Undone::NotYou(
            "不能由本人批准自己的角色授予或收回".to_owned(),
        ));
    }
    match doing.approval.asked_by.0 == account {
        true => Err(Undone::failed("不能为自己申请授予或收回角色")),
        false => Ok(()),
    }
}

/// The function of [`GRANT`].
fn grant(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let (wish, now_ms): (GrantProposal, i64) = (payload(doing)?, doing.context.now_ms());
    not_for_oneself(doing, wish.account)?;
    validate(tx, &wish, now_ms)?;
    let Some(found) = account::by_id(tx, AccountId(wish.account))? else {
        return Err(Undone::failed("没有这个用户"));
    };
    let made = Grant {
        id: doing.context.ids.next(),
        account: found.id,
        party: found.party,
        role: wish.role.clone(),
        company: None,
        district: wish
            .district
            .clone()
            .filter(|district| !district.is_empty()),
        sight: stored(&wish.sight).to_owned(),
        granted_by: Some(doing.approval.asked_by),
        approved_by: doing.actor.require_account().ok(),
        granted_at: now_ms,
        expires_at: wish.expires_at,
        scope: None,
    };
    role::grant(tx, &made).map_err(Undone::because)?;
    let detail = format!(
        "{} → {}，数据范围：{}",
        role_name(&wish.role),
        found.login,
        sight_name(&wish.sight)
    );
    let object = format!("account:{}", found.id.0);
    audit::done(tx, now_ms, doing.actor, GRANTED, &object, &detail)?;
    Ok(detail)
}

/// A role for people; those made by officers are told by their code.
fn role_name(role: &str) -> &str {
    Role::from_name(role).map_or(role, |known| known.chinese())
}

/// What a role sees, for people.
fn sight_name(sight: &str) -> &str {
    match sight {
        "all" => "全部",
        "district" => "关区",
        "department" => "本部门关区",
        "nothing" => "无业务数据",
        other => other,
    }
}

/// The function of [`REVOKE`].
fn revoke(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let (taking, now_ms): (Taking, i64) = (payload(doing)?, doing.context.now_ms());
    not_for_oneself(doing, taking.account)?;
    let Some(held) = role::by_id(tx, taking.grant)? else {
        return Err(Undone::failed("该授权已收回"));
    };
    let is_office = Role::from_name(&held.role).is_some_and(Role::is_officer);
    if is_office && last_office(tx, held.account, now_ms)?.is_some() {
        return Err(Undone::failed("此人是该岗位最后一位在岗的管理员，不能收回"));
    }
    if !role::revoke(tx, held.id, now_ms)? {
        return Err(Undone::failed("该授权已收回"));
    }
    let detail = format!("{} ← 账号 {}", role_name(&held.role), held.account.0);
    let object = format!("account:{}", held.account.0);
    audit::done(tx, now_ms, doing.actor, REVOKED, &object, &detail)?;
    Ok(detail)
}

/// The function of [`PUT_ROLE`].
fn put(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let (wish, now_ms): (RoleWish, i64) = (payload(doing)?, doing.context.now_ms());
    let made = CustomRole {
        name: wish.name,
        chinese: wish.chinese,
        operations: wish.operations,
    };
    role::put_custom_role(tx, &made, now_ms)?;
    let detail = format!("{}：{}", made.chinese, made.operations.join("、"));
    let object = format!("role:{}", made.name);
    audit::done(tx, now_ms, doing.actor, PUT, &object, &detail)?;
    Ok(detail)
}

/// The function of [`REMOVE_ROLE`].
fn remove(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let (wish, now_ms): (RoleWish, i64) = (payload(doing)?, doing.context.now_ms());
    if !role::remove_custom_role(tx, &wish.name)? {
        return Err(Undone::failed("角色不存在，或仍有人担任"));
    }
    let object = format!("role:{}", wish.name);
    audit::done(tx, now_ms, doing.actor, REMOVED, &object, &wish.chinese)?;
    Ok(wish.chinese)
}
