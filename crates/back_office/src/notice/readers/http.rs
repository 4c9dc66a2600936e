//! `GET /api/v1/notices/{id}/readers`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use crate::administration::AdministrationApi;
use crate::notice::desk::http::READERS;
use crate::notice::{self, Reader, by_id};
use axum::Json;
use axum::extract::State;
use registry::access::{By, Routes};
use registry::account;
use registry::request::{id_opt, not_found};
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Page, PageSize, PathId, Problem, QueryOf};

registry::operations! {
    ReadNoticeReaders = reads("notice_readers", "查看公告已读名单", READERS);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(notice_readers)
}

/// Somebody who has read a notice (已读回执).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReaderView {
    /// Login name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// When, RFC 3339.
    pub at: String,
}

/// Where the list of readers begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReaderQuery {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Readers on the page, 1 to 1000; 50 when absent.
    pub limit: Option<u32>,
}

/// Who has read a notice, the last first (公告已读名单).
#[utoipa::path(
    get, path = "/api/v1/notices/{id}/readers", tag = "administration",
    params(("id" = String, Path, description = "公告编号"), ReaderQuery),
    responses(
        (status = 200, body = Page<ReaderView>),
        (status = 404, body = Problem, description = "没有这条公告")
    )
)]
async fn notice_readers(
    _: By<ReadNoticeReaders>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    QueryOf(place): QueryOf<ReaderQuery>,
) -> Result<Json<Page<ReaderView>>, Problem> {
    let before = id_opt("after", place.after.as_deref())?;
    let size = PageSize::of(place.limit);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Option<Vec<(i64, ReaderView)>>> {
        if by_id(tx, asked)?.is_none() {
            return Ok(None);
        }
        let mut views = Vec::new();
        for found in notice::readers_of(tx, asked, before, size.rows())? {
            views.push((found.id, reader(tx, found)?));
        }
        Ok(Some(views))
    };
    let found = api.context().read(read).await?.ok_or_else(not_found)?;
    let page = Page::cut(found, size, |(id, _)| *id);
    Ok(Json(page.map(|(_, view)| view)))
}

fn reader(tx: &mut Tx<'_>, found: Reader) -> StoreResult<ReaderView> {
    let account = account::by_id(tx, found.account)?;
    let (login, name) = account.map_or_else(Default::default, |one| (one.login, one.name));
    Ok(ReaderView {
        login,
        name,
        at: beijing_rfc3339(found.at_ms),
    })
}
