//! Decode (下行解码): what customs sends as UTF-8, whatever it was written in.
//!
//! Some ports declare `gb2312` and write GBK, some declare it and write UTF-8, some declare nothing
//! and write GBK. Read as declared, or as UTF-8 where the bytes are that, or as GBK where they are
//! neither: a refusal that its company never sees is worse than a wrong declaration. Companies' own
//! messages are never decoded: they are signed, and the standard demands UTF-8.

use crate::code;
use crate::unrecognised::SniffError;
use crate::xml::{MESSAGE_BYTES_MAX, NS_CEB, is_space, line_of};
use encoding_rs::{Encoding, GB18030, GBK, UTF_8};
use std::borrow::Cow;

/// Longest XML declaration that is looked at, in bytes.
const DECLARATION_BYTES_MAX: usize = 512;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The first character of the Chinese and Japanese part of Unicode.
const WIDE: char = '\u{2E80}';

/// How a receipt message differs from the standard, though it can be read (回执与规范不符之处).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Odd {
    /// Not in the encoding that it declares.
    Encoding {
        /// What the XML declaration says, if it says anything.
        declared: Option<String>,
        /// What it was read as.
        read_as: &'static str,
    },
    /// The namespace is missing, undefined or another one.
    Namespace,
    /// The root has no `guid`.
    Guid,
    /// The root has no `version`.
    Version,
    /// Entries that stand in it once more, byte for byte; each counts once.
    Twice(usize),
}

impl Odd {
    /// The name, for counters.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Encoding { .. } => "encoding",
            Self::Namespace => "namespace",
            Self::Guid => "guid",
            Self::Version => "version",
            Self::Twice(_) => "twice",
        }
    }

    /// What is odd, in Chinese.
    #[must_use]
    pub fn chinese(&self) -> String {
        match self {
            Self::Encoding {
                declared: Some(declared),
                read_as,
            } => format!(
                "声明的编码是 {declared}，内容的字节实际是 {read_as}，已按 {read_as} 读取。"
            ),
            Self::Encoding {
                declared: None,
                read_as,
            } => format!("没有声明编码，内容的字节是 {read_as}，已按 {read_as} 读取。"),
            Self::Namespace => format!("缺少命名空间 {NS_CEB}，已按元素名读取。"),
            Self::Guid => "根元素没有 guid 属性。".to_owned(),
            Self::Version => "根元素没有 version 属性。".to_owned(),
            Self::Twice(n_more) => format!("有 {n_more} 份单证回执重复出现，各只计一次。"),
        }
    }
}

/// A text in UTF-8 and what was odd about it.
type Decoded<'a> = (Cow<'a, [u8]>, Option<Odd>);

/// Bytes as UTF-8 without a declaration that says otherwise. `hint` is what an envelope says of them.
///
/// # Errors
/// When they are too many, or text in none of the encodings.
pub(crate) fn decode<'a>(bytes: &'a [u8], hint: Option<&str>) -> Result<Decoded<'a>, SniffError> {
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(SniffError::new(&code::TOO_LARGE, 1, ""));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes).filter(|(found, _)| *found != UTF_8) {
        let rest = bytes.get(mark..).unwrap_or_default();
        let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
        let text = text.ok_or_else(|| SniffError::new(&code::WRONG_BYTES, 1, encoding.name()))?;
        return Ok((plain(&text), None));
    }
    let declared = declared(bytes);
    let label = declared.or(hint).unwrap_or("UTF-8").trim();
    let encoding = Encoding::for_label(label.as_bytes());
    let utf8 = std::str::from_utf8(bytes);
    match utf8 {
        Ok(_) if encoding == Some(UTF_8) => return Ok((Cow::Borrowed(bytes), None)),
        Ok(text) if text.is_ascii() => return Ok((plain(text), None)),
        // Letters of the West alone may be GBK that looks like UTF-8 by chance.
        Ok(text) if text.chars().any(|c| c >= WIDE) => {
            return Ok((plain(text), odd(declared, "UTF-8")));
        }
        Ok(_) | Err(_) => {}
    }
    // No port writes in an alphabet of the West: what is declared so is GBK with a wrong declaration.
    let is_chinese = |found: &&'static Encoding| !found.is_single_byte() && *found != UTF_8;
    let named = encoding.filter(is_chinese);
    for candidate in [named, Some(GB18030)].into_iter().flatten() {
        if let Some(text) = candidate.decode_without_bom_handling_and_without_replacement(bytes) {
            let is_declared = named.is_some_and(|named| named == candidate || named == GBK);
            let odd = if is_declared {
                None
            } else {
                odd(declared, "GBK")
            };
            return Ok((plain(&text), odd));
        }
    }
    match utf8 {
        Ok(text) => Ok((plain(text), odd(declared, "UTF-8"))),
        Err(error) => {
            let line = line_of(bytes, error.valid_up_to());
            Err(SniffError::new(&code::WRONG_BYTES, line, label))
        }
    }
}

