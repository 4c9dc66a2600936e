//! Personal data (个人信息) in messages: which elements hold them, and how they look masked.
//!
//! What is masked stays recognisable to somebody who knows the person, and useless to anybody else.
//! The mask of a whole message keeps every byte that is not personal, so that lines and structure
//! are those of the original.

use crate::xml::{Token, Tokens, prepare};

/// Characters that stand for what is hidden.
const HIDDEN: &str = "***";

/// What kind of personal data an element holds (个人信息种类).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// A name (姓名).
    Name,
    /// An identity number (证件号码).
    Identity,
    /// A telephone number (电话).
    Telephone,
    /// An address (地址).
    Address,
    /// An account at a shop (注册号).
    Account,
}

/// The personal data that an element holds, if any.
#[must_use]
pub fn of_element(element: &str) -> Option<Personal> {
    Some(match element {
        "buyerName" | "payerName" | "consignee" => Personal::Name,
        "buyerIdNumber" | "payerIdNumber" => Personal::Identity,
        "buyerTelephone" | "consigneeTelephone" | "telephone" | "ebcTelephone" => {
            Personal::Telephone
        }
        "consigneeAddress" => Personal::Address,
        "buyerRegNo" => Personal::Account,
        _ => return None,
    })
}

/// Whether a character shows nothing, such as a mark of direction: shown as it is, it would deceive.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    crate::advice::invisible::is_invisible(c)
}

/// Whether a text does not read as it is written: it has characters that nobody sees and that do no work there (a
/// joiner inside an emoji does), or some that turn the direction of writing.
#[must_use]
pub fn is_deceptive(text: &str) -> bool {
    crate::advice::invisible::is_deceptive(text)
}

/// A value as people see it who need not know it.
#[must_use]
pub fn mask(personal: Personal, value: &str) -> String {
    let (n_first, n_last) = match personal {
        Personal::Name => (1, 0),
        Personal::Identity => (3, 2),
        Personal::Telephone => (3, 2),
        Personal::Address => (6, 0),
        Personal::Account => (2, 0),
    };
    // What nobody sees would count as a character, and show more of the others.
    let value = crate::advice::invisible::cleaned(value, true);
    let chars: Vec<char> = value.chars().collect();
    // Too short a value would be told by its ends.
    if chars.len() <= n_first + n_last {
        return HIDDEN.to_owned();
    }
    let first: String = chars[..n_first].iter().collect();
    let last: String = chars[chars.len() - n_last..].iter().collect();
    format!("{first}{HIDDEN}{last}")
}

/// A value of an element, masked when it is personal.
#[must_use]
pub fn masked(element: &str, value: &str) -> String {
    match of_element(element) {
        Some(personal) if !value.is_empty() => mask(personal, value),
        Some(_) | None => value.to_owned(),
    }
}

/// Words after which a text names a person, and characters that go on with something else.
const PERSON_WORDS: [&str; 9] = [
    "订购人",
    "支付人",
    "付款人",
    "购买人",
    "收货人",
    "收件人",
    "姓名",
    "注册号",
    "地址",
];
const NO_NAME: &str =
    "的与和及或姓身证号电地注在已未不超信个年累代，。；、！（）()[]【】“”\"'「」:：,;.-_> <";

/// Signs and words that may stand between such a word and the name.
const BEFORE_NAME: &str = "为是叫=＝[【(（“\"'「";

/// Names whose value is no personal datum: the wrapping of a code.
const WRAPPING: [&str; 2] = ["code", "desc"];

fn is_sign(c: char) -> bool {
    matches!(c, ':' | '：')
}

/// Whether a text ends with one of these ASCII words, in any case.
fn ends_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        let start = text.len().checked_sub(word.len());
        let end = start.and_then(|start| text.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}

/// Digits in a row that may be a number of a person or a document.
const DIGITS_MAX: usize = 3;

