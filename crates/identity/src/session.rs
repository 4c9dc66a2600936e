//! `GET /api/v1/session`, `POST /api/v1/session/company`: what the console must know of its person;
//! `GET /api/v1/sessions`, `POST /api/v1/sessions/{id}/kick`: who is at work.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{Actor, By, Gate, Person, Routes};
use registry::approval::{http::Reason, reason};
use registry::company::{self, CompanyId};
use registry::module::Module;
use registry::request::not_found;
use registry::role::{self, Named, OFFICERS, PEOPLE, Role, SECURITY, named};
use registry::session::{
    OpenSession, SessionLimits, choose_company as choose, end, open, total_of_open,
};
use registry::{account, audit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, JsonBody, Page, PageQuery, PathId, Problem, QueryOf, codes};

registry::operations! {
    ReadSession = reads("session", "查看当前会话", PEOPLE);
    SwitchCompany = changes("choose_company", "选择所代表的企业", PEOPLE);
    ReadOnlineUsers = reads("online_users", "查看在线用户", OFFICERS);
    Kick = changes("kick", "强制下线", SECURITY);
}

/// The routes of this module.
pub fn routes() -> Routes<SessionApi> {
    registry::routes!(session, choose_company, online_users, kick)
}

registry::acts! {
    /// A company was chosen.
    pub CHOOSE = "session.company", "切换所代表的企业";
    /// A session was ended by an administrator.
    pub KICK = "session.kick", "强制下线";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("会话").acts(ACTS);

/// The account of a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    /// Its id.
    pub id: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// `zh` or `en`.
    pub language: String,
}

/// The company acted for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CompanyView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Unified social credit code (统一社会信用代码).
    pub credit_code: String,
    /// Customs registration number (海关注册登记编号).
    pub customs_code: String,
    /// What it does: `ebc`, `ebp`, `pay`, `logistics`, `agent`, `operator`.
    pub roles: Vec<String>,
}

/// A company that the person may act for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembershipView {
    /// Id of the company.
    pub company_id: String,
    /// Its name.
    pub company_name: String,
    /// The roles held for it.
    pub roles: Vec<Named>,
}

/// A session (会话) as the console needs it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Who.
    pub account: AccountView,
    /// The company acted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyView>,
    /// The companies that may be chosen.
    pub memberships: Vec<MembershipView>,
    /// The roles in force.
    pub roles: Vec<Named>,
    /// The workspaces of the console: `company`, `customs`, `bureau`, `operator`, `admin`.
    pub workspaces: Vec<String>,
    /// Ids of the operations that may be called.
    pub operations: Vec<String>,
    /// Token for the header `X-CSRF-Token` of everything that changes something.
    pub csrf: String,
    /// When the password must be changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_expires_at: Option<String>,
    /// Whether this is the demo: all data are synthetic.
    pub demo: bool,
}

/// What the routes of the session need.
#[derive(Clone)]
pub struct SessionApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
}

impl registry::access::HasGate for SessionApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

/// The session of the person who asks (当前会话).
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session",
    responses(
        (status = 200, body = SessionView)
    )
)]
async fn session(
    Person { actor, session, .. }: Person<ReadSession>,
    State(api): State<SessionApi>,
) -> Result<Json<SessionView>, Problem> {
    let context = &api.gate.context;
    let (id, now_ms) = (session.account, context.now_ms());
    let read = move |tx: &mut Tx<'_>| -> StoreResult<_> {
        let account = account::by_id(tx, id)?;
        let grants = role::of_account(tx, id, now_ms)?;
        let mut memberships = Vec::new();
        let companies: BTreeSet<CompanyId> = grants.iter().filter_map(|g| g.company).collect();
        for company_id in companies {
            let Some(company) = company::by_id(tx, company_id)? else {
                continue;
            };
            let roles = grants.iter().filter(|g| g.company == Some(company_id));
            memberships.push(MembershipView {
                company_id: company_id.0.to_string(),
                company_name: company.name,
                roles: roles.map(|g| named(&g.role, &[])).collect(),
            });
        }
        Ok((account, memberships, role::custom_roles(tx)?))
    };
    let (account, memberships, custom) = context.db.read(read).await?;
    let account = account.ok_or_else(|| Problem::new(registry::access::LOGIN))?;
    let days = context.number(&crate::login::PASSWORD_DAYS);
    let expires = (days > 0).then(|| beijing_rfc3339(account.password_at + days * 86_400_000));
    let operations = api.gate.operations_of(&actor).await?;
    Ok(Json(SessionView {
        account: AccountView {
            id: account.id.0.to_string(),
            login: account.login,
            name: account.name,
            language: account.language,
        },
        company: actor.company.as_deref().map(company_view),
        memberships,
        roles: actor
            .roles
            .iter()
            .map(|name| named(name, &custom))
            .collect(),
        workspaces: workspaces(&actor),
        operations: operations.into_iter().map(str::to_owned).collect(),
        csrf: session.csrf(),
        password_expires_at: expires,
        demo: context.config.demo,
    }))
}

fn company_view(company: &company::Company) -> CompanyView {
    CompanyView {
        id: company.id.0.to_string(),
        name: company.name.clone(),
        credit_code: company.credit_code.clone(),
        customs_code: company.customs_code.clone(),
        roles: company.roles.clone(),
    }
}

