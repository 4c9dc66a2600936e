//! `GET /api/v1/companies`, `GET /api/v1/companies/{id}`, `PUT …/profile`, `GET /api/v1/menu`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::view::{CompanyCard, CompanySummary, card_of, summary};
use crate::ServicesApi;
use crate::case_file::http::id_of;
use crate::case_file::sees;
use crate::company_ledger::{
    CompanyFilter, CompanyOrder, business, contracts, list, menu as modules_of, set_profile, total,
};
use axum::Json;
use axum::extract::State as Held;
use registry::access::{By, Routes};
use registry::approval;
use registry::company::{self, Company, CompanyId};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Page, PageQuery, Path, Problem, QueryOf, codes as common};

/// Longest search text, in characters.
const TEXT_CHARS_MAX: usize = 100;

/// Who looks at companies.
const READERS: &[Role] = &[
    Role::CompanyAdmin,
    Role::CompanyClerk,
    Role::CompanyReader,
    Role::Operator,
    Role::BureauClerk,
    Role::BureauApprover,
    Role::CustomsOfficer,
];

registry::operations! {
    ReadCompanies = reads("companies", "查询企业台账", READERS);
    ReadCompany = reads("company", "查看企业信息", READERS);
    ReadMenu = reads(
        "menu",
        "查看企业功能菜单",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader]
    );
    SetCompanyProfile = changes(
        "set_company_profile",
        "更改企业校验方式",
        &[Role::Operator, Role::BureauApprover]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ServicesApi> {
    registry::routes!(companies, company, set_company_profile, menu)
}

/// How a company's messages shall be read from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileBody {
    /// `strict`: as the standard says; `lenient`: known deviations of older programs are only warned
    /// about.
    #[schema(example = "lenient")]
    pub profile: String,
    /// The reason, 2 to 500 characters; it is audited.
    pub reason: String,
}

/// What a list of companies is narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CompaniesQuery {
    /// Beginning of the name; or credit code, customs code or DXP ID.
    pub q: Option<String>,
    /// `active` or `suspended`.
    pub state: Option<String>,
    /// Business role: `ebc`, `ebp`, `pay`, `logistics`, `agent`, `operator`, `warehouse`, `trace`.
    pub role: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<CompanyOrder>)]
    pub sort: Option<String>,
}

/// A module of the menu (功能模块).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MenuItem {
    /// Its name in the API.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Whether it is open to the company.
    pub unlocked: bool,
    /// The message kinds declared in it.
    pub kinds: &'static [&'static str],
    /// Names of the business roles that open it; empty when it is open to everybody.
    pub roles: Vec<&'static str>,
}

/// The menu of a company (功能菜单).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Menu {
    /// The modules in their order.
    pub modules: Vec<MenuItem>,
}

fn bad(why: &str) -> Problem {
    Problem::new(common::BAD_REQUEST).detail(why)
}

fn filter(query: &CompaniesQuery, asked: &PageQuery) -> Result<CompanyFilter, Problem> {
    let text = query.q.as_deref().map(str::trim).unwrap_or_default();
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(bad("q 最多 100 字"));
    }
    let is_suspended = match query.state.as_deref() {
        None => None,
        Some("active") => Some(false),
        Some("suspended") => Some(true),
        Some(_) => return Err(bad("state 应为 active 或 suspended")),
    };
    if query
        .role
        .as_deref()
        .is_some_and(|role| business(role).is_none())
    {
        return Err(bad("没有这个业务角色"));
    }
    Ok(CompanyFilter {
        text: (!text.is_empty()).then(|| text.to_owned()),
        is_suspended,
        role: query.role.clone(),
        begin: asked.begin(query.sort.as_deref())?,
    })
}

/// The companies in sight (企业台账).
#[utoipa::path(get, path = "/api/v1/companies", tag = "ledger", params(CompaniesQuery, PageQuery),
    responses((status = 200, body = Page<CompanySummary>)))]