fn odd(declared: Option<&str>, read_as: &'static str) -> Option<Odd> {
    Some(Odd::Encoding {
        declared: declared.map(str::to_owned),
        read_as,
    })
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<&str> {
    let (from, to) = declaration(bytes)?;
    let text = std::str::from_utf8(bytes.get(from..to)?).ok()?;
    let rest = text.split_once("encoding")?.1.trim_start();
    let rest = rest.strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c))?;
    rest.get(1..)?.split_once(quote).map(|(label, _)| label)
}

/// Where the XML declaration stands.
fn declaration(bytes: &[u8]) -> Option<(usize, usize)> {
    let from = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let head = bytes.get(from..)?;
    let head = head.get(..DECLARATION_BYTES_MAX).unwrap_or(head);
    if !head.starts_with(b"<?xml") || !head.get(5).is_some_and(|byte| is_space(*byte)) {
        return None;
    }
    let end = memchr::memmem::find(head, b"?>")?;
    Some((from, from + end + 2))
}

/// A text without its XML declaration; the lines stay where they are.
fn plain(text: &str) -> Cow<'static, [u8]> {
    let bytes = text.as_bytes();
    let Some((from, to)) = declaration(bytes) else {
        return Cow::Owned(bytes.to_vec());
    };
    let declaration = bytes.get(from..to).unwrap_or_default();
    let lines = declaration.iter().copied().filter(|byte| *byte == b'\n');
    let mut out: Vec<u8> = lines.collect();
    out.extend_from_slice(bytes.get(to..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::Odd;
    use super::decode;
    use encoding_rs::{BIG5, GB18030, GBK};

    fn xml(declared: &str) -> String {
        format!("<?xml version=\"1.0\" encoding=\"{declared}\"?>\n<a>金额不一致</a>")
    }

    /// What is read as UTF-8, and whether it was odd.
    fn read(bytes: &[u8]) -> (String, Option<&'static str>) {
        let (text, odd) = decode(bytes, None).unwrap();
        let odd = odd.map(|odd| match odd {
            Odd::Encoding { read_as, .. } => read_as,
            Odd::Namespace | Odd::Guid | Odd::Version | Odd::Twice(_) => "?",
        });
        (String::from_utf8(text.into_owned()).unwrap(), odd)
    }

    /// As declared, or as UTF-8 or GBK where the declaration is wrong; lines stay where they are.
    #[test]
    fn every_spelling_of_the_encoding_is_read() {
        let plain = "\n<a>金额不一致</a>";
        for declared in ["gb2312", "GB2312", "gbk", "GBK", "GB18030", "x-gbk"] {
            let bytes = GBK.encode(&xml(declared)).0.into_owned();
            assert_eq!(read(&bytes), (plain.to_owned(), None), "{declared}");
            let bytes = xml(declared).into_bytes();
            assert_eq!(
                read(&bytes),
                (plain.to_owned(), Some("UTF-8")),
                "{declared}"
            );
        }
        for declared in ["UTF-8", "iso-8859-1", "utf8mb4"] {
            let bytes = GBK.encode(&xml(declared)).0.into_owned();
            assert_eq!(read(&bytes), (plain.to_owned(), Some("GBK")), "{declared}");
        }
        let bytes = xml("UTF-8").into_bytes();
        assert_eq!(read(&bytes), (xml("UTF-8"), None));
        let rare = xml("gb18030").replace('金', "𠮷");
        let bytes = GB18030.encode(&rare).0.into_owned();
        assert_eq!(read(&bytes), (plain.replace('金', "𠮷"), None));
        let bytes = BIG5.encode(&xml("big5").replace('额', "額")).0.into_owned();
        assert_eq!(read(&bytes).1, None);
        let mut bytes = vec![0xFF, 0xFE];
        for unit in xml("UTF-16").encode_utf16() {
            bytes.extend(unit.to_le_bytes());
        }
        assert_eq!(read(&bytes), (plain.to_owned(), None));
        // Without a declaration, and what the envelope says of it.
        let bytes = GBK.encode("<a>金额不一致</a>").0.into_owned();
        assert_eq!(read(&bytes).1, Some("GBK"));
        assert!(decode(&bytes, Some("GB2312")).unwrap().1.is_none());
    }

    /// Bytes of no encoding are told apart from a wrong declaration.
    #[test]
    fn bytes_of_no_encoding_are_refused_with_their_line() {
        let mut bytes = xml("gb2312").into_bytes();
        bytes.extend_from_slice(b"\n\xFF\xFF");
        let error = decode(&bytes, None).unwrap_err();
        assert_eq!((error.code(), error.line()), ("TG-E1019", 3));
        assert!(error.text().contains("gb2312"), "{}", error.text());
    }
}
