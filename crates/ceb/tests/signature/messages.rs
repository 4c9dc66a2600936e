//! What signing products do, right and wrong: every message of `fixtures/signature`.

use crate::pki;
use crate::product::{CEB, CHINAPORT, DS, Product, W3, XSI, canonical};
use crate::sign::unsigned;
use ceb::signature::{DigestMethod, SignatureMethod, sign};

/// Signed as the standard says.
fn standard(method: SignatureMethod, digest: DigestMethod, who: &str) -> String {
    let signed = crate::sign::signed(&unsigned(), method, digest, who);
    String::from_utf8(signed).expect("text")
}

/// Every message: its name and its text.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let mut all = right();
    all.extend(tolerated());
    all.extend(changed());
    all.extend(wrong());
    all.extend(doubtful());
    all
}

fn right() -> Vec<(&'static str, String)> {
    use DigestMethod::{Sha1, Sha256, Sm3};
    use SignatureMethod::{RsaSha1, RsaSha256, Sm2Sm3};
    let crlf = String::from_utf8(unsigned())
        .expect("text")
        .replace('\n', "\r\n");
    let crlf = crate::sign::signed(crlf.as_bytes(), Sm2Sm3, Sm3, "sm2-company");
    vec![
        ("strict-rsa-sha1", standard(RsaSha1, Sha1, "rsa-company")),
        (
            "strict-rsa-sha256",
            standard(RsaSha256, Sha256, "rsa-company"),
        ),
        ("strict-sm2", standard(Sm2Sm3, Sm3, "sm2-company")),
        ("strict-sm2-crlf", String::from_utf8(crlf).expect("text")),
        (
            "strict-w3-names",
            Product::sm2()
                .with(|p| {
                    p.signature_uri = format!("{W3}sm2-sm3");
                    p.digest_uri = format!("{W3}sm3");
                })
                .message(),
        ),
        (
            "strict-sm2-with-sha1",
            Product::new(Sm2Sm3, Sha1)
                .with(|p| {
                    p.signature_uri = format!("{W3}sm2-sm3");
                })
                .message(),
        ),
        (
            "strict-default-namespace",
            Product::rsa()
                .with(|p| {
                    p.prefix = "";
                    p.declaration = format!(" xmlns=\"{W3}\"");
                    p.context = format!("xmlns=\"{W3}\" {CEB} {XSI}");
                })
                .message(),
        ),
        (
            "strict-c14n-with-comments",
            Product::sm2()
                .with(|p| {
                    p.c14n_uri = ceb::signature::algorithm::C14N_WITH_COMMENTS.to_owned();
                })
                .message(),
        ),
        (
            "strict-pretty",
            Product::rsa()
                .with(|p| {
                    p.is_pretty = true;
                    p.signs = Some(|p, _| p.signed_info(&p.context, "\n    ").into_bytes());
                })
                .message(),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "one list, read from top to bottom")]
fn tolerated() -> Vec<(&'static str, String)> {
    let sha1 = || {
        Product::new(SignatureMethod::Sm2Sm3, DigestMethod::Sha1).with(|p| {
            p.signature_uri = format!("{W3}sm2-sm3");
            p.is_pretty = true;
            p.behind = "\n";
        })
    };
    let squeezed = |between: &str, p: &mut Product| {
        let at = p.document.rfind("</ceb:").expect("root");
        let (head, tail) = p.document.split_at(at);
        let document = format!("{}{between}{tail}", head.trim_end());
        p.digested = canonical(&document);
    };
    vec![
        ("lenient-newline", sha1().message()),
        (
            "lenient-whitespace-none",
            Product::sm2().with(|p| squeezed("", p)).message(),
        ),
        (
            "lenient-whitespace-before",
            Product::sm2()
                .with(|p| {
                    p.document = p
                        .document
                        .replace("</ceb:BaseTransfer>\n", "</ceb:BaseTransfer>\n  ");
                    p.digested = canonical(&p.document);
                    p.behind = "\n";
                })
                .message(),
        ),
        (
            "lenient-whitespace-after",
            Product::sm2()
                .with(|p| {
                    squeezed("\n  ", p);
                    p.behind = "\n  ";
                })
                .message(),
        ),
        (
            "lenient-compact",
            Product::sm2().with(|p| p.is_pretty = true).message(),
        ),
        (
            "lenient-compact-ceb-ds-xsi",
            Product::sm2()
                .with(|p| {
                    p.document = p
                        .document
                        .replace("xmlns:ceb", "xmlns:extra=\"urn:extra\" xmlns:ceb");
                    p.digested = canonical(&p.document);
                    p.is_pretty = true;
                })
                .message(),
        ),
        (
            "lenient-compact-ceb-ds",
            Product::sm2()
                .with(|p| p.context = format!("{CEB} {DS}"))
                .message(),
        ),
        (
            "lenient-compact-ds",
            Product::rsa()
                .with(|p| DS.clone_into(&mut p.context))
                .message(),
        ),
        (
            "lenient-der",
            Product::sm2().with(|p| p.value = der).message(),
        ),
        (
            "lenient-digest-label",
            Product::new(SignatureMethod::Sm2Sm3, DigestMethod::Sha1)
                .with(|p| {
                    p.digest_uri = format!("{CHINAPORT}sm3");
                })
                .message(),
        ),
    ]
}

/// DER of r‖s, as a device gives it.
fn der(raw: Vec<u8>) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let start = bytes.iter().position(|b| *b != 0).unwrap_or(31);
        let mut number = bytes[start..].to_vec();
        if number[0] >= 0x80 {
            number.insert(0, 0);
        }
        [vec![2, u8::try_from(number.len()).expect("short")], number].concat()
    };
    let body = [number(&raw[..32]), number(&raw[32..])].concat();
    [vec![0x30, u8::try_from(body.len()).expect("short")], body].concat()
}

