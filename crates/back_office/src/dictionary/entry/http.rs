//! `/api/v1/dictionaries/{code}/entries`, `/api/v1/dictionary-entries`, `/api/v1/dictionary-search`.
#![expect(unused_qualifications, reason = "written by the macro of utoipa")]

use crate::administration::AdministrationApi;
use crate::department::http::Made;
use crate::dictionary::{self, DICTIONARIES_MAX, DictionaryEntry, ENTRIES_MAX, EXPORT, standard};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use registry::access::{By, Routes};
use registry::audit;
use registry::code_table::Standing;
use registry::request::not_found;
use registry::role::{PEOPLE, SYSTEM};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::{Result as StoreResult, Tx};
use utoipa::{IntoParams, ToSchema};
use web::{JsonBody, Page, Path, PathId, Problem, QueryOf};

/// Entries that a search answers.
const SEARCH_MAX: usize = 100;

registry::operations! {
    ReadDictionaryEntries = reads("dictionary_entries", "查看字典项", PEOPLE);
    DictionarySearch = reads("dictionary_search", "查询字典", PEOPLE);
    ExportDictionary = reads("export_dictionary", "导出字典", PEOPLE);
    CreateDictionaryEntry = changes("create_dictionary_entry", "新建字典项", SYSTEM);
    ChangeDictionaryEntry = changes("change_dictionary_entry", "修改字典项", SYSTEM);
    RemoveDictionaryEntry = changes("remove_dictionary_entry", "删除字典项", SYSTEM);
}

/// The routes of this module.
pub fn routes() -> Routes<AdministrationApi> {
    registry::routes!(
        dictionary_entries,
        dictionary_search,
        export_dictionary,
        create_dictionary_entry,
        change_dictionary_entry,
        remove_dictionary_entry
    )
}

/// What entries are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EntryQuery {
    /// Beginning of a code, or a part of a name.
    pub q: Option<String>,
}

/// An entry of a dictionary (字典项).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Its id; that of an entry of the message standard is dictionary and code.
    pub id: String,
    /// Code of the dictionary.
    pub dictionary: String,
    /// Chinese name of the dictionary.
    pub dictionary_name: String,
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub chinese: String,
    /// Its English name, or nothing.
    pub english: String,
    /// Its place.
    pub place: i64,
    /// `blue`, `green`, `orange`, `red`, `purple`, `grey` or nothing.
    pub colour: String,
    /// Whether it is offered.
    pub is_active: bool,
    /// A remark.
    pub remark: String,
    /// Whether it belongs to the message standard, which nobody changes.
    pub is_standard: bool,
    /// Whether it may be removed: not when the platform itself asks for the dictionary.
    pub is_removable: bool,
}

fn entry_view(one: DictionaryEntry, known: &KnownDictionaries) -> EntryView {
    let is_standard = one.id == 0;
    let (name, is_own) = known.get(&one.dictionary).cloned().unwrap_or_default();
    EntryView {
        id: match is_standard {
            true => format!("{}.{}", one.dictionary, one.code),
            false => one.id.to_string(),
        },
        dictionary_name: name,
        is_removable: !is_own,
        dictionary: one.dictionary,
        code: one.code,
        chinese: one.chinese,
        english: one.english,
        place: one.place,
        colour: one.colour,
        is_active: one.is_active,
        remark: one.remark,
        is_standard,
    }
}

/// Name of each dictionary, and whether the platform itself asks for it.
type KnownDictionaries = BTreeMap<String, (String, bool)>;

/// The code tables as they are now.
fn standing(api: &AdministrationApi) -> Standing {
    let context = api.context();
    context.code_tables.standing(context.now_ms())
}

fn names(tx: &mut Tx<'_>, standing: &Standing) -> StoreResult<KnownDictionaries> {
    let own = dictionary::all(tx, DICTIONARIES_MAX)?;
    let all = own.into_iter().chain(standard::tables(standing));
    Ok(all
        .map(|one| (one.code, (one.chinese, one.is_own)))
        .collect())
}

