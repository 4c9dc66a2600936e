//! The clinic names what a product did: every text that products digest, every form of a value, one
//! fault behind another.
//!
//! The texts are made here by plain replacements in the document, not by the code that recognises
//! them.

use crate::product::{CEB, DS, Product, XSI, canonical};
use crate::sign;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ceb::signature::clinic::{self, Clinic};
use ceb::signature::key::Library;
use ceb::signature::{DigestMethod, SignatureMethod, Trust};

/// 2026-02-01 in Beijing.
const AT: i64 = 1_769_875_200;

pub(crate) fn examined(message: &str) -> Clinic {
    let given = clinic::Given {
        trust: &Trust::default(),
        times: &[AT],
        codes: &[],
        sm2: &Library,
    };
    let found = clinic::examine(message.as_bytes(), &given);
    let name = found.cause.name();
    assert!(found.advice_en.len() > 20, "{name} has English words");
    found
}

/// What the clinic says when this text was digested.
fn over(change: impl Fn(&str) -> Vec<u8>) -> Clinic {
    let product = Product::sm2().with(|p| {
        let text = String::from_utf8(canonical(&p.document)).expect("text");
        p.digested = change(&text);
    });
    examined(&product.message())
}

fn text(change: impl Fn(&str) -> String) -> Clinic {
    over(|canonical| change(canonical).into_bytes())
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, read from top to bottom")]
fn every_text_that_a_product_digests_is_named() {
    const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let pretty = |text: &str, by: &str| {
        let lines = text.lines().map(|line| {
            let rest = line.trim_start_matches('\t');
            format!("{}{rest}", by.repeat(line.len() - rest.len()))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let closed = |text: &str| text.replace("<ceb:note></ceb:note>", "<ceb:note/>");
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    for (what, found, name, expected) in [
        (
            "CR LF as references",
            text(|t| t.replace('\n', "&#xD;\n")),
            "carriage-return-references",
            "&#xD;",
        ),
        (
            "decimal references",
            text(|t| t.replace('\n', "&#13;\n")),
            "carriage-return-references",
            "&#13;",
        ),
        (
            "CR LF",
            text(|t| t.replace('\n', "\r\n")),
            "carriage-returns",
            "CRLF",
        ),
        (
            "declaration",
            text(|t| format!("{DECLARATION}\n{t}")),
            "declaration",
            "XML 声明",
        ),
        (
            "declaration in one line",
            text(|t| format!("{DECLARATION}{t}")),
            "declaration",
            "XML 声明",
        ),
        (
            "declaration of Java",
            text(|t| format!("{}{t}", DECLARATION.replace("?>", " standalone=\"no\"?>"))),
            "declaration",
            "XML 声明",
        ),
        (
            "mark",
            text(|t| format!("\u{FEFF}{t}")),
            "byte-order-mark",
            "BOM",
        ),
        (
            "end of line",
            text(|t| format!("{t}\n")),
            "not-canonical",
            "末尾多一个换行",
        ),
        (
            "squeezed",
            text(|t| t.replace(['\n', '\t'], "")),
            "reformatted",
            "没有缩进和换行",
        ),
        (
            "two blanks",
            text(|t| pretty(t, "  ")),
            "reformatted",
            "2 个空格",
        ),
        (
            "four blanks",
            text(|t| pretty(t, "    ")),
            "reformatted",
            "4 个空格",
        ),
        (
            "printed by a library",
            text(|t| {
                let printed = pretty(t, "  ").replace('\n', "\r\n");
                format!("{DECLARATION}\r\n{printed}")
            }),
            "reformatted+carriage-returns+declaration",
            "2 个空格",
        ),
        (
            "exclusive",
            text(|t| t.replacen(&format!(" {XSI}"), "", 1)),
            "exclusive",
            "独占规范化",
        ),
        ("GBK", over(gbk), "encoding", "GBK"),
        (
            "GBK with its declaration",
            over(|t| gbk(&format!("<?xml version=\"1.0\" encoding=\"GBK\"?>{t}"))),
            "declaration+encoding",
            "GBK",
        ),
        (
            "UTF-16",
            over(|t| t.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            "encoding",
            "UTF-16",
        ),
        (
            "question marks",
            text(|t| {
                t.chars()
                    .map(|c| if c.is_ascii() { c } else { '?' })
                    .collect()
            }),
            "encoding",
            "问号",
        ),
        (
            "references",
            text(|t| {
                t.chars()
                    .map(|c| {
                        if c.is_ascii() {
                            c.to_string()
                        } else {
                            format!("&#{};", u32::from(c))
                        }
                    })
                    .collect()
            }),
            "encoding",
            "字符引用",
        ),
        (
            "read as Latin 1",
            over(|t| t.bytes().map(char::from).collect::<String>().into_bytes()),
            "encoding",
            "8859-1",
        ),
        (
            "the first document",
            text(|t| {
                let (from, to) = (
                    t.find("<ceb:Order>").expect("order"),
                    t.find("</ceb:Order>").expect("end"),
                );
                t[from..to + "</ceb:Order>".len()].to_owned()
            }),
            "part",
            "整份报文",
        ),
        (
            "the head in its context",
            text(|t| {
                let (from, to) = (
                    t.find("<ceb:OrderHead>").expect("head"),
                    t.find("</ceb:OrderHead>").expect("end"),
                );
                let head = &t[from..to + "</ceb:OrderHead>".len()];
                head.replacen(
                    "<ceb:OrderHead>",
                    &format!("<ceb:OrderHead {CEB} {XSI}>"),
                    1,
                )
            }),
            "part",
            "整份报文",
        ),
        (
            "inside the root",
            text(|t| {
                let from = t.find('>').expect("root") + 1;
                t[from..t.rfind("</").expect("end")].to_owned()
            }),
            "part",
            "整份报文",
        ),
        (
            "squeezed in GBK",
            over(|t| gbk(&t.replace(['\n', '\t'], ""))),
            "reformatted+encoding",
            "没有缩进",
        ),
    ] {
        assert_eq!(found.cause.name(), name, "{what}: {}", found.advice);
        assert!(found.advice.contains(expected), "{what}: {}", found.advice);
        assert!(found.also.is_empty(), "{what}: {:?}", found.also);
        assert!(found.possibilities.is_empty(), "{what}");
    }
    let document = |change: fn(String) -> String, digested: fn(&str) -> String| {
        let product = Product::sm2().with(|p| {
            p.document = change(p.document.clone());
            let text = String::from_utf8(canonical(&p.document)).expect("text");
            p.digested = digested(&text).into_bytes();
        });
        examined(&product.message())
    };
    let noted = |document: String| {
        document.replacen(
            "\n\t\t</ceb:OrderHead>",
            "\n\t\t\t<ceb:note></ceb:note>\n\t\t</ceb:OrderHead>",
            1,
        )
    };
    assert!(closed("<ceb:note></ceb:note>").ends_with("/>"));
    let quoted = |document: String| {
        document.replacen(
            "</ceb:OrderHead>",
            "<ceb:note>9\"</ceb:note></ceb:OrderHead>",
            1,
        )
    };
    for (found, name) in [
        (
            document(noted, |t| t.replace("<ceb:note></ceb:note>", "<ceb:note/>")),
            "not-canonical",
        ),
        (
            document(noted, |t| {
                t.replace("<ceb:note></ceb:note>", "<ceb:note />")
            }),
            "not-canonical",
        ),
        (
            document(noted, |t| t.replace("\n\t\t\t<ceb:note></ceb:note>", "")),
            "empty-dropped",
        ),
        (
            document(quoted, |t| {
                t.replace('"', "&quot;")
                    .replace("=&quot;", "=\"")
                    .replace("&quot; ", "\" ")
                    .replace("&quot;>", "\">")
            }),
            "not-canonical",
        ),
        (
            document(
                |d| d.replace("<ceb:OrderHead>", "<!--一--><ceb:OrderHead>"),
                |t| t.replace("<ceb:OrderHead>", "<!--一--><ceb:OrderHead>"),
            ),
            "comments",
        ),
        // The declaration that the published samples of 2018 have lost.
        (
            document(
                |d| d.replace(&format!(" {XSI}"), ""),
                |t| t.replacen(CEB, &format!("{CEB} {XSI}"), 1),
            ),
            "lost-namespace",
        ),
        // Line ends of two kinds: only what was CR LF has a reference.
        (
            document(
                |d| d.replacen("\n\t\t", "\r\n\t\t", 3),
                |t| t.replacen("\n\t\t", "&#xD;\n\t\t", 3),
            ),
            "carriage-return-references",
        ),
    ] {
        assert_eq!(found.cause.name(), name, "{}", found.advice);
    }
}

#[test]
fn a_digest_that_nothing_explains_is_not_explained() {
    let found = text(|t| t.replacen("<ceb:currency>142", "<ceb:currency>502", 1));
    assert_eq!(found.cause.name(), "unexplained");
    assert!(found.advice.contains("没有查明原因"), "{}", found.advice);
    assert!(found.possibilities.len() > 3);
    let json = found.json();
    let english = json["possibilitiesEn"].as_array().expect("a list");
    assert_eq!(english.len(), found.possibilities.len());
    let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    for one in english {
        assert!(!one.as_str().expect("text").contains(is_chinese), "{one}");
    }
    assert!(found.text().contains("可能 1："));
}

#[test]
fn a_digest_as_hexadecimal_is_named() {
    let good = Product::sm2().message();
    let from = good.find("DigestValue>").expect("digest") + "DigestValue>".len();
    let to = from + good[from..].find('<').expect("end");
    let digest = STANDARD.decode(&good[from..to]).expect("Base64");
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    let found = examined(&format!("{}{hex}{}", &good[..from], &good[to..]));
    assert_eq!(found.cause.name(), "hex-digest", "{}", found.advice);
}

#[test]
fn signed_info_with_the_namespaces_of_nobody_is_named() {
    let product = Product::rsa().with(|p| {
        p.is_pretty = true;
        p.signs = Some(|p, _| p.signed_info(DS, "\n    ").into_bytes());
    });
    let found = examined(&product.message());
    assert_eq!(found.cause.name(), "signed-namespaces", "{}", found.advice);
    assert!(found.advice.contains("独占规范化"));
}

#[test]
fn content_beside_the_standard_is_reported() {
    let good = sign::signed(
        &sign::unsigned(),
        SignatureMethod::Sm2Sm3,
        DigestMethod::Sm3,
        "sm2-company",
    );
    let good = String::from_utf8(good).expect("text");
    for (what, extra) in [
        (
            "</ds:KeyInfo>",
            "<x:more xmlns:x=\"urn:x\">1</x:more></ds:KeyInfo>",
        ),
        ("</ds:KeyInfo>", "<ds:KeyValue></ds:KeyValue></ds:KeyInfo>"),
        (
            "</ds:X509Data>",
            "<ds:X509CRL>AAAA</ds:X509CRL></ds:X509Data>",
        ),
        ("<ds:KeyInfo>", "<ds:KeyInfo>text"),
        ("<ds:KeyInfo>", "<ds:KeyInfo xml:lang=\"zh\">"),
        ("<ds:KeyInfo>", "<!--more--><ds:KeyInfo>"),
        ("<ds:KeyInfo>", "<?more?><ds:KeyInfo>"),
        ("<ds:KeyInfo>", "<ds:KeyInfo xmlns:x=\"urn:more\">"),
        ("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>other</ds:KeyName>"),
    ] {
        let found = examined(&good.replacen(what, extra, 1));
        assert_eq!(found.cause.name(), "extra", "{extra}: {}", found.advice);
        assert!(found.is_doubtful());
        assert_eq!(found.code(), Some("TG-E1827"));
    }
    assert_eq!(examined(&good).cause.name(), "none");
}

#[test]
fn a_digest_method_renamed_after_signing_is_named_and_not_taken_for_another_key() {
    let message = Product::sm2().message();
    let uri = DigestMethod::Sm3.uri();
    assert!(message.contains(uri), "signed with SM3");
    for other in [
        DigestMethod::Sha1.uri(),
        DigestMethod::Sha256.uri(),
        "http://www.w3.org/2000/09/xmldsig#sm3",
    ] {
        let found = examined(&message.replacen(uri, other, 1));
        assert_eq!(found.cause.name(), "digest-method-changed", "{other}");
        assert_eq!(found.also, [], "{other}");
        assert!(found.advice.contains(uri), "{}", found.advice);
    }
}
