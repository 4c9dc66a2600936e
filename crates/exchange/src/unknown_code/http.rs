//! `GET /api/v1/operator/unknown-codes`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use super::{UnknownCode, sql};
use crate::api::{ApiState, bad};
use axum::Json;
use axum::extract::State as Held;
use ceb::explain::Resubmit;
use registry::access::{By, Routes};
use registry::role::Role;
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, Page, PageQuery, Problem, QueryOf};

const OPERATORS: &[Role] = &[Role::Operator];

registry::operations! {
    ReadUnknownCodes = reads("unknown_codes", "查看未知回执代码", OPERATORS);
}

/// The routes of this module.
pub fn routes() -> Routes<ApiState> {
    registry::routes!(unknown_codes)
}

/// A code that the dictionary does not have (未知回执代码).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnknownCodeItem {
    /// Its id.
    pub id: String,
    /// The code as explanations write it.
    #[schema(example = "Code:77777")]
    pub code: String,
    /// The declared kind that it answers.
    #[schema(example = "CEB621")]
    pub kind: String,
    /// The kind's Chinese name.
    pub kind_name: String,
    /// Receipts with it.
    pub count: i64,
    /// When it was first seen, RFC 3339.
    pub first_at: String,
    /// When it was last seen, RFC 3339.
    pub last_at: String,
    /// A text that came with it, without personal data.
    pub sample: String,
    /// `open` or `answered`.
    pub state: String,
    /// What it means, if somebody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Whether to declare again, as in an explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resubmit: Option<String>,
    /// The same in Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resubmit_name: Option<String>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// When, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<String>,
}

impl From<UnknownCode> for UnknownCodeItem {
    fn from(code: UnknownCode) -> Self {
        let answer = code.answer;
        let resubmit = answer.as_ref().map(|answer| answer.resubmit.clone());
        Self {
            id: code.id.to_string(),
            code: code.code,
            kind_name: ceb::Kind::from_code(&code.kind)
                .map_or_else(String::new, |kind| kind.chinese().to_owned()),
            kind: code.kind,
            count: code.n_seen,
            first_at: beijing_rfc3339(code.first_at),
            last_at: beijing_rfc3339(code.last_at),
            sample: code.sample,
            state: if answer.is_some() { "answered" } else { "open" }.to_owned(),
            meaning: answer.as_ref().map(|answer| answer.meaning.clone()),
            advice: answer.map(|answer| answer.advice),
            resubmit_name: resubmit
                .as_deref()
                .and_then(Resubmit::from_name)
                .map(|resubmit| resubmit.chinese().to_owned()),
            resubmit,
            answered_by: code.answered_by,
            answered_at: code.answered_at.map(beijing_rfc3339),
        }
    }
}

/// Which codes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UnknownCodesQuery {
    /// `open` or `answered`; all when absent.
    pub state: Option<String>,
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// Codes of receipts that the dictionary does not have (未知回执代码).
#[utoipa::path(
    get, path = "/api/v1/operator/unknown-codes", tag = "operator", params(UnknownCodesQuery, PageQuery),
    responses(
        (status = 200, body = Page<UnknownCodeItem>),
        (status = 400, body = Problem, description = "参数有误")
    )
)]
async fn unknown_codes(
    _: By<ReadUnknownCodes>,
    Held(api): Held<ApiState>,
    QueryOf(query): QueryOf<UnknownCodesQuery>,
    QueryOf(asked): QueryOf<PageQuery>,
) -> Result<Json<Page<UnknownCodeItem>>, Problem> {
    let is_answered = match query.state.as_deref() {
        None | Some("") => None,
        Some("open") => Some(false),
        Some("answered") => Some(true),
        Some(_) => return Err(bad("state 应为 open 或 answered")),
    };
    let begin: Begin<Age> = asked.begin(query.sort.as_deref())?;
    let size = asked.size();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Page<UnknownCode>> {
        let found = sql::list(tx, is_answered, &begin, size.rows())?;
        let total = asked.total(|| sql::total(tx, is_answered))?;
        Ok(Page::cut(found, size, |code| begin.next(code.id)).counted(total))
    };
    let page = api.shared.db.read(read).await?;
    Ok(Json(page.map(UnknownCodeItem::from)))
}
