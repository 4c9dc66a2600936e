//! From the bytes of a file to the parts of a workbook, within limits.

use super::codes;
use ceb::form::xlsx::{Parts, part_name};
use ceb::sniff::file_kind;
use std::io::{Cursor, Read};
use web::Problem;
use zip::ZipArchive;

/// Bytes of all parts together once unpacked. A part is counted while it is unpacked, whatever the
/// file says about its size.
const UNPACKED_BYTES_MAX: u64 = 48 << 20;

/// Entries of the archive.
const ENTRIES_MAX: usize = 2000;

/// Whether this is a zip archive, as `.xlsx` is.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Whether this is a compound file: `.xls`, `.doc`, or a workbook with a password.
pub(super) fn is_old_office(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

/// What a part is called that no workbook of ours may have, and what to do about it.
fn unwanted(name: &str) -> Option<&'static str> {
    Some(match name {
        "xl/workbook.bin" => "这是二进制工作簿（.xlsb），请另存为 .xlsx",
        "xl/vbaproject.bin" => "这个工作簿含有宏（.xlsm），请另存为不含宏的 .xlsx",
        _ if name.starts_with("xl/externallinks/") => {
            "这个工作簿链接到其他文件，请先断开链接（数据 → 编辑链接），把单元格改为实际的值"
        }
        _ => return None,
    })
}

/// Unpacks the parts that hold XML.
pub(super) fn parts(bytes: &[u8]) -> Result<Parts, Problem> {
    let not = |detail: &str| Err(Problem::new(codes::NOT_A_WORKBOOK).detail(detail));
    if !is_zip(bytes) {
        return match (file_kind(bytes), bytes) {
            (_, []) => not("文件是空的"),
            (Some(file), _) => not(&format!("这是{}。{}", file.name, file.advice)),
            (None, [b'<', ..]) => not("这是网页或 XML 文件"),
            (None, _) => not("这不是工作簿，也不是平台认识的其他文件"),
        };
    }
    let broken = || Problem::new(codes::BROKEN_WORKBOOK);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > ENTRIES_MAX {
        return Err(too_large());
    }
    let mut parts = Parts::new();
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|_| broken())?;
        let name = part_name(&entry.name().map_err(|_| broken())?);
        if let Some(why) = unwanted(&name) {
            return not(why);
        }
        if !is_needed(&name) {
            continue;
        }
        let mut part = Vec::new();
        entry
            .take(left + 1)
            .read_to_end(&mut part)
            .map_err(|_| broken())?;
        let n_bytes = u64::try_from(part.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(n_bytes).ok_or_else(too_large)?;
        part.shrink_to_fit();
        // Of two parts with one name the first counts, as for spreadsheets.
        parts.entry(name).or_insert(part);
    }
    let has = |front: &str| parts.keys().any(|name| name.starts_with(front));
    if has("word/") {
        return not("这是 Word 文档（.docx），请把内容填入平台下载的 Excel 模板（.xlsx）");
    }
    if has("ppt/") {
        return not("这是演示文稿（.pptx），请把内容填入平台下载的 Excel 模板（.xlsx）");
    }
    if !parts.contains_key("_rels/.rels") {
        return match file_kind(bytes) {
            Some(file) if !file.name.contains(".xlsx") => {
                not(&format!("这是{}。{}", file.name, file.advice))
            }
            Some(_) | None => not("这是压缩包，请先解压"),
        };
    }
    Ok(parts)
}

fn is_needed(name: &str) -> bool {
    let beside = [
        "docprops/",
        "customxml/",
        "xl/drawings/",
        "xl/theme/",
        "xl/charts/",
        "xl/media/",
        "xl/comments",
        "xl/threadedcomments/",
        "xl/pivottables/",
        "xl/pivotcache/",
        "xl/tables/",
        "xl/calcchain.xml",
    ];
    let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
    is_xml && !beside.iter().any(|folder| name.starts_with(folder))
}

fn too_large() -> Problem {
    let detail = format!(
        "解压后上限 {} MiB，压缩包内上限 {ENTRIES_MAX} 个文件",
        UNPACKED_BYTES_MAX >> 20
    );
    Problem::new(codes::LARGE_WORKBOOK).detail(detail)
}
