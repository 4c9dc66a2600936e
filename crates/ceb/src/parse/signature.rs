//! Structure of `ds:Signature`, as the XML signature schema of 2002 demands it.
//!
//! Only the structure: whether the signature is right is checked elsewhere. The content models are
//! small automata, one per element. Elements of other namespaces are skipped where they are allowed.

use crate::base64_text::{Blemish, decode};
use crate::xml::{Attribute, Fault, Name, Ns, Token, Tokens, is_blank, is_ncname, is_space};

/// Most elements of one content model, so that nothing hostile is recorded without bound.
const IDS_MAX: usize = 64;

/// What may stand in an element.
enum Content {
    /// Elements only, in the order of the automaton.
    Elements(Automaton),
    /// Elements and text.
    Mixed(Automaton),
    /// Base64 text.
    Base64,
    /// A whole number.
    Integer,
    /// Any text.
    Text,
}

/// State, element, next state; and the states in which the element may end.
struct Automaton {
    steps: &'static [(u8, &'static str, u8)],
    ends: &'static [u8],
}

/// Stands for any element of another namespace.
const OTHER: &str = "*";

const fn elements(steps: &'static [(u8, &'static str, u8)], ends: &'static [u8]) -> Content {
    Content::Elements(Automaton { steps, ends })
}

const fn mixed(steps: &'static [(u8, &'static str, u8)], ends: &'static [u8]) -> Content {
    Content::Mixed(Automaton { steps, ends })
}

const KEY_INFO: &[(u8, &str, u8)] = &[
    (0, "KeyName", 1),
    (0, "KeyValue", 1),
    (0, "RetrievalMethod", 1),
    (0, "X509Data", 1),
    (0, "PGPData", 1),
    (0, "SPKIData", 1),
    (0, "MgmtData", 1),
    (0, OTHER, 1),
    (1, "KeyName", 1),
    (1, "KeyValue", 1),
    (1, "RetrievalMethod", 1),
    (1, "X509Data", 1),
    (1, "PGPData", 1),
    (1, "SPKIData", 1),
    (1, "MgmtData", 1),
    (1, OTHER, 1),
];

const X509_DATA: &[(u8, &str, u8)] = &[
    (0, "X509IssuerSerial", 1),
    (0, "X509SKI", 1),
    (0, "X509SubjectName", 1),
    (0, "X509Certificate", 1),
    (0, "X509CRL", 1),
    (0, OTHER, 1),
    (1, "X509IssuerSerial", 1),
    (1, "X509SKI", 1),
    (1, "X509SubjectName", 1),
    (1, "X509Certificate", 1),
    (1, "X509CRL", 1),
    (1, OTHER, 1),
];

const DSA_KEY_VALUE: &[(u8, &str, u8)] = &[
    (0, "P", 1),
    (1, "Q", 2),
    (0, "G", 3),
    (2, "G", 3),
    (0, "Y", 4),
    (2, "Y", 4),
    (3, "Y", 4),
    (4, "J", 5),
    (4, "Seed", 6),
    (5, "Seed", 6),
    (6, "PgenCounter", 7),
];

/// Content and attributes of an element; `!` marks required attributes.
fn model(local: &str) -> Option<(Content, &'static [&'static str])> {
    Some(match local {
        "Signature" => (
            elements(
                &[
                    (0, "SignedInfo", 1),
                    (1, "SignatureValue", 2),
                    (2, "KeyInfo", 3),
                ],
                &[2, 3],
            ),
            &["Id"],
        ),
        "SignedInfo" => (
            elements(
                &[
                    (0, "CanonicalizationMethod", 1),
                    (1, "SignatureMethod", 2),
                    (2, "Reference", 3),
                    (3, "Reference", 3),
                ],
                &[3],
            ),
            &[],
        ),
        "CanonicalizationMethod" | "SignatureMethod" | "DigestMethod" => {
            (mixed(&[], &[0]), &["Algorithm!"])
        }
        "Reference" => (
            elements(
                &[
                    (0, "Transforms", 1),
                    (0, "DigestMethod", 2),
                    (1, "DigestMethod", 2),
                    (2, "DigestValue", 3),
                ],
                &[3],
            ),
            &["Id", "URI", "Type"],
        ),
        "Transforms" => (
            elements(&[(0, "Transform", 1), (1, "Transform", 1)], &[1]),
            &[],
        ),
        "Transform" => (
            mixed(&[(0, OTHER, 0), (0, "XPath", 0)], &[0]),
            &["Algorithm!"],
        ),
        "DigestValue" | "SignatureValue" => (Content::Base64, &[]),
        "KeyName" | "MgmtData" | "XPath" | "X509SubjectName" | "X509IssuerName" => {
            (Content::Text, &[])
        }
        "X509SerialNumber" => (Content::Integer, &[]),
        _ => return key_model(local),
    })
}

