//! Attachments (附件): what a file is, judged by its bytes and not by its name.

pub mod http;

use super::codes;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use web::Problem;

/// Largest attachment, in bytes: 10 MiB.
pub const BYTES_MAX: usize = 10 * 1024 * 1024;

/// Attachments of one case.
pub const COUNT_MAX: i64 = 20;

/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 80;

/// Entries of a workbook's archive that are looked at.
const ENTRIES_MAX: usize = 5000;

/// What a workbook may hold when it is unpacked, in bytes: 64 MiB.
const UNPACKED_BYTES_MAX: u64 = 64 << 20;

/// Of the types of its parts so much is read, in bytes.
const TYPES_BYTES_MAX: u64 = 1 << 20;

/// How an entry of the directory of an archive begins.
const ENTRY: &[u8] = b"PK\x01\x02";

/// A type of file that is taken (附件类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Media {
    /// PDF.
    #[strum(serialize = "application/pdf")]
    Pdf,
    /// PNG picture.
    #[strum(serialize = "image/png")]
    Png,
    /// JPEG picture.
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    /// Excel workbook without macros.
    #[strum(serialize = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    Xlsx,
}

impl Media {
    /// The type of a file by its first bytes; a workbook by the names in its archive.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"PK\x03\x04") && is_workbook(bytes) {
            Some(Self::Xlsx)
        } else {
            None
        }
    }

    /// The media type of HTTP.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The endings that a name may have.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Xlsx => &["xlsx"],
        }
    }
}

/// A file that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFile {
    /// Its name, cleaned.
    pub name: String,
    /// Its type.
    pub media: Media,
    /// SHA-256 of its bytes, hexadecimal.
    pub hash: String,
}

/// Checks a file: its size, its type by its bytes, and that the name does not say otherwise.
///
/// # Errors
/// [`codes::FILE_SIZE`], [`codes::FILE_TYPE`].
pub fn check(name: &str, bytes: &[u8]) -> Result<CheckedFile, Problem> {
    if bytes.len() > BYTES_MAX {
        return Err(Problem::new(codes::FILE_SIZE));
    }
    let media = Media::of(bytes).ok_or_else(|| Problem::new(codes::FILE_TYPE))?;
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.trim().to_ascii_lowercase());
    let says = ending.as_deref().unwrap_or_default();
    if !media.endings().contains(&says) {
        return Err(Problem::new(codes::FILE_TYPE).detail(format!(
            "文件内容是 {}，与文件名的扩展名不符",
            media.endings().first().copied().unwrap_or_default()
        )));
    }
    Ok(CheckedFile {
        name: clean_name(name, media),
        media,
        hash: hash_of(bytes),
    })
}

/// Does what takes longer than the other requests of a thread should wait: a workbook is unpacked to be checked.
///
/// # Errors
/// A fault when it panics.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    look: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let looked = tokio::task::spawn_blocking(look).await;
    looked.map_err(|error| {
        tracing::error!(%error, "a file could not be checked");
        Problem::new(web::codes::FAULT)
    })
}

/// SHA-256 of a file's bytes, hexadecimal.
pub(crate) fn hash_of(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// A name without folders, control and direction characters, and nothing that a shell, a browser
/// or a file system takes for more than a letter.
fn clean_name(name: &str, media: Media) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let is_plain = |c: &char| {
        let is_direction = matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        !c.is_control() && !is_direction && !"<>:\"'|?*`$&;%".contains(*c)
    };
    let stem: String = stem.chars().filter(is_plain).take(NAME_CHARS_MAX).collect();
    let stem = stem.trim_matches(['.', ' ', '-', '=', '+', '@']);
    let ending = media.endings().first().copied().unwrap_or_default();
    if stem.is_empty() {
        format!("附件.{ending}")
    } else {
        format!("{stem}.{ending}")
    }
}

/// Whether an archive is an Excel workbook that a clerk may open: whole, without macros, and no larger unpacked than it
/// may be.
fn is_workbook(bytes: &[u8]) -> bool {
    // The library keeps what it reads of every entry, and entries of one name count once there.
    let n_entries = bytes.windows(ENTRY.len()).filter(|four| *four == ENTRY);
    if n_entries.count() > ENTRIES_MAX {
        return false;
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return false;
    };
    let Some(names) = unpacked(&mut archive) else {
        return false;
    };
    let has = |wanted: &str| names.contains(wanted);
    let is_active = |name: &String| {
        let folders = ["xl/macrosheets/", "xl/embeddings/", "xl/activex/"];
        name.ends_with("vbaproject.bin") || folders.iter().any(|folder| name.starts_with(folder))
    };
    has("[content_types].xml")
        && has("xl/workbook.xml")
        && !names.iter().any(is_active)
        && is_plain(&mut archive)
}

/// The names of all entries in small letters, when each can be unpacked, is there once and stays in its folder.
fn unpacked(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> Option<BTreeSet<String>> {
    let (mut names, mut left) = (BTreeSet::new(), UNPACKED_BYTES_MAX);
    for place in 0..archive.len() {
        let entry = archive.by_index(place).ok()?;
        entry.enclosed_name()?;
        if !names.insert(entry.name().ok()?.to_ascii_lowercase()) {
            return None;
        }
        // One byte more than is left shows that it is too much; at the end the check sum is compared.
        let n_read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).ok()?;
        left = left.checked_sub(n_read)?;
    }
    Some(names)
}

/// Whether the types of the parts, which decide what Excel does with them, name nothing that runs.
fn is_plain(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> bool {
    let mut types = String::new();
    let Ok(entry) = archive.by_name("[Content_Types].xml") else {
        return false;
    };
    // One byte more than is read shows that the rest would be judged by nobody. Text in another encoding is none here,
    // and references to characters stand in no type.
    match entry.take(TYPES_BYTES_MAX + 1).read_to_string(&mut types) {
        Ok(n_bytes) if n_bytes as u64 <= TYPES_BYTES_MAX && !types.contains('&') => {}
        Ok(_) | Err(_) => return false,
    }
    let types = types.to_ascii_lowercase();
    let runs = [
        "macroenabled",
        "vbaproject",
        "macrosheet",
        "activex",
        "oleobject",
        "officedocument.package",
    ];
    !runs.iter().any(|word| types.contains(word))
}