fn entries_of(
    tx: &mut Tx<'_>,
    standing: &Standing,
    code: &str,
) -> StoreResult<Option<Vec<EntryView>>> {
    let names = names(tx, standing)?;
    if !names.contains_key(code) {
        return Ok(None);
    }
    let found = match standard::entries(code, standing) {
        Some(found) => found,
        None => dictionary::entries(tx, code, ENTRIES_MAX)?,
    };
    let found = found.into_iter();
    Ok(Some(found.map(|one| entry_view(one, &names)).collect()))
}

/// The entries of a dictionary or code table, in their order (字典项列表).
#[utoipa::path(
    get, path = "/api/v1/dictionaries/{code}/entries", tag = "administration",
    params(("code" = String, Path, description = "字典编码")),
    responses(
        (status = 200, body = Page<EntryView>),
        (status = 404, body = Problem, description = "没有这个字典")
    )
)]
async fn dictionary_entries(
    _: By<ReadDictionaryEntries>,
    State(api): State<AdministrationApi>,
    Path(code): Path<String>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let standing = standing(&api);
    let read = move |tx: &mut Tx<'_>| entries_of(tx, &standing, &code);
    let items = api.context().read(read).await?.ok_or_else(not_found)?;
    Ok(Json(Page::whole(items)))
}

/// What a code or a name means, in every dictionary and code table; exact ones first (查询字典).
#[utoipa::path(
    get, path = "/api/v1/dictionary-search", tag = "administration", params(EntryQuery),
    responses(
        (status = 200, body = Page<EntryView>)
    )
)]
async fn dictionary_search(
    _: By<DictionarySearch>,
    State(api): State<AdministrationApi>,
    QueryOf(asked): QueryOf<EntryQuery>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let text = asked.q.unwrap_or_default();
    let standing = standing(&api);
    let read = move |tx: &mut Tx<'_>| -> StoreResult<Vec<EntryView>> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let names = names(tx, &standing)?;
        let found = dictionary::search(tx, &standing, &text, SEARCH_MAX)?.into_iter();
        Ok(found.map(|one| entry_view(one, &names)).collect())
    };
    let items = api.context().read(read).await?;
    Ok(Json(Page::whole(items)))
}

const COLUMNS: &[(&str, u16)] = &[
    ("字典", 20),
    ("编码", 16),
    ("中文", 30),
    ("英文", 30),
    ("排序", 8),
    ("颜色", 10),
    ("状态", 8),
    ("备注", 40),
];

/// A dictionary or code table as a workbook (导出字典).
#[utoipa::path(
    get, path = "/api/v1/dictionaries/{code}/export", tag = "administration",
    params(("code" = String, Path, description = "字典编码")),
    responses(
        (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         body = Vec<u8>),
        (status = 404, body = Problem, description = "没有这个字典")
    )
)]
async fn export_dictionary(
    By { actor, .. }: By<ExportDictionary>,
    State(api): State<AdministrationApi>,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let (asked, now_ms) = (code.clone(), api.context().now_ms());
    let standing = standing(&api);
    let act = move |tx: &mut Tx<'_>| -> Result<Vec<EntryView>, Problem> {
        let Some(found) = entries_of(tx, &standing, &asked)? else {
            return Err(not_found());
        };
        let object = format!("dictionary:{asked}");
        audit::done(tx, now_ms, &actor, EXPORT, &object, "")?;
        Ok(found)
    };
    let found = api.context().act(act).await?;
    let row = |one: EntryView| {
        vec![
            one.dictionary_name.into(),
            one.code.into(),
            one.chinese.into(),
            one.english.into(),
            one.place.into(),
            one.colour.into(),
            (if one.is_active { "启用" } else { "停用" }).into(),
            one.remark.into(),
        ]
    };
    let rows = found.into_iter().map(row).collect();
    let file = web::file_name(
        "字典",
        &code,
        &store::clock::beijing_compact(now_ms),
        "xlsx",
    );
    web::sheet::answer(&file, "字典", COLUMNS, rows).await
}