fn key_model(local: &str) -> Option<(Content, &'static [&'static str])> {
    Some(match local {
        "KeyInfo" => (mixed(KEY_INFO, &[1]), &[]),
        "KeyValue" => (
            mixed(
                &[(0, "DSAKeyValue", 1), (0, "RSAKeyValue", 1), (0, OTHER, 1)],
                &[1],
            ),
            &[],
        ),
        "RetrievalMethod" => (elements(&[(0, "Transforms", 1)], &[0, 1]), &["URI", "Type"]),
        "X509Data" => (elements(X509_DATA, &[1]), &[]),
        "X509IssuerSerial" => (
            elements(
                &[(0, "X509IssuerName", 1), (1, "X509SerialNumber", 2)],
                &[2],
            ),
            &[],
        ),
        "X509SKI" | "X509Certificate" | "X509CRL" | "PGPKeyID" | "PGPKeyPacket" | "SPKISexp"
        | "P" | "Q" | "G" | "Y" | "J" | "Seed" | "PgenCounter" | "Modulus" | "Exponent" => {
            (Content::Base64, &[])
        }
        "PGPData" => (
            elements(
                &[
                    (0, "PGPKeyID", 1),
                    (1, "PGPKeyPacket", 2),
                    (1, OTHER, 2),
                    (0, "PGPKeyPacket", 2),
                    (2, OTHER, 2),
                ],
                &[1, 2],
            ),
            &[],
        ),
        "SPKIData" => (
            elements(
                &[(0, "SPKISexp", 1), (1, OTHER, 0), (1, "SPKISexp", 1)],
                &[0, 1],
            ),
            &[],
        ),
        "RSAKeyValue" => (
            elements(&[(0, "Modulus", 1), (1, "Exponent", 2)], &[2]),
            &[],
        ),
        "DSAKeyValue" => (elements(DSA_KEY_VALUE, &[4, 5, 7]), &[]),
        _ => return None,
    })
}

/// Reads the signature whose start tag was just read, up to its end tag. Gives the first problem.
pub(super) fn read(tokens: &mut Tokens<'_>) -> Result<Option<String>, Fault> {
    let mut reader = SignatureReader {
        problem: None,
        ids: Vec::new(),
    };
    reader.element("Signature", tokens)?;
    Ok(reader.problem)
}

struct SignatureReader {
    problem: Option<String>,
    ids: Vec<String>,
}

impl SignatureReader {
    fn report(&mut self, text: String) {
        self.problem.get_or_insert(text);
    }

    fn element(&mut self, local: &str, tokens: &mut Tokens<'_>) -> Result<(), Fault> {
        let Some((content, attributes)) = model(local) else {
            self.report(format!("不认识的元素 {local}"));
            return skip(tokens);
        };
        if let Some(problem) = self.attributes(attributes, tokens) {
            self.report(format!("{local}：{problem}"));
        }
        match content {
            Content::Elements(automaton) => self.children(local, &automaton, false, tokens),
            Content::Mixed(automaton) => self.children(local, &automaton, true, tokens),
            Content::Base64 => self.value(local, is_base64, tokens),
            Content::Integer => self.value(local, is_integer, tokens),
            Content::Text => self.value(local, |_| true, tokens),
        }
    }

    fn attributes(&mut self, allowed: &[&str], tokens: &Tokens<'_>) -> Option<String> {
        let mut problem = None;
        for attribute in tokens.attributes() {
            if let Some(found) = self.attribute(allowed, attribute) {
                problem.get_or_insert(found);
            }
        }
        for name in allowed.iter().filter_map(|name| name.strip_suffix('!')) {
            if !tokens
                .attributes()
                .any(|a| a.prefix.is_empty() && a.local == name)
            {
                problem.get_or_insert(format!("缺少属性 {name}"));
            }
        }
        problem
    }

