//! `/api/v1/parameters`: what may be changed at run time, its changes, and a new value.

use super::{ParameterWish, SET_KIND, shown, write};
use crate::administration::AdministrationApi;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes};
use registry::approval::{self, Request, reason};
use registry::parameter::{
    self as rows, Parameter, ParameterChange, ParameterKind, changes, refresh,
};
use registry::request::{codes, field, not_found};
use registry::role::{OFFICERS, SYSTEM};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

/// Changes that are shown of one parameter.
const CHANGES: i64 = 200;

/// Requests that are looked at to mark the parameters that wait.
const PENDING: i64 = 200;

registry::operations! {
    ReadParameters = reads("parameters", "查看参数", OFFICERS);
    ReadParameterChanges = reads("parameter_changes", "查看参数变更历史", OFFICERS);
    SetParameter = changes("set_parameter", "变更参数", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(parameters, parameter_changes, set_parameter)
}

/// A change of a parameter (参数变更).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// Its id.
    pub id: String,
    /// The new value; none for the program's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// The new value for people.
    pub shown: String,
    /// Who wanted it.
    pub asked_by: String,
    /// Who approved it, if it had to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// When it began to hold, RFC 3339.
    pub at: String,
    /// Why.
    pub why: String,
}

/// A parameter (参数) with its value.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParameterView {
    /// Its name in the API.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it does.
    pub sentence: String,
    /// `number` or `switch`.
    pub kind: String,
    /// Smallest value.
    pub min: i64,
    /// Largest value.
    pub max: i64,
    /// Unit, in Chinese.
    pub unit: String,
    /// Whether a change waits for the security administrator.
    pub is_security: bool,
    /// The value that holds when nobody has changed it.
    pub fallback: i64,
    /// The value that holds.
    pub value: i64,
    /// Whether it was changed.
    pub is_changed: bool,
    /// Whether a change waits for approval.
    pub is_pending: bool,
    /// The last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<ChangeView>,
}

fn change_view(
    api: &AdministrationApi,
    parameter: &Parameter,
    change: ParameterChange,
) -> ChangeView {
    ChangeView {
        id: change.id.to_string(),
        value: change.value,
        shown: shown(parameter, api.context(), change.value),
        asked_by: change.asked_name,
        approved_by: change.approved_by.map(|_| change.approved_name),
        at: beijing_rfc3339(change.at_ms),
        why: change.why,
    }
}

/// Names of the parameters for which somebody waits.
fn pending(tx: &mut Tx<'_>) -> StoreResult<BTreeSet<String>> {
    let filter = approval::ApprovalFilter {
        state: Some("pending".to_owned()),
        kinds: vec![SET_KIND.name.to_owned()],
        asked_by: 0,
        begin: web::Begin::default(),
    };
    let found = approval::list(tx, &filter, PENDING)?.into_iter();
    Ok(found
        .filter_map(|one| serde_json::from_str::<ParameterWish>(&one.payload).ok())
        .map(|wish| wish.name)
        .collect())
}

fn view(
    tx: &mut Tx<'_>,
    api: &AdministrationApi,
    parameter: &Parameter,
    is_pending: bool,
) -> StoreResult<ParameterView> {
    let changed = rows::value(tx, parameter.name)?;
    let last = changes(tx, parameter.name, 1)?.into_iter().next();
    let own = parameter.own(&api.context().config);
    let (min, max) = parameter.kind.range();
    let (kind, unit) = match parameter.kind {
        ParameterKind::Number { unit, .. } => ("number", unit),
        ParameterKind::Switch => ("switch", ""),
    };
    Ok(ParameterView {
        id: parameter.name.to_owned(),
        name: parameter.chinese.to_owned(),
        sentence: parameter.sentence.to_owned(),
        kind: kind.to_owned(),
        min,
        max,
        unit: unit.to_owned(),
        is_security: parameter.is_security,
        fallback: own,
        value: changed.unwrap_or(own),
        is_changed: changed.is_some(),
        is_pending,
        last: last.map(|change| change_view(api, parameter, change)),
    })
}

/// Every parameter with its value (参数列表).
#[utoipa::path(
    get, path = "/api/v1/parameters", tag = "administration",
    responses(
        (status = 200, body = Page<ParameterView>)
    )
)]
async fn parameters(
    _: By<ReadParameters>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<ParameterView>>, Problem> {
    let inside = api.clone();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Vec<ParameterView>> {
        let pending = pending(tx)?;
        let declared = inside.context().parameters.declared();
        let mut views = Vec::new();
        for parameter in declared {
            let is_pending = pending.contains(parameter.name);
            views.push(view(tx, &inside, parameter, is_pending)?);
        }
        Ok(views)
    };
    let items = api.context().read(read).await?;
    Ok(Json(Page::whole(items)))
}

fn find(api: &AdministrationApi, name: &str) -> Result<&'static Parameter, Problem> {
    api.context().parameters.find(name).ok_or_else(not_found)
}

