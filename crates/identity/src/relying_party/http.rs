//! `/api/v1/relying-parties`: who may send people to log in here, and proposals to change it.

use super::{Protocol, RelyingParty, codes};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Gate, Routes};
use registry::approval::{self, Request};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Tx;
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

/// What the routes of this module need.
#[derive(Clone)]
pub struct RelyingPartyApi {
    /// Knows the callers.
    pub gate: Arc<Gate>,
}

impl registry::access::HasGate for RelyingPartyApi {
    fn gate(&self) -> &Gate {
        &self.gate
    }
}

registry::operations! {
    ReadRelyingParties = reads(
        "relying_parties",
        "查看接入系统",
        &[Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin]
    );
    PutRelyingParty = changes("put_relying_party", "申请登记或修改接入系统", &[Role::SystemAdmin]);
    RemoveRelyingParty = changes("remove_relying_party", "申请移除接入系统", &[Role::SystemAdmin]);
}

/// The routes of this module.
pub fn routes() -> Routes<RelyingPartyApi> {
    registry::routes!(relying_parties, put_relying_party, remove_relying_party)
}

/// An entry (接入系统登记) as it is proposed and shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RelyingPartyEntry {
    /// `cas` or `oidc`.
    #[schema(example = "cas")]
    pub protocol: String,
    /// Its name for people.
    pub title: String,
    /// CAS: beginnings of the services' addresses; OIDC: exact redirect addresses.
    #[serde(default)]
    pub urls: Vec<String>,
    /// Where it is told that a session ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<String>,
    /// OIDC: exact addresses to which a browser may be sent after a logout.
    #[serde(default)]
    pub logout_redirects: Vec<String>,
    /// Attributes that it is given.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// OIDC: `authorization_code`, `refresh_token`, `client_credentials`.
    #[serde(default)]
    pub grants: Vec<String>,
    /// CAS: whether it may act for people at further systems.
    #[serde(default)]
    pub may_proxy: bool,
    /// CAS: beginnings of the callback addresses of proxies that may come to it.
    #[serde(default)]
    pub proxies: Vec<String>,
    /// Company for which its programs act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Hash of the secret, between proposal and approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub(super) secret_hash: Option<String>,
}

/// An entry in the list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RelyingPartyItem {
    /// Its short name, the client id of OIDC.
    pub name: String,
    /// Whether it has a secret.
    pub is_confidential: bool,
    /// The entry.
    #[serde(flatten)]
    pub entry: RelyingPartyEntry,
}

/// A proposal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proposal {
    /// The entry as it should be.
    pub entry: RelyingPartyEntry,
    /// OIDC: whether a new secret is made; it is shown in the answer and never again.
    #[serde(default)]
    pub makes_secret: bool,
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// The reason of a removal.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemovalReason {
    /// Why, 2 to 500 characters.
    pub reason: String,
}

/// A proposal that waits for approval.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposed {
    /// Id of the approval.
    pub approval_id: String,
    /// The new secret, shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
}

fn listed(party: RelyingParty) -> RelyingPartyItem {
    RelyingPartyItem {
        name: party.name,
        is_confidential: party.secret_hash.is_some(),
        entry: RelyingPartyEntry {
            protocol: party.protocol.name().to_owned(),
            title: party.title,
            urls: party.urls,
            logout_url: party.logout_url,
            logout_redirects: party.logout_redirects,
            attributes: party.attributes,
            grants: party.grants,
            may_proxy: party.may_proxy,
            proxies: party.proxies,
            company: party.company.map(|id| id.0.to_string()),
            secret_hash: None,
        },
    }
}

/// The systems that let people log in here.
#[utoipa::path(
    get,
    path = "/api/v1/relying-parties",
    tag = "administration",
    summary = "接入系统：列表",
    responses(
        (status = 200, body = Page<RelyingPartyItem>),
        (status = "default", body = Problem, content_type = "application/problem+json")
    ),
    security(("key" = []))
)]
async fn relying_parties(
    _: By<ReadRelyingParties>,
    State(api): State<RelyingPartyApi>,
) -> Result<Json<Page<RelyingPartyItem>>, Problem> {
    let parties = api.gate.context.db.read(super::list).await?;
    Ok(Json(Page::whole(parties.into_iter().map(listed).collect())))
}

