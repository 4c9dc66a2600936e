//! `/api/v1/dictionaries`.

use super::{DICTIONARIES_MAX, Dictionary, standard};
use crate::administration::AdministrationApi;
use crate::department::http::Made;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use registry::access::{By, Routes};
use registry::role::{PEOPLE, SYSTEM};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use web::{JsonBody, Page, Path, Problem};

registry::operations! {
    ReadDictionaries = reads("dictionaries", "查看字典", PEOPLE);
    CreateDictionary = changes("create_dictionary", "新建字典", SYSTEM);
    ChangeDictionary = changes("change_dictionary", "修改字典", SYSTEM);
    RemoveDictionary = changes("remove_dictionary", "删除字典", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        dictionaries,
        create_dictionary,
        change_dictionary,
        remove_dictionary
    )
}

/// A dictionary (字典) in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DictionaryView {
    /// Its code.
    pub id: String,
    /// Its Chinese name.
    pub chinese: String,
    /// Its English name.
    pub english: String,
    /// A remark.
    pub remark: String,
    /// Whether its entries are offered.
    pub is_active: bool,
    /// Whether the platform itself asks for it.
    pub is_own: bool,
    /// Whether it is a code table of the message standard, which nobody changes.
    pub is_standard: bool,
}

fn view(one: Dictionary, is_standard: bool) -> DictionaryView {
    DictionaryView {
        id: one.code,
        chinese: one.chinese,
        english: one.english,
        remark: one.remark,
        is_active: one.is_active,
        is_own: one.is_own,
        is_standard,
    }
}

/// Every dictionary, the code tables of the message standard after them (字典列表).
#[utoipa::path(
    get, path = "/api/v1/dictionaries", tag = "administration",
    responses(
        (status = 200, body = Page<DictionaryView>)
    )
)]
async fn dictionaries(
    _: By<ReadDictionaries>,
    State(api): State<AdministrationApi>,
) -> Result<Json<Page<DictionaryView>>, Problem> {
    let read = |tx: &mut Tx<'_>| super::all(tx, DICTIONARIES_MAX);
    let found = api.context().read(read).await?.into_iter();
    let context = api.context();
    let standing = context.code_tables.standing(context.now_ms());
    let tables = standard::tables(&standing)
        .into_iter()
        .map(|one| view(one, true));
    Ok(Json(Page::whole(
        found.map(|one| view(one, false)).chain(tables).collect(),
    )))
}

/// A dictionary as it should be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DictionaryData {
    /// Chinese name, 1 to 40 characters.
    pub chinese: String,
    /// English name, or nothing.
    #[serde(default)]
    pub english: String,
    /// A remark of up to 200 characters.
    #[serde(default)]
    pub remark: String,
    /// Whether its entries are offered.
    pub is_active: bool,
}

/// A new dictionary.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDictionary {
    /// Code: 2 to 40 lower case letters, digits and `_`; it never changes.
    pub code: String,
    /// Chinese name, 1 to 40 characters.
    pub chinese: String,
    /// English name, or nothing.
    #[serde(default)]
    pub english: String,
    /// A remark of up to 200 characters.
    #[serde(default)]
    pub remark: String,
}

/// Makes a dictionary (新建字典).
#[utoipa::path(
    post, path = "/api/v1/dictionaries", tag = "administration", request_body = NewDictionary,
    responses(
        (status = 201, body = Made),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn create_dictionary(
    By { actor, .. }: By<CreateDictionary>,
    State(api): State<AdministrationApi>,
    JsonBody(given): JsonBody<NewDictionary>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let context = api.context().clone();
    let one = Dictionary {
        code: given.code,
        chinese: given.chinese,
        english: given.english,
        remark: given.remark,
        is_active: true,
        is_own: false,
    };
    let id = one.code.clone();
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, true, &one);
    api.context().act(write).await?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes a dictionary (修改字典).
#[utoipa::path(
    put, path = "/api/v1/dictionaries/{code}", tag = "administration",
    request_body = DictionaryData,
    params(("code" = String, Path, description = "字典编码")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这个字典"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn change_dictionary(
    By { actor, .. }: By<ChangeDictionary>,
    State(api): State<AdministrationApi>,
    Path(code): Path<String>,
    JsonBody(given): JsonBody<DictionaryData>,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let one = Dictionary {
        code,
        chinese: given.chinese,
        english: given.english,
        remark: given.remark,
        is_active: given.is_active,
        is_own: false,
    };
    let write = move |tx: &mut Tx<'_>| super::put(tx, &context, &actor, false, &one);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a dictionary without entries (删除字典).
#[utoipa::path(
    delete, path = "/api/v1/dictionaries/{code}", tag = "administration",
    params(("code" = String, Path, description = "字典编码")),
    responses(
        (status = 204, description = "已删除"),
        (status = 404, body = Problem, description = "没有这个字典"),
        (status = 409, body = Problem, description = "仍有字典项，或平台自用")
    )
)]
async fn remove_dictionary(
    By { actor, .. }: By<RemoveDictionary>,
    State(api): State<AdministrationApi>,
    Path(code): Path<String>,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| super::remove(tx, &context, &actor, &code);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