/// A text of customs without what may be personal: every value after a colon, every long row of
/// digits, every word after one that names a person. Rather too much is hidden than too little; the
/// wrapping `[Code:n;Desc:…]` stays.
#[must_use]
pub fn masked_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if is_sign(c) && !ends_with_any(&out, &WRAPPING) {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            let end = rest
                .find([',', '，', ';', '；', ']', '】', '。', '>'])
                .unwrap_or(rest.len());
            if !rest[..end].trim().is_empty() {
                out.push_str(HIDDEN);
            }
            rest = &rest[end..];
        } else if c.is_ascii_alphanumeric() {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
            let sign = out.chars().next_back().filter(|c| is_sign(*c));
            let before = sign.map_or("", |sign| &out[..out.len() - sign.len_utf8()]);
            let is_code = ends_with_any(before, &["code"]);
            let is_plain = n_digits <= DIGITS_MAX || is_code;
            out.push_str(if is_plain { word } else { HIDDEN });
            rest = after;
        } else if let Some(word) = PERSON_WORDS.iter().find(|word| rest.starts_with(**word)) {
            out.push_str(word);
            rest = &rest[word.len()..];
            // `订购人[赵样一]`, `姓名为“赵样一”`: the name stands behind a sign.
            let signs = rest.len() - rest.trim_start_matches(|c| BEFORE_NAME.contains(c)).len();
            if signs > 0 {
                out.push_str(&rest[..signs]);
                rest = &rest[signs..];
            }
            let is_name = !rest.starts_with(|c| NO_NAME.contains(c));
            // An address goes on to the next stop, whatever characters it has.
            let end = if *word == "地址" && is_name {
                rest.find([',', '，', ';', '；', '。', ']'])
            } else {
                rest.find(|c| NO_NAME.contains(c))
            };
            let end = end.unwrap_or(rest.len());
            if end > 0 {
                out.push_str(HIDDEN);
            }
            rest = &rest[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// A message with its personal data masked; `None` when it is not well-formed, since then nobody
/// can say where a value ends.
#[must_use]
pub fn masked_message(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut tokens = Tokens::new(prepare(bytes).ok()?);
    let mut out = Vec::with_capacity(bytes.len());
    let mut kept = 0;
    // The personal element that is open: its kind, depth, and the text so far.
    let mut open: Option<(Personal, usize, String, usize)> = None;
    loop {
        let token = tokens.next().ok()?;
        let span = tokens.span();
        match (token, &mut open) {
            (Token::Start(name), None) => {
                if let Some(personal) = of_element(name.local) {
                    open = Some((personal, tokens.depth(), String::new(), span.end));
                }
            }
            (Token::Text(text) | Token::CData(text), Some((_, _, value, _))) => {
                value.push_str(text);
            }
            (Token::Char(c), Some((_, _, value, _))) => value.push(c),
            (Token::End, Some((personal, depth, value, start))) if tokens.depth() < *depth => {
                if !value.is_empty() {
                    out.extend_from_slice(bytes.get(kept..*start)?);
                    let mut text = String::new();
                    crate::write::escape_into(&mut text, &mask(*personal, value));
                    out.extend_from_slice(text.as_bytes());
                    kept = span.start;
                }
                open = None;
            }
            (Token::Eof, _) => break,
            (
                Token::Start(_) | Token::End | Token::Text(_) | Token::CData(_) | Token::Char(_),
                _,
            ) => {}
        }
    }
    out.extend_from_slice(bytes.get(kept..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, Spec};
    use crate::{Kind, Profile, parse};

    #[test]
    fn values() {
        let cases = [
            (Personal::Name, "赵样一", "赵***"),
            (Personal::Name, "赵", "***"),
            (Personal::Identity, "110101199001010010", "110***10"),
            (Personal::Telephone, "13000000001", "130***01"),
            (Personal::Telephone, "12345", "***"),
            (
                Personal::Telephone,
                "\u{202D}13000000001\u{202C}",
                "130***01",
            ),
            (Personal::Name, "\u{200B}赵", "***"),
            (
                Personal::Address,
                "北京市东城区样例北大街1号",
                "北京市东城区***",
            ),
        ];
        for (personal, value, expected) in cases {
            assert_eq!(mask(personal, value), expected);
        }
        assert_eq!(masked("orderNo", "A1"), "A1");
    }

    #[test]
    fn texts_of_customs() {
        let cases = [
            ("[Code:77777;Desc:新的原因]", "[Code:77777;Desc:新的原因]"),
            (
                "[Code:1327;Desc:x[OrderHead.buyerName:赵样一,PaymentHead.payerName:钱样二]]",
                "[Code:1327;Desc:x[OrderHead.buyerName:***,PaymentHead.payerName:***]]",
            ),
            (
                "订购人赵样一与支付人钱样二不一致",
                "订购人***与支付人***不一致",
            ),
            ("订购人的电话13000000001无效", "订购人的电话***无效"),
            (
                "身份证110101199001010010错误，第2项",
                "身份证***错误，第2项",
            ),
            ("收货人地址北京市样例街1号，请核对", "收货人地址***，请核对"),
            ("支付信息不存在", "支付信息不存在"),
            (
                "[code:22001;desc:支付企业未备案]",
                "[code:22001;desc:支付企业未备案]",
            ),
            (
                "【Code：77777；Desc：新的原因】",
                "【Code：77777；Desc：新的原因】",
            ),
            ("订购人[赵样一]已超限", "订购人[***]已超限"),
            ("姓名为“赵样一”，证件有误", "姓名为“***”，证件有误"),
            (
                "订单中的订购人姓名和身份证不匹配",
                "订单中的订购人姓名和身份证不匹配",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(masked_text(text), expected);
        }
    }

    #[test]
    fn every_kind_is_masked_and_keeps_its_structure() {
        for kind in Kind::ALL {
            let spec = Spec {
                n_documents: 2,
                ..Spec::new(*kind, 3)
            };
            let xml = sample::message(&spec);
            let hidden = masked_message(xml.as_bytes()).unwrap();
            let (plain, hidden) = (
                parse(xml.as_bytes(), Profile::Down).message.unwrap(),
                parse(&hidden, Profile::Down).message.unwrap(),
            );
            for (one, other) in plain.documents.iter().zip(&hidden.documents) {
                for (element, value) in one.head.iter() {
                    assert_eq!(
                        other.head.get(element),
                        Some(&*masked(element, value)),
                        "{kind}"
                    );
                }
                assert_eq!(one.lines.len(), other.lines.len());
            }
        }
    }

    #[test]
    fn text_in_any_spelling_is_masked() {
        let xml = "<a><buyerName>&#x8D75;<![CDATA[样]]>一</buyerName><b x=\"1\"/><consignee/></a>";
        let masked = masked_message(xml.as_bytes()).unwrap();
        let expected = "<a><buyerName>赵***</buyerName><b x=\"1\"/><consignee/></a>";
        assert_eq!(String::from_utf8(masked).unwrap(), expected);
        assert_eq!(masked_message(b"<a><buyerName>x</a>"), None);
    }
}
