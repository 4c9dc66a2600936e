//! `/api/v1/cases…`; the files of a case are in [`super::attachment`].
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::sql::{place, total};
use super::view::{
    AttachmentView, CaseDetail, CaseSummary, CompanyName, acts, documents, fields, hides_names,
    step, summary,
};
use super::{
    CaseContext, CaseFile, CaseFilter, CaseId, CaseKind, CaseOrder, CaseState, SOON_DAYS, Sees,
    Side, UNMASKED, Verb, advance, attachments, calendar, codes, find, list, open, open_private,
    sees, sides, steps,
};
use crate::ServicesApi;
use axum::Json;
use axum::extract::State as Held;
use axum::http::StatusCode;
use registry::access::{Actor, By, Routes};
use registry::company::{self, CompanyId};
use registry::context::AppContext;
use registry::role::Role;
use registry::{approval, audit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes as common, one_of};

/// Who applies, reviews, decides or looks.
const EVERYBODY: &[Role] = &[
    Role::Applicant,
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
    Role::Operator,
];

/// Who has a step to take.
pub(super) const PARTIES: &[Role] = &[
    Role::Applicant,
    Role::CompanyAdmin,
    Role::BureauClerk,
    Role::BureauApprover,
];

registry::operations! {
    ReadCases = reads("cases", "查询办件", EVERYBODY);
    OpenCase = changes("open_case", "提交办件申请", &[Role::CompanyAdmin, Role::Applicant]);
    ReadCase = reads("case", "查看办件", EVERYBODY);
    ActOnCase = changes("act_on_case", "办理办件", PARTIES);
    UnmaskCase = changes("unmask_case", "查看办件中的个人信息", &[Role::BureauClerk, Role::BureauApprover]);
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(cases, open_case, case, act_on_case, unmask_case)
}

/// Longest value of a form's field, in characters.
const VALUE_CHARS_MAX: usize = 1000;

/// What a list of cases is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(rename_all = "camelCase", parameter_in = Query)]
pub struct CasesQuery {
    /// Kind, such as `company.register`.
    pub kind: Option<String>,
    /// State, such as `applied`; `open` for all that are not closed.
    pub state: Option<String>,
    /// Id of the company.
    pub company: Option<String>,
    /// Number of the case (办件编号), or a part of what it is about.
    pub q: Option<String>,
    /// `overdue`, or `soon` for those due until the next working day and the overdue ones.
    pub due: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<CaseOrder>)]
    pub sort: Option<String>,
}

/// An application (办件申请).
#[derive(Debug, Deserialize, ToSchema)]
pub struct OpenBody {
    /// Kind, such as `company.role`.
    pub kind: String,
    /// The form: name and value of each field.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
}

/// A reason.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ReasonBody {
    /// Why; needed for `supplement`, `return` and `unmask`.
    #[serde(default)]
    pub reason: String,
}

/// What is personal in the form of a case (办件个人信息).
#[derive(Debug, Serialize, ToSchema)]
pub struct Unmasked {
    /// Name and value of each field.
    pub fields: BTreeMap<String, String>,
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(common::BAD_REQUEST).detail(why)
}

pub(super) fn not_found() -> Problem {
    Problem::new(common::NOT_FOUND)
}

/// An id in an address; what is no id does not exist.
pub(crate) fn id_of(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| not_found())
}

fn filter(
    query: &CasesQuery,
    asked: &PageQuery,
    kinds: &[CaseKind],
    now_ms: i64,
) -> Result<CaseFilter, Problem> {
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
    let mut filter = CaseFilter {
        kind: one_of("kind", query.kind.clone(), &names)?,
        company: query.company.as_deref().map(id_of).transpose()?,
        text: query
            .q
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        begin: asked.begin(query.sort.as_deref())?,
        ..CaseFilter::default()
    };
    match query.state.as_deref() {
        None => {}
        Some("open") => filter.is_open = true,
        Some(name) => {
            let state = CaseState::from_name(name).ok_or_else(|| bad("没有这种办件状态"))?;
            filter.state = Some(state);
        }
    }
    filter.due_before = match query.due.as_deref() {
        None => None,
        Some("overdue") => Some(now_ms),
        Some("soon") => Some(calendar::after(now_ms, SOON_DAYS) + 1),
        Some(_) => return Err(bad("due 应为 overdue 或 soon")),
    };
    Ok(filter)
}

