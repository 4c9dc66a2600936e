//! Names in certificates (证书中的名称), whatever their type and encoding.
//!
//! What a string type allows is one thing; what authorities wrote is another: Chinese stands in
//! certificates as `UTF8String`, as `BMPString` (UTF-16), and, in older ones, as GBK under types that
//! know no Chinese at all.

use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Reader, SliceReader, Tag, Tagged};
use x509_cert::name::Name;

/// Longest value that is read, in characters.
const VALUE_CHARS_MAX: usize = 200;

/// Short names of the usual attributes.
const SHORT: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.5", "serialNumber"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// Organisation.
pub(super) const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
/// Common name.
pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A distinguished name as text, the last part first, as RFC 4514 has it.
pub(super) fn name(name: &Name) -> String {
    let parts: Vec<String> = name
        .iter()
        .map(|attribute| {
            let oid = attribute.oid.to_string();
            let short = SHORT.iter().find(|(dotted, _)| *dotted == oid);
            let value = string(attribute.value.tag(), attribute.value.value());
            let value =
                value.unwrap_or_else(|| data_encoding::HEXLOWER.encode(attribute.value.value()));
            let value = value.replace('\\', "\\\\").replace(',', "\\,");
            format!("{}={value}", short.map_or(oid.as_str(), |(_, short)| short))
        })
        .collect();
    parts.into_iter().rev().collect::<Vec<_>>().join(",")
}

/// The first value of an attribute of a name.
pub(super) fn attribute(name: &Name, oid: ObjectIdentifier) -> Option<String> {
    let mut own = name.iter().filter(|one| one.oid == oid);
    own.find_map(|one| string(one.value.tag(), one.value.value()))
}

/// The text of a value, DER: a string of any type, perhaps inside an octet string, or text as it is.
pub(super) fn text(value: &[u8]) -> Option<String> {
    match element(value) {
        Some((Tag::OctetString, inner)) if inner.len() < value.len() => text(inner),
        Some((tag, content)) => string(tag, content).or_else(|| plain(value)),
        None => plain(value),
    }
}

/// Tag and content of a value that is one DER element and nothing else.
fn element(value: &[u8]) -> Option<(Tag, &[u8])> {
    let mut reader = SliceReader::new(value).ok()?;
    let header = x509_cert::der::Header::decode(&mut reader).ok()?;
    let content = reader.read_slice(header.length()).ok()?;
    reader.is_finished().then_some((header.tag(), content))
}

/// The text of a string of a type.
fn string(tag: Tag, content: &[u8]) -> Option<String> {
    let wide = (tag == Tag::BmpString).then(|| wide(content)).flatten();
    let found = wide.or_else(|| decoded(content));
    found.and_then(|text| kept(&text))
}

/// UTF-16, high byte first.
fn wide(content: &[u8]) -> Option<String> {
    if !content.len().is_multiple_of(2) {
        return None;
    }
    let units = content.chunks_exact(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    char::decode_utf16(units)
        .collect::<Result<String, _>>()
        .ok()
}

/// Text in UTF-8, or in GBK.
fn decoded(content: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(content) {
        return Some(text.to_owned());
    }
    let gbk = encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(content);
    gbk.map(std::borrow::Cow::into_owned)
}

/// Text without any type.
fn plain(value: &[u8]) -> Option<String> {
    decoded(value).and_then(|text| kept(&text))
}

fn kept(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(VALUE_CHARS_MAX).collect();
    let is_text = !text.is_empty() && !text.chars().any(char::is_control);
    is_text.then_some(text)
}

#[cfg(test)]
mod tests {
    //! Chinese under every type in which it was seen.

    use super::text;

    #[test]
    fn names_in_every_encoding() {
        let gbk = [0xB1, 0xB1, 0xBE, 0xA9];
        let utf8 = "北京".as_bytes();
        let string = |tag: u8, content: &[u8]| {
            let length = u8::try_from(content.len()).unwrap();
            [&[tag, length][..], content].concat()
        };
        for (what, der) in [
            ("UTF8String", string(0x0C, utf8)),
            ("UTF8String with GBK", string(0x0C, &gbk)),
            ("BMPString", string(0x1E, &[0x53, 0x17, 0x4E, 0xAC])),
            ("T61String with GBK", string(0x14, &gbk)),
            ("PrintableString with GBK", string(0x13, &gbk)),
            ("IA5String with GBK", string(0x16, &gbk)),
            ("PrintableString with UTF-8", string(0x13, utf8)),
            ("inside an octet string", string(0x04, &string(0x14, &gbk))),
            ("without a type", utf8.to_vec()),
            ("GBK without a type", gbk.to_vec()),
        ] {
            assert_eq!(text(&der).as_deref(), Some("北京"), "{what}");
        }
        assert_eq!(text(&string(0x0C, b"  ")), None);
        assert_eq!(text(&string(0x0C, &[0xFF, 0xFF])), None);
    }
}