/// An entry as it should be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryData {
    /// Code of a new entry: 1 to 40 letters, digits, `-`, `_` and `.`; that of an old one stays.
    #[serde(default)]
    pub code: String,
    /// Chinese name, 1 to 80 characters.
    pub chinese: String,
    /// English name, or nothing.
    #[serde(default)]
    pub english: String,
    /// Its place, 0 to 100000.
    #[serde(default)]
    pub place: i64,
    /// `blue`, `green`, `orange`, `red`, `purple`, `grey` or nothing.
    #[serde(default)]
    pub colour: String,
    /// Whether it is offered.
    pub is_active: bool,
    /// A remark of up to 200 characters.
    #[serde(default)]
    pub remark: String,
}

fn entry(dictionary: String, data: EntryData) -> DictionaryEntry {
    DictionaryEntry {
        id: 0,
        dictionary,
        code: data.code,
        chinese: data.chinese,
        english: data.english,
        place: data.place,
        colour: data.colour,
        is_active: data.is_active,
        remark: data.remark,
    }
}

/// Makes an entry (新建字典项).
#[utoipa::path(
    post, path = "/api/v1/dictionaries/{code}/entries", tag = "administration",
    request_body = EntryData, params(("code" = String, Path, description = "字典编码")),
    responses(
        (status = 201, body = Made),
        (status = 404, body = Problem, description = "没有这个字典"),
        (status = 409, body = Problem, description = "编码已被使用"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn create_dictionary_entry(
    By { actor, .. }: By<CreateDictionaryEntry>,
    State(api): State<AdministrationApi>,
    Path(code): Path<String>,
    JsonBody(given): JsonBody<EntryData>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let (given, context) = (entry(code, given), api.context().clone());
    let write = move |tx: &mut Tx<'_>| dictionary::put_entry(tx, &context, &actor, None, &given);
    let id = api.context().act(write).await?.to_string();
    Ok((StatusCode::CREATED, Json(Made { id })))
}

/// Changes an entry; its code stays (修改字典项).
#[utoipa::path(
    put, path = "/api/v1/dictionary-entries/{id}", tag = "administration",
    request_body = EntryData, params(("id" = String, Path, description = "字典项编号")),
    responses(
        (status = 204, description = "已修改"),
        (status = 404, body = Problem, description = "没有这个字典项"),
        (status = 422, body = Problem, description = "填写内容有误")
    )
)]
async fn change_dictionary_entry(
    By { actor, .. }: By<ChangeDictionaryEntry>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
    JsonBody(given): JsonBody<EntryData>,
) -> Result<StatusCode, Problem> {
    let given = entry(String::new(), given);
    let context = api.context().clone();
    let write =
        move |tx: &mut Tx<'_>| dictionary::put_entry(tx, &context, &actor, Some(asked), &given);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes an entry (删除字典项).
#[utoipa::path(
    delete, path = "/api/v1/dictionary-entries/{id}", tag = "administration",
    params(("id" = String, Path, description = "字典项编号")),
    responses(
        (status = 204, description = "已删除"),
        (status = 404, body = Problem, description = "没有这个字典项"),
        (status = 409, body = Problem, description = "平台自用")
    )
)]
async fn remove_dictionary_entry(
    By { actor, .. }: By<RemoveDictionaryEntry>,
    State(api): State<AdministrationApi>,
    PathId(asked): PathId,
) -> Result<StatusCode, Problem> {
    let context = api.context().clone();
    let write = move |tx: &mut Tx<'_>| dictionary::remove_entry(tx, &context, &actor, asked);
    api.context().act(write).await?;
    Ok(StatusCode::NO_CONTENT)
}
