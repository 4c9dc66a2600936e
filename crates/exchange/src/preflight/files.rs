//! From the body of a request to the files in it, within limits.

use super::codes;
use crate::submit::BatchLine;
use crate::workbook::Body;
use axum::body::Body as HttpBody;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use std::io::{Cursor, Read};
use web::{Problem, in_chinese};
use zip::ZipArchive;

/// Files in one preflight.
pub(super) const FILES_MAX: usize = 1000;

/// Bytes of all files together once unpacked; counted while they are, whatever the archive says.
const UNPACKED_BYTES_MAX: u64 = 64 << 20;

/// A file to be judged.
pub(super) struct GivenFile {
    /// Its name; none when it came alone.
    pub(super) name: Option<String>,
    pub(super) form: Body,
    pub(super) body: Bytes,
}

/// How the body holds its files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyShape {
    One(Body),
    Zip,
    Multipart,
    Lines,
    List,
}

fn shape(content_type: Option<&str>, bytes: &[u8]) -> BodyShape {
    let kind = content_type.unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    match kind.to_ascii_lowercase().as_str() {
        "multipart/form-data" => BodyShape::Multipart,
        "application/x-ndjson" => BodyShape::Lines,
        "application/zip" | "application/x-zip-compressed" => BodyShape::Zip,
        "application/json" if starts_with(bytes, b'[') => BodyShape::List,
        "" | "application/octet-stream" if is_plain_zip(bytes) => BodyShape::Zip,
        _ => BodyShape::One(Body::of(content_type, bytes)),
    }
}

fn starts_with(bytes: &[u8], first: u8) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.trim_ascii_start().first() == Some(&first)
}

/// A zip that is no workbook.
fn is_plain_zip(bytes: &[u8]) -> bool {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else {
        return false;
    };
    let of_office = ["[Content_Types].xml", "_rels/.rels"];
    of_office
        .iter()
        .all(|name| archive.index_for_name(name).is_none())
}

/// The files of a request.
pub(super) async fn files(headers: &HeaderMap, body: Bytes) -> Result<Vec<GivenFile>, Problem> {
    let content_type = crate::intake::http::content_type(headers);
    let given = match shape(content_type, &body) {
        BodyShape::One(form) => {
            return Ok(vec![GivenFile {
                name: None,
                form,
                body,
            }]);
        }
        BodyShape::Multipart => multipart(headers, body).await?,
        BodyShape::Zip => unzip(&body)?,
        BodyShape::Lines => lines(&body)?,
        BodyShape::List => list(&body)?,
    };
    if given.is_empty() {
        return Err(Problem::new(codes::EMPTY_SET));
    }
    Ok(given)
}

fn broken(detail: impl Into<String>) -> Problem {
    Problem::new(codes::BROKEN_SET).detail(detail)
}

fn too_many() -> Problem {
    let detail = format!(
        "上限 {FILES_MAX} 个文件，解压后共 {} MiB",
        UNPACKED_BYTES_MAX >> 20
    );
    Problem::new(codes::LARGE_SET).detail(detail)
}

/// What form a file has: by its name, else by its first bytes.
fn form(name: &str, bytes: &[u8]) -> Body {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "json" => Body::Json,
        "xlsx" | "csv" => Body::Workbook,
        "xml" => Body::Xml,
        _ => Body::of(None, bytes),
    }
}

async fn multipart(headers: &HeaderMap, body: Bytes) -> Result<Vec<GivenFile>, Problem> {
    let mut request = Request::new(HttpBody::from(body));
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, kind.clone());
    }
    // The body has been received within its limits; the extractor's own are for streams.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &())
        .await
        .map_err(|error| broken(error.body_text()))?;
    let mut given = Vec::new();
    loop {
        let part = parts.next_field().await;
        let Some(part) = part.map_err(|error| broken(error.body_text()))? else {
            return Ok(given);
        };
        if given.len() == FILES_MAX {
            return Err(too_many());
        }
        let name = part
            .file_name()
            .or(part.name())
            .unwrap_or("文件")
            .to_owned();
        let body = part
            .bytes()
            .await
            .map_err(|error| broken(error.body_text()))?;
        if body.is_empty() {
            continue;
        }
        // An archive among the files is opened as one that comes alone.
        if name.to_ascii_lowercase().ends_with(".zip") {
            given.extend(unzip(&body)?);
        } else {
            given.push(named(name, body));
        }
        if given.len() > FILES_MAX {
            return Err(too_many());
        }
    }
}

fn named(name: String, body: Bytes) -> GivenFile {
    GivenFile {
        form: form(&name, &body),
        name: Some(ceb::finding::clip(&name)),
        body,
    }
}

fn unzip(bytes: &[u8]) -> Result<Vec<GivenFile>, Problem> {
    let unreadable = |_| broken("压缩包不完整、带密码或不是 zip 格式");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut left = UNPACKED_BYTES_MAX;
    let mut given = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        if entry.is_dir() || !is_meant(&name) {
            continue;
        }
        if given.len() == FILES_MAX {
            return Err(too_many());
        }
        let mut body = Vec::new();
        entry
            .take(left + 1)
            .read_to_end(&mut body)
            .map_err(|_| broken("压缩包不完整"))?;
        let n_bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(n_bytes).ok_or_else(too_many)?;
        given.push(named(name, Bytes::from(body)));
    }
    Ok(given)
}

/// What an archive holds beside (thumbnails, resource forks) is passed over.
fn is_meant(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let is_hidden = file.starts_with('.') || name.starts_with("__MACOSX/");
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let endings = ["xml", "json", "xlsx", "csv"];
    !is_hidden && endings.contains(&ending.to_ascii_lowercase().as_str())
}

fn lines(bytes: &[u8]) -> Result<Vec<GivenFile>, Problem> {
    let lines = bytes.split(|byte| *byte == b'\n');
    let filled = lines
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty());
    let mut given = Vec::new();
    for (at, line) in filled {
        if given.len() == FILES_MAX {
            return Err(too_many());
        }
        let value = serde_json::from_slice(line)
            .map_err(|error| broken(format!("第 {} 行：{error}", at + 1)))?;
        given.push(item(value, format!("第 {} 行", at + 1))?);
    }
    Ok(given)
}

fn list(bytes: &[u8]) -> Result<Vec<GivenFile>, Problem> {
    let items: Vec<serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|error| broken(in_chinese(&error.to_string())))?;
    if items.len() > FILES_MAX {
        return Err(too_many());
    }
    let items = items.into_iter().zip(1..);
    items
        .map(|(value, number)| item(value, format!("第 {number} 项")))
        .collect()
}

/// `{"xml": "…"}`, or a declaration in the JSON form.
fn item(value: serde_json::Value, name: String) -> Result<GivenFile, Problem> {
    let (form, body) = if value.get("xml").is_some() {
        let line: BatchLine = serde_json::from_value(value)
            .map_err(|error| broken(in_chinese(&error.to_string())))?;
        (Body::Xml, Bytes::from(line.xml))
    } else {
        (Body::Json, Bytes::from(value.to_string()))
    };
    Ok(GivenFile {
        name: Some(name),
        form,
        body,
    })
}
