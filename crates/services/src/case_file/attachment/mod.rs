//! Attachments (附件): what a file is, judged by its bytes and not by its name.

pub mod http;

use super::codes;
use sha2::{Digest, Sha256};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// PDF.
    Pdf,
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// Excel workbook without macros.
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
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
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
pub struct Checked {
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
pub fn check(name: &str, bytes: &[u8]) -> Result<Checked, Problem> {
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
    Ok(Checked {
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

/// Whether an archive is an Excel workbook without macros, by the directory at its end.
fn is_workbook(bytes: &[u8]) -> bool {
    let Some(names) = entry_names(bytes) else {
        return false;
    };
    let has = |wanted: &[u8]| names.contains(&wanted);
    let has_macros = names.iter().any(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with(b"vbaproject.bin") || name.starts_with(b"xl/macrosheets")
    });
    has(b"[Content_Types].xml") && has(b"xl/workbook.xml") && !has_macros
}

/// Names of the entries of an archive: from the record at its end to the directory, then entry by
/// entry. Anything that does not fit together is no archive.
fn entry_names(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let tail = bytes.len().saturating_sub(65_557);
    let end = (tail..bytes.len().saturating_sub(21)).rev().find(|at| {
        bytes
            .get(*at..)
            .is_some_and(|rest| rest.starts_with(b"PK\x05\x06"))
    })?;
    let short = |at: usize| -> Option<usize> {
        let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(usize::from(u16::from_le_bytes(pair)))
    };
    let long = |at: usize| -> Option<usize> {
        let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(four)).ok()
    };
    let n_entries = short(end + 10)?;
    if n_entries > ENTRIES_MAX {
        return None;
    }
    let mut at = long(end + 16)?;
    let mut names = Vec::new();
    for _ in 0..n_entries {
        if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (n_name, n_extra, n_comment) = (short(at + 28)?, short(at + 30)?, short(at + 32)?);
        names.push(bytes.get(at + 46..at + 46 + n_name)?);
        at += 46 + n_name + n_extra + n_comment;
    }
    Some(names)
}
