//! Changes of parameters (参数变更): who wanted another value, who approved it, and since when it holds.
//!
//! A change that touches security waits for the security administrator; others hold at once. Who set what when, and
//! who approved it, is kept for ever; each earlier value can be set again. What a parameter is, and how every process
//! hears of a change, stands in [`registry::parameter`].

pub mod http;
#[cfg(test)]
mod tests;

use registry::access::Actor;
use registry::approval::{ApprovalKind, Doing, Undone};
use registry::audit;
use registry::context::AppContext;
use registry::module::Module;
use registry::parameter::{self as rows, Parameter, ParameterChange};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::{Error, Result as StoreResult, Tx};

registry::acts! {
    /// A parameter was changed.
    pub SET = "parameter.set", "变更参数";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("参数").acts(ACTS).approvals(KINDS);

/// Changes a parameter that touches security.
pub const SET_KIND: ApprovalKind = ApprovalKind {
    name: "parameter.set",
    chinese: "变更安全参数",
    deciders: &[Role::SecurityAdmin],
    run,
};
/// The kinds of approvals of this module.
pub const KINDS: &[ApprovalKind] = &[SET_KIND];

/// What somebody wants a parameter to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ParameterWish {
    name: String,
    value: Option<i64>,
    /// What it was, so that an approval does not undo what a third person did meanwhile.
    was: Option<i64>,
}

/// A value for people, the program's own among them.
fn shown(parameter: &Parameter, context: &AppContext, value: Option<i64>) -> String {
    match value {
        Some(value) => parameter.kind.shown(value),
        None => {
            let own = parameter.kind.shown(parameter.own(&context.config));
            format!("默认（{own}）")
        }
    }
}

/// Writes a change down, with its row in the audit.
fn write(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    parameter: &Parameter,
    change: &ParameterChange,
) -> StoreResult<String> {
    let was = rows::value(tx, parameter.name)?;
    rows::set(tx, parameter.name, change.value, change.at_ms)?;
    rows::note(tx, change)?;
    let detail = format!(
        "{}：{} → {}",
        parameter.chinese,
        shown(parameter, context, was),
        shown(parameter, context, change.value)
    );
    let object = format!("parameter:{}", parameter.name);
    audit::done(tx, change.at_ms, actor, SET, &object, &detail)?;
    Ok(detail)
}

/// The function of [`SET_KIND`].
fn run(tx: &mut Tx<'_>, doing: &Doing<'_>) -> Result<String, Undone> {
    let wish: ParameterWish = serde_json::from_str(&doing.approval.payload)
        .map_err(|error| Error::Fault(error.to_string()))?;
    let Some(parameter) = doing.context.parameters.find(&wish.name) else {
        return Err(Undone::failed("平台已没有这个参数"));
    };
    if let Some(value) = wish.value
        && let Err(why) = parameter.check(value)
    {
        return Err(Undone::Failed(why));
    }
    if rows::value(tx, parameter.name)? != wish.was {
        return Err(Undone::failed("提交之后参数已被变更"));
    }
    let change = ParameterChange {
        id: doing.context.ids.next(),
        name: wish.name,
        value: wish.value,
        asked_by: doing.approval.asked_by,
        asked_name: doing.approval.asked_name.clone(),
        approved_by: doing.actor.require_account().ok(),
        approved_name: doing.actor.name.clone(),
        at_ms: doing.context.now_ms(),
        why: doing.approval.why.clone(),
    };
    Ok(write(tx, doing.context, doing.actor, parameter, &change)?)
}