/// Proposes to register or change a system; done when the security administrator approves.
#[utoipa::path(
    put,
    path = "/api/v1/relying-parties/{name}",
    tag = "administration",
    summary = "接入系统：申请登记或修改（双人复核）",
    params(("name" = String, Path, description = "简称，即 OIDC 的 client_id")),
    request_body = Proposal,
    responses(
        (status = 202, body = Proposed),
        (status = "default", body = Problem, content_type = "application/problem+json")
    ),
    security(("key" = []))
)]
async fn put_relying_party(
    By { actor, .. }: By<PutRelyingParty>,
    State(api): State<RelyingPartyApi>,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<Proposal>,
) -> Result<(StatusCode, Json<Proposed>), Problem> {
    let proposal = body;
    let why = approval::reason(&proposal.reason)?;
    let mut entry = proposal.entry;
    entry.secret_hash = None;
    let wrong = |why: String| Problem::new(codes::FIELD).detail(why);
    let is_oidc = Protocol::from_name(&entry.protocol) == Some(Protocol::Oidc);
    let mut client_secret = None;
    if proposal.makes_secret && is_oidc {
        let secret = api.gate.context.token()?;
        entry.secret_hash = Some(registry::hash_text(&secret));
        client_secret = Some(secret);
    }
    let Some(mut party) = super::kinds::party(0, &name, entry.clone()) else {
        return Err(wrong("protocol 应为 cas 或 oidc".to_owned()));
    };
    if entry.company.is_some() && party.company.is_none() {
        return Err(wrong("company 应为企业编号".to_owned()));
    }
    let context = api.gate.context.clone();
    let write = move |tx: &mut Tx<'_>| -> Result<i64, Problem> {
        if party.secret_hash.is_none() {
            // The old secret stays: what is checked must be what the approval will put.
            party.secret_hash = super::by_name(tx, &name)?.and_then(|old| old.secret_hash);
        }
        super::check(&party).map_err(|refusal| wrong(refusal.to_string()))?;
        let payload = serde_json::to_string(&(&name, &entry))
            .map_err(|error| store::Error::Fault(error.to_string()))?;
        let request = Request {
            kind: "relying_party.put",
            title: format!("{}（{name}）：{}", party.title, party.urls.join(" ")),
            payload,
            company: party.company.map(|id| id.0),
            why: why.clone(),
        };
        Ok(approval::ask(tx, &context, &actor, &request)?)
    };
    let id = api.gate.context.db.write(write).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(Proposed {
            approval_id: id.to_string(),
            client_secret,
        }),
    ))
}

/// Proposes to remove a system; done when the security administrator approves.
#[utoipa::path(
    delete,
    path = "/api/v1/relying-parties/{name}",
    tag = "administration",
    summary = "接入系统：申请移除（双人复核）",
    params(("name" = String, Path, description = "简称")),
    request_body = RemovalReason,
    responses(
        (status = 202, body = Proposed),
        (status = "default", body = Problem, content_type = "application/problem+json")
    ),
    security(("key" = []))
)]
async fn remove_relying_party(
    By { actor, .. }: By<RemoveRelyingParty>,
    State(api): State<RelyingPartyApi>,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<RemovalReason>,
) -> Result<(StatusCode, Json<Proposed>), Problem> {
    let why = approval::reason(&body.reason)?;
    let context = api.gate.context.clone();
    let write = move |tx: &mut Tx<'_>| {
        let Some(party) = super::by_name(tx, &name)? else {
            return Ok(None);
        };
        let request = Request {
            kind: "relying_party.remove",
            title: format!("{}（{name}）", party.title),
            payload: name.clone(),
            company: party.company.map(|id| id.0),
            why: why.clone(),
        };
        approval::ask(tx, &context, &actor, &request).map(Some)
    };
    let asked = api.gate.context.db.write(write).await;
    let id = asked?.ok_or_else(|| Problem::new(web::codes::NOT_FOUND))?;
    Ok((
        StatusCode::ACCEPTED,
        Json(Proposed {
            approval_id: id.to_string(),
            client_secret: None,
        }),
    ))
}
