//! What is uploaded under announcement 179, and the strings that programs sign.

use crate::signature::certificate::Certificate;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Longest upload that is read, in bytes.
const UPLOAD_BYTES_MAX: usize = 1 << 20;

/// What a platform uploads (支付数据报送).
#[derive(Debug, Clone)]
pub struct Upload {
    session: String,
    /// The JSON of the head and of the orders, as written.
    head: String,
    lists: String,
    service_time: String,
    pub(super) certificate_no: String,
    pub(super) value: String,
    /// The certificate, when it came along as PEM or was given.
    pub certificate: Option<Certificate>,
}

/// What was signed instead of the string of the announcement.
pub(super) struct TriedString {
    pub(super) name: &'static str,
    pub(super) advice: &'static str,
    pub(super) signed: Vec<u8>,
}

impl Upload {
    /// Reads an upload: JSON, the form `payExInfoStr=…`, or JSON that has it as a text; with a PEM
    /// certificate before or after it, if there is one. `None` when it is something else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > UPLOAD_BYTES_MAX {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let (text, certificate) = without_pem(text);
        let text = text.trim();
        let form = text.strip_prefix("payExInfoStr=").map(form_decoded);
        let upload = Self::of(form.as_deref().unwrap_or(text))?;
        Some(Self {
            certificate,
            ..upload
        })
    }

    fn of(text: &str) -> Option<Self> {
        let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
        let raw = |name: &str| members.get(name).map(|value| value.get());
        let plain = |name: &str| {
            let raw = raw(name)?;
            let text: Result<String, _> = serde_json::from_str(raw);
            Some(text.unwrap_or_else(|_| raw.to_owned()))
        };
        if let Some(inner) = plain("payExInfoStr") {
            return Self::of(&inner);
        }
        Some(Self {
            session: plain("sessionID").unwrap_or_default(),
            head: raw("payExchangeInfoHead")?.to_owned(),
            lists: raw("payExchangeInfoLists").unwrap_or("[]").to_owned(),
            service_time: plain("serviceTime").unwrap_or_default(),
            certificate_no: plain("certNo").unwrap_or_default(),
            value: plain("signValue").unwrap_or_default(),
            certificate: None,
        })
    }

    /// The string to sign (加签字符串).
    #[must_use]
    pub fn to_be_signed(&self) -> String {
        self.joined(|text| text.to_owned(), "||")
    }

    fn members(&self) -> [(&'static str, &str); 4] {
        [
            ("sessionID", &self.session),
            ("payExchangeInfoHead", &self.head),
            ("payExchangeInfoLists", &self.lists),
            ("serviceTime", &self.service_time),
        ]
    }

    fn joined(&self, change: impl Fn(&str) -> String, between: &str) -> String {
        let parts = self
            .members()
            .map(|(name, value)| format!("\"{name}\":\"{}\"", change(value)));
        parts.join(between)
    }

    /// Members whose JSON has no quotes around it.
    fn bare(&self, between: &str) -> String {
        let parts = self
            .members()
            .map(|(name, value)| match value.starts_with(['{', '[']) {
                true => format!("\"{name}\":{value}"),
                false => format!("\"{name}\":\"{value}\""),
            });
        parts.join(between)
    }

    /// The strings that programs sign instead.
    pub(super) fn others(&self) -> Vec<TriedString> {
        let right = self.to_be_signed();
        let texts = self.joinings(&right).into_iter().chain(self.spellings());
        let mut all: Vec<TriedString> = texts
            .map(|(name, advice, text)| TriedString {
                name,
                advice,
                signed: text.into_bytes(),
            })
            .collect();
        all.push(TriedString {
            name: "encoding",
            advice: "加签字符串按 GBK 编码，应为 UTF-8",
            signed: encoding_rs::GBK.encode(&right).0.into_owned(),
        });
        all.retain(|one| one.signed != right.as_bytes());
        all
    }

    /// The members put together in another way.
    fn joinings(&self, right: &str) -> Vec<(&'static str, &'static str, String)> {
        let plain = |between: &str| self.joined(str::to_owned, between);
        let without = right.rsplit_once("||").map_or("", |(before, _)| before);
        vec![
            (
                "single-bar",
                "四项之间应是两个竖线 ||，签名时只有一个",
                plain("|"),
            ),
            (
                "no-bar",
                "四项之间应是两个竖线 ||，签名时用了逗号",
                plain(","),
            ),
            (
                "no-quotes",
                "payExchangeInfoHead 和 payExchangeInfoLists 的 JSON 两边也要有双引号，签名时没有",
                self.bare("||"),
            ),
            (
                "no-quotes",
                "四项之间应是两个竖线，JSON 两边要有双引号，签名时都没有",
                self.bare("|"),
            ),
            (
                "whole-json",
                "签名的是整个 JSON，应是四项用 || 相连的字符串",
                format!("{{{}}}", self.bare(",")),
            ),
            ("no-time", "加签字符串缺少 serviceTime", without.to_owned()),
            ("end", "加签字符串末尾多了 ||", format!("{right}||")),
            ("end", "加签字符串末尾多了一个换行", format!("{right}\n")),
        ]
    }

    /// JSON that is not to the byte the one that is sent.
    fn spellings(&self) -> Vec<(&'static str, &'static str, String)> {
        let same = |change: &dyn Fn(&str) -> String| self.joined(change, "||");
        vec![
            (
                "escaped",
                "签名时把 JSON 里的双引号转义成了 \\\"，应当原样",
                same(&|text| text.replace('"', "\\\"")),
            ),
            (
                "compacted",
                "签名时的 JSON 没有空白，报送的有",
                same(&compacted),
            ),
            (
                "slashes",
                "签名时的斜线没有转义，报送的 JSON 写成了 \\/",
                same(&|text| text.replace("\\/", "/")),
            ),
            (
                "slashes",
                "签名时的斜线写成了 \\/，报送的没有转义",
                same(&|text| text.replace('/', "\\/")),
            ),
            (
                "unicode",
                "签名时的中文写成了 \\uXXXX，报送的是汉字",
                same(&|text| escaped(text, false)),
            ),
            (
                "unicode",
                "签名时的中文写成了 \\uXXXX（大写），报送的是汉字",
                same(&|text| escaped(text, true)),
            ),
            (
                "unicode",
                "签名时是汉字，报送的 JSON 写成了 \\uXXXX",
                same(&unescaped),
            ),
            (
                "amount",
                "签名时的金额没有末尾的 .0，报送的有",
                same(&|text| amount(text, ".0")),
            ),
            (
                "amount",
                "签名时的金额没有末尾的 .00，报送的有",
                same(&|text| amount(text, ".00")),
            ),
        ]
    }
}