/// The changes of a parameter, newest first (参数变更历史).
#[utoipa::path(
    get, path = "/api/v1/parameters/{name}/changes", tag = "administration",
    params(("name" = String, Path, description = "参数名")),
    responses(
        (status = 200, body = Page<ChangeView>),
        (status = 404, body = Problem, description = "没有这个参数")
    )
)]
async fn parameter_changes(
    _: By<ReadParameterChanges>,
    State(api): State<AdministrationApi>,
    Path(name): Path<String>,
) -> Result<Json<Page<ChangeView>>, Problem> {
    let parameter = find(&api, &name)?;
    let read = move |tx: &mut Tx<'_>| changes(tx, parameter.name, CHANGES);
    let found = api.context().read(read).await?.into_iter();
    Ok(Json(Page::whole(
        found
            .map(|change| change_view(&api, parameter, change))
            .collect(),
    )))
}

/// A new value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewValue {
    /// The value; 0 and 1 for off and on; none for the program's own.
    pub value: Option<i64>,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// What became of a wish.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Became {
    /// Whether the value holds.
    pub holds: bool,
    /// Id of the approval for which it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<String>,
}

/// Changes a parameter; one that touches security waits for the security administrator (变更参数).
#[utoipa::path(
    put, path = "/api/v1/parameters/{name}", tag = "administration", request_body = NewValue,
    params(("name" = String, Path, description = "参数名")),
    responses(
        (status = 200, body = Became, description = "已生效"),
        (status = 202, body = Became, description = "等待安全管理员复核"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "没有这个参数"),
        (status = 409, body = Problem, description = "已有待复核的变更，或与现值相同"),
        (status = 422, body = Problem, description = "超出范围")
    )
)]
async fn set_parameter(
    By { actor, .. }: By<SetParameter>,
    State(api): State<AdministrationApi>,
    Path(name): Path<String>,
    JsonBody(given): JsonBody<NewValue>,
) -> Result<(StatusCode, Json<Became>), Problem> {
    let parameter = find(&api, &name)?;
    let why = reason(&given.reason)?;
    if let Some(value) = given.value {
        parameter.check(value).map_err(field)?;
    }
    let inside = api.clone();
    let act = move |tx: &mut Tx<'_>| set(tx, &inside, &actor, parameter, given.value, &why);
    let asked = api.context().act(act).await?;
    if asked.is_none()
        && let Err(error) = refresh(&api.context().db, &api.context().parameters).await
    {
        // The value is written; this process sees it with the next look.
        tracing::warn!(%error, "the parameters could not be read");
    }
    let status = match asked {
        Some(_) => StatusCode::ACCEPTED,
        None => StatusCode::OK,
    };
    let became = Became {
        holds: asked.is_none(),
        approval_id: asked.map(|id| id.to_string()),
    };
    Ok((status, Json(became)))
}

/// Sets a value, or asks for it; answers the id of the approval then.
pub(super) fn set(
    tx: &mut Tx<'_>,
    api: &AdministrationApi,
    actor: &Actor,
    parameter: &Parameter,
    value: Option<i64>,
    why: &str,
) -> Result<Option<i64>, Problem> {
    let (context, state) = (api.context(), |why: &str| {
        Problem::new(codes::STATE).detail(why)
    });
    let was = rows::value(tx, parameter.name)?;
    if was == value {
        return Err(state("与现值相同"));
    }
    if !parameter.is_security {
        let asked_by = actor.require_account()?;
        let change = ParameterChange {
            id: context.ids.next(),
            name: parameter.name.to_owned(),
            value,
            asked_by,
            asked_name: actor.name.clone(),
            approved_by: None,
            approved_name: String::new(),
            at_ms: context.now_ms(),
            why: why.to_owned(),
        };
        write(tx, context, actor, parameter, &change)?;
        return Ok(None);
    }
    if pending(tx)?.contains(parameter.name) {
        return Err(state("该参数已有待复核的变更"));
    }
    let wish = ParameterWish {
        name: parameter.name.to_owned(),
        value,
        was,
    };
    let request = Request {
        kind: SET_KIND.name,
        title: format!(
            "{}：{} → {}",
            parameter.chinese,
            shown(parameter, context, was),
            shown(parameter, context, value)
        ),
        payload: serde_json::to_string(&wish).unwrap_or_default(),
        company: None,
        why: why.to_owned(),
    };
    Ok(Some(approval::ask(tx, context, actor, &request)?))
}