/// The name of the company of a case.
fn company_of(tx: &mut Tx<'_>, case: &CaseFile) -> StoreResult<Option<CompanyName>> {
    let Some(id) = case.company else {
        return Ok(None);
    };
    let found = company::by_id(tx, CompanyId(id))?;
    Ok(found.map(|company| CompanyName {
        id: company.id.0.to_string(),
        name: company.name,
    }))
}

/// Cases that the caller sees (办件列表).
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(CasesQuery, PageQuery),
    responses((status = 200, body = Page<CaseSummary>)))]
async fn cases(
    By { actor, .. }: By<ReadCases>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<CasesQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<CaseSummary>>, Problem> {
    let now_ms = api.context().now_ms();
    let filter = filter(&query, &asked, &api.kinds, now_ms)?;
    let kinds = api.kinds.clone();
    let read = move |tx: &mut Tx<'_>| listed(tx, (&actor, &kinds), (&filter, &asked), now_ms);
    api.read(read).await.map(Json)
}

/// Cases as somebody sees them in a list.
pub(super) fn listed(
    tx: &mut Tx<'_>,
    (actor, kinds): (&Actor, &[CaseKind]),
    (filter, asked): (&CaseFilter, &PageQuery),
    now_ms: i64,
) -> Result<Page<CaseSummary>, Problem> {
    let (sees, size, begin) = (sees(actor), asked.size(), &filter.begin);
    let found = list(tx, &sees, filter, size.rows())?;
    let total = asked.total(|| total(tx, &sees, filter))?;
    let place = |case: &CaseFile| begin.next(place(case, begin.order));
    let page = Page::cut(found, size, place).counted(total);
    page.try_map(|case| {
        let kind = kinds.iter().find(|kind| kind.name == case.kind);
        let sides = kind.map_or_else(Vec::new, |kind| sides(actor, kind, &case));
        let at = (now_ms, hides_names(&case, &sides));
        Ok(summary(&case, kind, company_of(tx, &case)?, at))
    })
}

/// Applies for something in the name of the company.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", request_body = OpenBody,
    responses((status = 201, body = CaseDetail)))]
async fn open_case(
    By { actor, .. }: By<OpenCase>,
    Held(api): Held<ServicesApi>,
    JsonBody(body): JsonBody<OpenBody>,
) -> Result<(StatusCode, Json<CaseDetail>), Problem> {
    let account = actor.require_account()?;
    let kind = *api
        .kind(&body.kind)
        .filter(|kind| {
            let is_his = |role: &Role| actor.roles.contains(role.name());
            kind.applicants.iter().any(is_his)
        })
        .ok_or_else(|| Problem::new(codes::KIND))?;
    let mut form = BTreeMap::new();
    for (name, value) in &body.form {
        let value = value.trim();
        if value.chars().count() > VALUE_CHARS_MAX || value.chars().any(char::is_control) {
            let text = format!("{name}：最多 {VALUE_CHARS_MAX} 字，不含控制字符");
            return Err(Problem::new(codes::FIELDS).detail(text));
        }
        form.insert(name.clone(), value.to_owned());
    }
    let (context, actor_) = (api.context().clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| {
        let doing = CaseContext {
            context: &context,
            actor: &actor_,
        };
        let opening = (kind.read)(tx, &doing, &form)?;
        open(tx, &doing, &kind, &opening, account, &actor_.name)
    };
    let case = api.write(write).await?;
    let detail = shown(&api, &actor, case.id).await?;
    Ok((StatusCode::CREATED, Json(detail)))
}

/// One case with everything.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases",
    params(("id" = String, Path, description = "办件编号")),
    responses((status = 200, body = CaseDetail)))]
