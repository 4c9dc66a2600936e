//! `GET /api/v1/rehearsal`.

use super::{Broken, Coming, sql};
use crate::api::ApiState;
use crate::message::{MessageId, finding};
use axum::Json;
use axum::extract::State as Held;
use ceb::Standard;
use ceb::doc::diff;
use registry::access::{By, Routes};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use utoipa::ToSchema;
use web::Problem;

/// Findings that are shown; more are not of use to anybody at once.
const FINDINGS_MAX: i64 = 1000;

registry::operations! {
    ReadRehearsal = reads(
        "rehearsal",
        "查看新版规范预演",
        &[Role::CompanyAdmin, Role::CompanyClerk, Role::CompanyReader, Role::Program, Role::Operator]
    );
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(rehearsal)
}

/// The coming version of the standard (将要生效的版本).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComingVersion {
    /// Its id.
    #[schema(example = "2027")]
    pub id: String,
    /// Its name.
    pub name: String,
    /// The first day on which it holds, `YYYY-MM-DD`.
    pub effective: String,
    /// When it was loaded, RFC 3339.
    pub loaded_at: String,
    /// Messages that were rehearsed, over all companies.
    pub rehearsed: i64,
    /// Messages in which something would break, over all companies.
    pub broken: i64,
    /// Messages that were passed over, because what the platform has stored of them is damaged.
    #[serde(default)]
    pub unreadable: i64,
}

/// One difference between the current and the coming version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StandardChange {
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Record and element; empty when it is about the whole kind.
    pub place: String,
    /// What changes, in Chinese.
    pub text: String,
    /// Whether what is taken now may be refused.
    pub is_breaking: bool,
}

/// Something that will break (新版规范下的问题).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RehearsalFinding {
    /// Whose messages, for those who see several companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// Kind (报文类型).
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Code of the finding, explained at `/docs/codes/{code}`.
    #[schema(example = "TG-E1201")]
    pub code: String,
    /// Record and element.
    #[schema(example = "OrderHead/orderNo")]
    pub element: String,
    /// `refuse`, `warn` or `note`.
    pub severity: String,
    /// What will be wrong, in Chinese.
    pub text: String,
    /// What the code says will be wrong, in English, without the details.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_en: Option<String>,
    /// Messages in which it was found.
    pub messages: i64,
    /// Id of the latest of them.
    pub example_id: String,
    /// Its acceptance number (受理号).
    pub example: String,
    /// When it was first found, RFC 3339.
    pub first_at: String,
    /// When it was last found, RFC 3339.
    pub last_at: String,
}

/// What will break when the coming version holds (新版规范预演).
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Rehearsal {
    /// The coming version; absent when none is loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<ComingVersion>,
    /// What changes, breaking changes of each kind first.
    pub changes: Vec<StandardChange>,
    /// What was found in the messages of those whom the caller sees, the most frequent first, at most
    /// 1000; empty when nothing would break.
    pub items: Vec<RehearsalFinding>,
}

fn changes(coming: &Coming) -> Vec<StandardChange> {
    let Ok(standard) = Standard::of_overlay(&coming.overlay) else {
        return Vec::new();
    };
    let changes = diff::changes(Standard::current(), standard).into_iter();
    let views = changes.map(|change| StandardChange {
        kind: change.kind.code().to_owned(),
        kind_name: change.kind.chinese().to_owned(),
        place: change.place,
        text: change.text,
        is_breaking: change.is_breaking,
    });
    views.collect()
}

fn finding(broken: Broken, company_name: Option<String>) -> RehearsalFinding {
    let example = MessageId(broken.example);
    let (text_en, _) = finding::english(&broken.code);
    RehearsalFinding {
        company_name,
        kind_name: ceb::Kind::from_code(&broken.kind)
            .map_or_else(String::new, |kind| kind.chinese().to_owned()),
        kind: broken.kind,
        code: broken.code,
        element: broken.element,
        severity: broken.severity,
        text: broken.text,
        text_en,
        messages: broken.n_messages,
        example_id: example.to_string(),
        example: example.acceptance_no(),
        first_at: beijing_rfc3339(broken.first_at),
        last_at: beijing_rfc3339(broken.last_at),
    }
}

/// What will break when the coming version of the standard holds (新版规范预演): a company's own
/// messages, or those that staff see.
#[utoipa::path(
    get, path = "/api/v1/rehearsal", tag = "messages", security(("key" = [])),
    responses(
        (status = 200, body = Rehearsal)
    )
)]
async fn rehearsal(
    By { actor, .. }: By<ReadRehearsal>,
    Held(api): Held<ApiState>,
) -> Result<Json<Rehearsal>, Problem> {
    let sight = actor.sight.clone();
    let found = api
        .shared
        .db
        .read(move |tx| -> Result<_, Problem> {
            let Some(coming) = sql::coming(tx)? else {
                return Ok(None);
            };
            let broken = sql::broken(tx, &sight, &coming.id, FINDINGS_MAX)?;
            Ok(Some((coming, broken)))
        })
        .await?;
    let Some((coming, broken)) = found else {
        return Ok(Json(Rehearsal::default()));
    };
    api.refresh().await?;
    let is_own = actor.company_id().is_some();
    let items = broken.into_iter().map(|broken| {
        let company = api.shared.directory.by_id(broken.company_id);
        let name = company
            .filter(|_| !is_own)
            .map(|company| company.name.clone());
        finding(broken, name)
    });
    Ok(Json(Rehearsal {
        items: items.collect(),
        changes: changes(&coming),
        version: Some(ComingVersion {
            id: coming.id,
            name: coming.name,
            effective: coming.effective,
            loaded_at: beijing_rfc3339(coming.loaded_at),
            rehearsed: coming.n_rehearsed,
            broken: coming.n_broken,
            unreadable: coming.n_unreadable,
        }),
    }))
}
