//! Base64 as it stands in signatures, and as it stands there by mistake.
//!
//! What is not Base64 makes a signature wrong; it is read all the same where its meaning is plain, so
//! that the clinic can say what else is wrong.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 with or without its padding.
const LOOSE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Why a text is not Base64 (Base64 写法问题).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blemish {
    /// The first and last line of a PEM file are in it.
    Pem,
    /// Line ends are written as `\n` or `\r\n`, as in the text of a program.
    EscapedLines,
    /// The letters of Base64 for addresses: `-` and `_`.
    Url,
    /// `=` is missing at the end, or bits are left over.
    Padding,
    /// Nothing that could be read.
    Unreadable,
}

impl Blemish {
    /// What is wrong with an element, in Chinese.
    pub(crate) fn describe(self, element: &str) -> String {
        match self {
            Self::Pem => format!(
                "{element} 里带有 PEM 文件的首尾两行（-----BEGIN …----- 和 -----END …-----）"
            ),
            Self::EscapedLines => format!("{element} 里的换行写成了 \\n 或 \\r\\n 这几个字符"),
            Self::Url => format!("{element} 用了网址专用的 Base64 字母表（- 和 _）"),
            Self::Padding => format!("{element} 的 Base64 末尾不完整（缺少 =，或多出几位）"),
            Self::Unreadable => format!("{element} 不是 Base64"),
        }
    }
}

/// The bytes of a text, and why it is not the Base64 that it should be.
pub(crate) fn decode(text: &str) -> (Vec<u8>, Option<Blemish>) {
    let plain = |text: &str| -> String { text.split_ascii_whitespace().collect() };
    if let Ok(bytes) = STANDARD.decode(plain(text)) {
        return (bytes, None);
    }
    let mut rest = text.to_owned();
    let mut blemish = None;
    if let Some(body) = pem_body(&rest) {
        rest = body;
        blemish = blemish.or(Some(Blemish::Pem));
    }
    if rest.contains('\\') {
        rest = rest.replace("\\r", "").replace("\\n", "");
        blemish = blemish.or(Some(Blemish::EscapedLines));
    }
    if rest.contains(['-', '_']) {
        rest = rest.replace('-', "+").replace('_', "/");
        blemish = blemish.or(Some(Blemish::Url));
    }
    match LOOSE.decode(plain(&rest)) {
        Ok(bytes) => (bytes, blemish.or(Some(Blemish::Padding))),
        Err(_) => (Vec::new(), Some(Blemish::Unreadable)),
    }
}

/// What stands between the first and the last line of PEM.
fn pem_body(text: &str) -> Option<String> {
    let (_, after) = text.split_once("-----BEGIN ")?;
    let (_, after) = after.split_once("-----")?;
    let body = after.split_once("-----END").map_or(after, |(body, _)| body);
    Some(body.to_owned())
}