/// Right once, and changed.
fn changed() -> Vec<(&'static str, String)> {
    let strict = standard(SignatureMethod::Sm2Sm3, DigestMethod::Sm3, "sm2-company");
    let at = strict.find("<ds:Signature ").expect("signature");
    let end = "</ds:Signature>";
    let until = strict.find(end).expect("its end") + end.len();
    let signature = strict[at..until].to_owned();
    vec![
        ("unsigned", String::from_utf8(unsigned()).expect("text")),
        (
            "bad-changed",
            strict.replacen("<ceb:currency>142", "<ceb:currency>502", 1),
        ),
        (
            "bad-value-changed",
            strict.replacen("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1),
        ),
        ("bad-reformatted", strict.replacen("\t\t<", "    <", 40)),
        ("bad-squeezed", strict.replace(['\n', '\t'], "")),
        (
            "bad-empty-frame",
            ["DigestValue>", "SignatureValue>"]
                .iter()
                .fold(strict.clone(), |text, tag| {
                    let from = text.find(tag).expect("tag") + tag.len();
                    let to = from + text[from..].find('<').expect("end");
                    format!("{}{}", &text[..from], &text[to..])
                }),
        ),
        (
            "bad-misplaced",
            strict.replacen(&signature, "", 1).replacen(
                "</ceb:BaseTransfer>",
                &format!("{signature}</ceb:BaseTransfer>"),
                1,
            ),
        ),
        (
            "bad-twice",
            strict.replacen(&signature, &format!("{signature}{signature}"), 1),
        ),
        (
            "bad-hidden",
            strict.replacen(
                &signature,
                &format!("<ceb:ExtendMessage>{signature}</ceb:ExtendMessage>{signature}"),
                1,
            ),
        ),
        (
            "bad-foreign",
            strict.replacen(DS, "xmlns:ds=\"urn:not-a-signature\"", 1),
        ),
        (
            "bad-base64",
            strict.replacen("<ds:DigestValue>", "<ds:DigestValue>*", 1),
        ),
    ]
}

/// Made by a product that errs.
#[expect(clippy::too_many_lines, reason = "one list, read from top to bottom")]
fn wrong() -> Vec<(&'static str, String)> {
    vec![
        (
            "bad-reference",
            Product::sm2().with(|p| p.reference = "#part").message(),
        ),
        (
            "bad-algorithm",
            Product::rsa()
                .with(|p| p.signature_uri = format!("{W3}dsa-sha1"))
                .message(),
        ),
        (
            "bad-swapped-certificate",
            Product::sm2()
                .with(|p| p.certificate = Some("sm2-revoked.der".to_owned()))
                .message(),
        ),
        (
            "bad-key-kind",
            Product::sm2()
                .with(|p| p.certificate = Some("rsa-company.der".to_owned()))
                .message(),
        ),
        (
            "bad-no-certificate",
            Product::sm2()
                .with(|p| {
                    p.certificate = None;
                    p.key_name = Some("4f1a2b3c4d5e26");
                })
                .message(),
        ),
        (
            "bad-empty-user-id",
            Product::sm2().with(|p| p.id = "").message(),
        ),
        (
            "bad-signs-digest-value",
            Product::sm2()
                .with(|p| p.signs = Some(|p, _| p.digest.digest(&p.digested)))
                .message(),
        ),
        (
            "bad-signs-document",
            Product::rsa()
                .with(|p| p.signs = Some(|p, _| p.digested.clone()))
                .message(),
        ),
        (
            "bad-reversed",
            Product::rsa()
                .with(|p| {
                    p.value = |mut value| {
                        value.reverse();
                        value
                    }
                })
                .message(),
        ),
        (
            "bad-not-canonical",
            Product::sm2()
                .with(|p| p.digested = p.document.clone().into_bytes())
                .message(),
        ),
        (
            "bad-crlf",
            Product::sm2()
                .with(|p| {
                    p.digested = canonical(&p.document)
                        .iter()
                        .flat_map(|b| match b {
                            b'\n' => vec![b'\r', b'\n'],
                            b => vec![*b],
                        })
                        .collect();
                })
                .message(),
        ),
        (
            "bad-with-declaration",
            Product::rsa()
                .with(|p| {
                    p.digested = [
                        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec(),
                        canonical(&p.document),
                    ]
                    .concat();
                })
                .message(),
        ),
        (
            "bad-sha256-as-sm3",
            Product::new(SignatureMethod::Sm2Sm3, DigestMethod::Sha256)
                .with(|p| p.digest_uri = format!("{CHINAPORT}sm3"))
                .message(),
        ),
        (
            "bad-rsa-hash",
            Product::new(SignatureMethod::RsaSha256, DigestMethod::Sha1)
                .with(|p| p.signature_uri = format!("{W3}rsa-sha1"))
                .message(),
        ),
    ]
}

fn doubtful() -> Vec<(&'static str, String)> {
    vec![
        (
            "doubtful-key-name",
            Product::sm2()
                .with(|p| p.key_name = Some("0123456789"))
                .message(),
        ),
        (
            "doubtful-expired",
            Product::sm2().of("sm2-expired").message(),
        ),
        (
            "doubtful-revoked",
            Product::rsa().of("rsa-revoked").message(),
        ),
        (
            "doubtful-revoked-sm2",
            Product::sm2().of("sm2-revoked").message(),
        ),
        (
            "doubtful-stranger",
            Product::sm2().of("sm2-stranger").message(),
        ),
        (
            "doubtful-short-key",
            Product::rsa().of("rsa-short").message(),
        ),
        (
            "doubtful-holder",
            Product::sm2()
                .with(|p| {
                    p.document = p
                        .document
                        .replace("91110105MA1330956Y", "91110105MA672652X9");
                    p.digested = canonical(&p.document);
                })
                .message(),
        ),
    ]
}

/// A document that nobody signed by [`sign`] twice.
#[test]
fn a_signed_message_is_not_signed_again() {
    let message = standard(SignatureMethod::Sm2Sm3, DigestMethod::Sm3, "sm2-company");
    let certificate = pki::file("sm2-company.der");
    let again = |document: &str| {
        let method = SignatureMethod::Sm2Sm3;
        sign::prepare(document.as_bytes(), method, DigestMethod::Sm3, &certificate)
    };
    assert_eq!(again(&message), Err(sign::SignFault::Signed));
    assert_eq!(again("<a/>"), Err(sign::SignFault::Empty));
    assert!(matches!(
        again("<a>"),
        Err(sign::SignFault::NotWellFormed(_))
    ));
    assert!(again("<a></a>").is_ok());
}