/// The text without a PEM certificate in it, and that certificate.
fn without_pem(text: &str) -> (String, Option<Certificate>) {
    const END: &str = "-----END CERTIFICATE-----";
    let from = text.find("-----BEGIN CERTIFICATE-----");
    let place = from.and_then(|from| Some((from, from + text.get(from..)?.find(END)? + END.len())));
    let Some((from, to)) = place else {
        return (text.to_owned(), None);
    };
    let (before, after) = (
        text.get(..from).unwrap_or_default(),
        text.get(to..).unwrap_or_default(),
    );
    let pem = text.get(from..to).unwrap_or_default();
    (
        format!("{before}{after}"),
        Certificate::from_file(pem.as_bytes()),
    )
}

/// What `application/x-www-form-urlencoded` means.
fn form_decoded(text: &str) -> String {
    let value = text.split('&').next().unwrap_or_default();
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, more @ ..] = rest {
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|n| u8::try_from(n).ok())
        };
        match (first, more) {
            (b'%', [high, low, after @ ..]) => {
                match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => out.push((high << 4) | low),
                    _ => out.extend([b'%', *high, *low]),
                }
                rest = after;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(*byte),
        }
        rest = more;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// JSON without white space outside its texts.
fn compacted(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for c in json.chars() {
        match c {
            '"' if !is_escaped => is_text = !is_text,
            _ if !is_text && c.is_ascii_whitespace() => continue,
            _ => {}
        }
        is_escaped = is_text && c == '\\' && !is_escaped;
        out.push(c);
    }
    out
}

/// Characters that are not ASCII as `\uXXXX`.
fn escaped(json: &str, is_upper: bool) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&match is_upper {
                true => format!("\\u{unit:04X}"),
                false => format!("\\u{unit:04x}"),
            });
        }
    }
    out
}

/// `\uXXXX` as characters.
fn unescaped(json: &str) -> String {
    let mut parts = json.split("\\u");
    let mut units: Vec<u16> = parts.next().unwrap_or_default().encode_utf16().collect();
    for part in parts {
        let digits = part
            .get(..4)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match digits {
            Some(unit) => {
                units.push(unit);
                units.extend(part.get(4..).unwrap_or_default().encode_utf16());
            }
            None => {
                units.extend("\\u".encode_utf16());
                units.extend(part.encode_utf16());
            }
        }
    }
    String::from_utf16_lossy(&units)
}

/// The amount without an ending.
fn amount(json: &str, ending: &str) -> String {
    let Some((before, after)) = json.split_once("\"totalAmount\":") else {
        return json.to_owned();
    };
    let end = after.find([',', '}', ' ']).unwrap_or(after.len());
    let (number, rest) = after.split_at(end);
    match number.strip_suffix(ending) {
        Some(short) => format!("{before}\"totalAmount\":{short}{rest}"),
        None => json.to_owned(),
    }
}