fn workspaces(actor: &Actor) -> Vec<String> {
    let found: BTreeSet<&str> = actor
        .roles
        .iter()
        .filter_map(|name| Role::from_name(name))
        .map(Role::workspace)
        .collect();
    ["company", "customs", "bureau", "operator", "admin"]
        .into_iter()
        .filter(|workspace| found.contains(workspace))
        .map(str::to_owned)
        .collect()
}

/// A company to act for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChooseCompany {
    /// Id of one of the memberships.
    pub company_id: String,
}

/// Chooses the company to act for (切换企业).
#[utoipa::path(
    post, path = "/api/v1/session/company", tag = "session", request_body = ChooseCompany,
    responses(
        (status = 204, description = "已切换"),
        (status = 404, body = Problem, description = "不是本账号可代表的企业")
    )
)]
async fn choose_company(
    By { actor, .. }: By<SwitchCompany>,
    State(api): State<SessionApi>,
    JsonBody(body): JsonBody<ChooseCompany>,
) -> Result<StatusCode, Problem> {
    let account = actor.require_account()?;
    let chosen = body.company_id.parse().ok().map(CompanyId);
    let now_ms = api.gate.context.now_ms();
    let write = move |tx: &mut Tx<'_>| -> StoreResult<bool> {
        let grants = role::of_account(tx, account, now_ms)?;
        let is_granted = chosen.is_some() && grants.iter().any(|g| g.company == chosen);
        let (Some(session), true) = (actor.session, is_granted) else {
            return Ok(false);
        };
        choose(tx, session, chosen)?;
        let object = format!("company:{}", chosen.map_or(0, |id| id.0));
        audit::done(tx, now_ms, &actor, CHOOSE, &object, "")?;
        Ok(true)
    };
    let is_chosen = api.gate.context.db.write(write).await?;
    if is_chosen {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(codes::NOT_FOUND))
    }
}

/// Which open sessions are shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OnlineQuery {
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// Somebody at work (在线用户).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OnlineView {
    /// Id of the session.
    pub id: String,
    /// Id of the account.
    pub account_id: String,
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// How far the login has come: `second`, `enrol`, `password` or `full`.
    pub stage: String,
    /// How the person was known.
    pub methods: String,
    /// When the session began, RFC 3339.
    pub created_at: String,
    /// When it was last used, to the minute, RFC 3339.
    pub seen_at: String,
    /// From which address.
    pub address: String,
    /// With which program.
    pub agent: String,
    /// Whether it is the reader's own.
    pub is_own: bool,
}

/// The sessions in use (在线用户).
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "administration", params(OnlineQuery, PageQuery),
    responses(
        (status = 200, body = Page<OnlineView>)
    )
)]
async fn online_users(
    By { actor, .. }: By<ReadOnlineUsers>,
    State(api): State<SessionApi>,
    QueryOf(query): QueryOf<OnlineQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<OnlineView>>, Problem> {
    let begin: Begin<Age> = asked.begin(query.sort.as_deref())?;
    let size = asked.size();
    let context = &api.gate.context;
    let since = context.now_ms() - SessionLimits::of(context).idle_ms;
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<OpenSession>> {
        let found = open(tx, since, &begin, size.rows())?;
        let total = asked.total(|| total_of_open(tx, since))?;
        let place = |found: &OpenSession| begin.next(found.session.id);
        Ok(Page::cut(found, size, place).counted(total))
    };
    let page = context.read(read).await?;
    let view = |found: OpenSession| OnlineView {
        id: found.session.id.to_string(),
        account_id: found.session.account.0.to_string(),
        login: found.login,
        name: found.name,
        stage: found.session.stage.name().to_owned(),
        methods: found.session.methods,
        created_at: beijing_rfc3339(found.session.created_at),
        seen_at: beijing_rfc3339(found.session.seen_at),
        address: found.session.address,
        agent: found.session.agent,
        is_own: actor.session == Some(found.session.id),
    };
    Ok(Json(page.map(view)))
}

/// Ends somebody's session at once (强制下线).
#[utoipa::path(
    post, path = "/api/v1/sessions/{id}/kick", tag = "administration", request_body = Reason,
    params(("id" = String, Path, description = "会话编号")),
    responses(
        (status = 204, description = "已下线"),
        (status = 400, body = Problem, description = "缺少理由"),
        (status = 404, body = Problem, description = "会话不存在或已结束")
    )
)]
async fn kick(
    By { actor, .. }: By<Kick>,
    State(api): State<SessionApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<Reason>,
) -> Result<StatusCode, Problem> {
    let why = reason(&given.reason)?;
    let now_ms = api.gate.context.now_ms();
    let write = move |tx: &mut Tx<'_>| -> Result<(), Problem> {
        if !end(tx, asked, now_ms, "kick")? {
            return Err(not_found());
        }
        let detail = format!("理由：{why}");
        audit::done(
            tx,
            now_ms,
            &actor,
            KICK,
            &format!("session:{asked}"),
            &detail,
        )?;
        Ok(())
    };
    api.gate.context.act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
