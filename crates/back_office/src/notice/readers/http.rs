//! `GET /api/v1/notices/{id}/readers`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use crate::administration::AdministrationApi;
use crate::notice::editing::http::READERS;
use crate::notice::{self, Reader, by_id};
use axum::Json;
use axum::extract::State;
use registry::access::{By, Routes};
use registry::account;
use registry::request::not_found;
use serde::{Deserialize, Serialize};
use store::clock::beijing_rfc3339;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{Age, Begin, Page, PageQuery, PathId, Problem, QueryOf};

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

/// How the list of readers is put in order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReaderQuery {
    /// In which order; the newest first when absent.
    #[param(inline, value_type = Option<Age>)]
    pub sort: Option<String>,
}

/// Who has read a notice (公告已读名单).
#[utoipa::path(
    get, path = "/api/v1/notices/{id}/readers", tag = "administration",
    params(("id" = String, Path, description = "公告编号"), ReaderQuery, PageQuery),
    responses(
        (status = 200, body = Page<ReaderView>),
        (status = 404, body = Problem, description = "没有这条公告")
    )
)]
async fn notice_readers(
    _: By<ReadNoticeReaders>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    QueryOf(query): QueryOf<ReaderQuery>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Result<Json<Page<ReaderView>>, Problem> {
    let begin: Begin<Age> = page.begin(query.sort.as_deref())?;
    let size = page.size();
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Option<Page<ReaderView>>> {
        if by_id(tx, asked)?.is_none() {
            return Ok(None);
        }
        let found = notice::readers_of(tx, asked, &begin, size.rows())?;
        let total = page.total(|| notice::total_readers(tx, asked))?;
        let page = Page::cut(found, size, |one| begin.next(one.id)).counted(total);
        page.try_map(|found| reader(tx, found)).map(Some)
    };
    let found = api.context().read(read).await?;
    found.map(Json).ok_or_else(not_found)
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