async fn companies(
    By { actor, .. }: By<ReadCompanies>,
    Held(api): Held<ServicesApi>,
    QueryOf(query): QueryOf<CompaniesQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<CompanySummary>>, Problem> {
    let filter = filter(&query, &asked)?;
    let size = asked.size();
    let read = move |tx: &mut Tx<'_>| {
        let found = list(tx, &actor.sight, &filter, size.rows())?;
        let total = asked.total(|| total(tx, &actor.sight, &filter))?;
        let page = Page::cut(found, size, |(_, place)| filter.begin.next(place.clone()));
        let page = page.counted(total).try_map(|(id, _)| {
            let Some(company) = company::shown(tx, id)? else {
                return Ok(None);
            };
            Ok::<_, Problem>(Some(summary(&company, &contracts(tx, id)?)))
        })?;
        Ok(page.flatten())
    };
    api.read(read).await.map(Json)
}

/// One company with everything.
#[utoipa::path(get, path = "/api/v1/companies/{id}", tag = "ledger",
    params(("id" = String, Path, description = "企业编号")),
    responses((status = 200, body = CompanyCard)))]
async fn company(
    By { actor, .. }: By<ReadCompany>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
) -> Result<Json<CompanyCard>, Problem> {
    let id = CompanyId(id_of(&id)?);
    let context = api.context().clone();
    let read = move |tx: &mut Tx<'_>| {
        let found = company::shown(tx, id)?.filter(|company| actor.sight.sees(company));
        match found {
            Some(company) => card_of(tx, &context, &company, &sees(&actor)),
            None => Err(Problem::new(common::NOT_FOUND)),
        }
    };
    api.read(read).await.map(Json)
}

/// Changes how strictly a company's messages are read (校验方式). What was accepted before keeps its own.
#[utoipa::path(put, path = "/api/v1/companies/{id}/profile", tag = "ledger",
    params(("id" = String, Path, description = "企业编号")),
    request_body = ProfileBody,
    responses(
        (status = 200, body = CompanyCard),
        (status = 400, body = Problem, description = "没有这种校验方式，或没有说明原因")
    ))]
async fn set_company_profile(
    By { actor, .. }: By<SetCompanyProfile>,
    Held(api): Held<ServicesApi>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<ProfileBody>,
) -> Result<Json<CompanyCard>, Problem> {
    let id = CompanyId(id_of(&id)?);
    let reason = approval::reason(&body.reason)?;
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| {
        let found = company::by_id(tx, id)?.filter(|company| actor.sight.sees(company));
        let Some(company) = found else {
            return Err(Problem::new(common::NOT_FOUND));
        };
        let change = (body.profile.as_str(), reason.as_str());
        set_profile(tx, &actor, &company, change, context.now_ms())
            .map_err(|refusal| Problem::because(common::BAD_REQUEST, &refusal))?;
        let changed = Company {
            profile: body.profile.clone(),
            ..company
        };
        card_of(tx, &context, &changed, &sees(&actor))
    };
    api.write(write).await.map(Json)
}

/// What the contracts of the company acted for unlock.
#[utoipa::path(get, path = "/api/v1/menu", tag = "ledger",
    responses((status = 200, body = Menu)))]
async fn menu(
    By { actor, .. }: By<ReadMenu>,
    Held(api): Held<ServicesApi>,
) -> Result<Json<Menu>, Problem> {
    let company = actor.require_company()?.id;
    let contracts = api.context().read(move |tx| contracts(tx, company)).await?;
    let modules = modules_of(&contracts)
        .into_iter()
        .map(|(module, by)| MenuItem {
            id: module.name,
            name: module.chinese,
            unlocked: module.roles.is_empty() || !by.is_empty(),
            kinds: module.kinds,
            roles: module
                .roles
                .iter()
                .filter_map(|role| business(role).map(|business| business.chinese))
                .collect(),
        })
        .collect();
    Ok(Json(Menu { modules }))
}
