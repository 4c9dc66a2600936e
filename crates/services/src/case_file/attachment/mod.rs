//! Attachments (附件): what a file is, judged by its bytes and not by its name.

pub mod http;

use super::codes;
use sha2::{Digest, Sha256};
use std::io::Cursor;
use web::Problem;

/// Largest attachment, in bytes: 10 MiB.
pub const BYTES_MAX: usize = 10 * 1024 * 1024;

/// Attachments of one case.
pub const COUNT_MAX: i64 = 20;

/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 80;

/// Entries of a workbook's archive that are looked at.
const ENTRIES_MAX: usize = 5000;

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

/// Whether an archive is an Excel workbook without macros, by its directory; nothing is unpacked.
fn is_workbook(bytes: &[u8]) -> bool {
    let Ok(archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return false;
    };
    if archive.len() > ENTRIES_MAX {
        return false;
    }
    let Ok(names) = archive.file_names().collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let has_macros = names.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with("vbaproject.bin") || name.starts_with("xl/macrosheets")
    });
    has("[Content_Types].xml") && has("xl/workbook.xml") && !has_macros
}