    fn attribute(&mut self, allowed: &[&str], attribute: &Attribute<'_>) -> Option<String> {
        if attribute.ns == Ns::Xsi {
            let location = matches!(
                attribute.local,
                "schemaLocation" | "noNamespaceSchemaLocation"
            );
            return (!location).then(|| format!("多余的属性 {}", attribute.local));
        }
        let known = attribute.prefix.is_empty()
            && allowed
                .iter()
                .any(|name| name.trim_end_matches('!') == attribute.local);
        if !known {
            return Some(format!("多余的属性 {}", attribute.local));
        }
        if attribute.local == "Id" {
            let id = attribute.value.trim_matches([' ', '\t', '\n', '\r']);
            if !is_ncname(id) || self.ids.iter().any(|other| other == id) {
                return Some(String::from("Id 属性不正确或重复"));
            }
            if self.ids.len() < IDS_MAX {
                self.ids.push(id.to_owned());
            }
        }
        None
    }

    fn children(
        &mut self,
        local: &str,
        automaton: &Automaton,
        text_allowed: bool,
        tokens: &mut Tokens<'_>,
    ) -> Result<(), Fault> {
        let mut state = 0;
        loop {
            match tokens.next()? {
                Token::Start(name) => match step(automaton, state, name) {
                    Some((next, true)) => {
                        state = next;
                        skip(tokens)?;
                    }
                    Some((next, false)) => {
                        state = next;
                        self.element(name.local, tokens)?;
                    }
                    None => {
                        self.report(format!("{local} 中不应出现 {}", name.local));
                        skip(tokens)?;
                    }
                },
                Token::CData(_) if !text_allowed => {
                    self.report(format!("{local} 中有多余的文字"));
                }
                Token::CData(_) => {}
                Token::Text(text) => {
                    if !text_allowed && !is_blank(text) {
                        self.report(format!("{local} 中有多余的文字"));
                    }
                }
                Token::Char(c) => {
                    if !text_allowed && !matches!(c, ' ' | '\t' | '\n' | '\r') {
                        self.report(format!("{local} 中有多余的文字"));
                    }
                }
                Token::End | Token::Eof => break,
            }
        }
        if !automaton.ends.contains(&state) {
            self.report(format!("{local} 的内容不完整"));
        }
        Ok(())
    }

    fn value(
        &mut self,
        local: &str,
        good: fn(&str) -> bool,
        tokens: &mut Tokens<'_>,
    ) -> Result<(), Fault> {
        let mut value = String::new();
        loop {
            match tokens.next()? {
                Token::Text(text) | Token::CData(text) => value.push_str(text),
                Token::Char(c) => value.push(c),
                Token::Start(name) => {
                    self.report(format!("{local} 中不应出现 {}", name.local));
                    skip(tokens)?;
                }
                Token::End | Token::Eof => break,
            }
        }
        if !good(&value) {
            self.report(unreadable(local, &value));
        }
        Ok(())
    }
}

/// The next state, and whether the element is of another namespace and only skipped.
fn step(automaton: &Automaton, state: u8, name: Name<'_>) -> Option<(u8, bool)> {
    let other = name.ns != Ns::Ds;
    if other && name.ns == Ns::None {
        return None;
    }
    let wanted = if other { OTHER } else { name.local };
    let found = automaton
        .steps
        .iter()
        .find(|(from, element, _)| *from == state && *element == wanted);
    found.map(|(_, _, next)| (*next, other))
}

fn skip(tokens: &mut Tokens<'_>) -> Result<(), Fault> {
    let depth = tokens.depth();
    loop {
        if let Token::End | Token::Eof = tokens.next()?
            && tokens.depth() < depth
        {
            return Ok(());
        }
    }
}

/// Base64 as XML Schema defines it: white space anywhere, padding complete and its bits zero.
fn is_base64(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|b| !is_space(*b)).collect();
    let padding = digits.iter().rev().take_while(|b| **b == b'=').count();
    let data = &digits[..digits.len() - padding];
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    if padding > 2 || !digits.len().is_multiple_of(4) || !data.iter().all(alphabet) {
        return false;
    }
    match (padding, data.last()) {
        (1, Some(last)) => b"AEIMQUYcgkosw048".contains(last),
        (2, Some(last)) => b"AQgw".contains(last),
        (0, _) => true,
        _ => false,
    }
}

/// Why a value is not what it should be; a number that is none, and Base64 that is readable and all
/// the same not as the schema has it, have no better words.
fn unreadable(local: &str, value: &str) -> String {
    let is_number = local == "X509SerialNumber";
    match decode(value).1.filter(|_| !is_number) {
        Some(Blemish::Pem) => format!("{}，请删去这两行", Blemish::Pem.describe(local)),
        Some(blemish) => blemish.describe(local),
        None => format!("{local} 的内容不正确"),
    }
}

fn is_integer(text: &str) -> bool {
    let number = text.trim_matches([' ', '\t', '\n', '\r']);
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