async fn case(
    By { actor, .. }: By<ReadCase>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<Json<CaseDetail>, Problem> {
    shown(&api, &actor, CaseId(id_of(&id)?)).await.map(Json)
}

/// A case and its kind, if the caller sees it.
pub(super) fn seen(
    tx: &mut Tx<'_>,
    kinds: &[CaseKind],
    sees: &Sees,
    id: CaseId,
) -> Result<(CaseFile, CaseKind), Problem> {
    let found = find(tx, sees, id)?;
    let pair = found.and_then(|case| {
        let kind = *kinds.iter().find(|kind| kind.name == case.kind)?;
        Some((case, kind))
    });
    pair.ok_or_else(not_found)
}

async fn shown(api: &ServicesApi, actor: &Actor, id: CaseId) -> Result<CaseDetail, Problem> {
    let (kinds, context, actor) = (api.kinds.clone(), api.context().clone(), actor.clone());
    api.read(move |tx| detail(tx, &context, (&actor, &kinds), id))
        .await
}

/// A case with everything, as somebody sees it.
pub(super) fn detail(
    tx: &mut Tx<'_>,
    context: &AppContext,
    (actor, kinds): (&Actor, &[CaseKind]),
    id: CaseId,
) -> Result<CaseDetail, Problem> {
    let (case, kind) = seen(tx, kinds, &sees(actor), id)?;
    let private = open_private(context, case.id, case.private.as_deref())?;
    let attached = attachments(tx, case.id)?;
    let timeline = steps(tx, case.id)?;
    let company = company_of(tx, &case)?;
    let sides = sides(actor, &kind, &case);
    // Who applied knows what he wrote; everybody else gives a reason first.
    let is_open = sides.contains(&Side::Applicant);
    let hides = hides_names(&case, &sides);
    let shown = if sides.is_empty() {
        BTreeMap::new()
    } else {
        private
    };
    Ok(CaseDetail {
        summary: summary(&case, Some(&kind), company, (context.now_ms(), hides)),
        fields: fields(&kind, &case, &shown, is_open),
        documents: documents(&kind, &attached),
        attachments: attached.iter().map(AttachmentView::from).collect(),
        timeline: timeline.iter().map(|one| step(one, hides)).collect(),
        acts: acts(case.state, &sides),
        calendar: calendar::source(case.due_at.unwrap_or(case.changed_at)),
    })
}

/// Takes a step: `accept`, `supplement`, `resubmit`, `approve` (proposes), `finish` (decides),
/// `return`, `withdraw`.
#[utoipa::path(post, path = "/api/v1/cases/{id}/{act}", tag = "cases",
    params(("id" = String, Path, description = "办件编号"),
        ("act" = String, Path, description = "办理动作")),
    request_body = ReasonBody,
    responses((status = 200, body = CaseDetail)))]
async fn act_on_case(
    By { actor, .. }: By<ActOnCase>,
    Held(api): Held<ServicesApi>,
    Path((id, act)): Path<(String, String)>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Json<CaseDetail>, Problem> {
    let id = CaseId(id_of(&id)?);
    let verb = Verb::from_name(&act).ok_or_else(not_found)?;
    let reason = body.reason;
    let (sees_, kinds) = (sees(&actor), api.kinds.clone());
    let (context, actor_) = (api.context().clone(), actor.clone());
    let write = move |tx: &mut Tx<'_>| {
        let doing = CaseContext {
            context: &context,
            actor: &actor_,
        };
        let (case, kind) = seen(tx, &kinds, &sees_, id)?;
        advance(tx, &doing, &kind, &case, verb, &reason)
    };
    api.write(write).await?;
    shown(&api, &actor, id).await.map(Json)
}

/// Shows what is personal in the form of a case, for a reason that the audit keeps.
#[utoipa::path(post, path = "/api/v1/cases/{id}/unmask", tag = "cases",
    params(("id" = String, Path, description = "办件编号")), request_body = ReasonBody,
    responses((status = 200, body = Unmasked)))]
async fn unmask_case(
    By { actor, .. }: By<UnmaskCase>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ReasonBody>,
) -> Result<Json<Unmasked>, Problem> {
    let id = CaseId(id_of(&id)?);
    let reason = approval::reason(&body.reason)?;
    let (sees, context) = (sees(&actor), api.context().clone());
    let write = move |tx: &mut Tx<'_>| {
        let Some(case) = find(tx, &sees, id)? else {
            return Err(not_found());
        };
        let private = open_private(&context, case.id, case.private.as_deref());
        let object = format!("case:{}", id.0);
        audit::done(tx, context.now_ms(), &actor, UNMASKED, &object, &reason)?;
        private
    };
    let fields = api.write(write).await?;
    Ok(Json(Unmasked { fields }))
}
