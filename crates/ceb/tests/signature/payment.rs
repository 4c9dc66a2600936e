//! Values of announcement 179: the string to sign, and what programs sign instead.

use crate::{others, pki};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ceb::signature::clinic::payment::{Upload, examine};
use ceb::signature::key::Library;
use ceb::signature::{SignatureMethod, Trust};

/// 2026-02-01 in Beijing.
const AT: i64 = 1_769_875_200;

const HEAD: &str =
    r#"{"guid": "1", "initalRequest":"http:\/\/a", "ebpName":"北京样例", "totalAmount":5.0}"#;
const LISTS: &str = r#"[{"orderNo":"A/1"}]"#;

fn upload(value: &str) -> String {
    format!(
        r#"{{"sessionID":"S","payExchangeInfoHead":{HEAD},"payExchangeInfoLists":{LISTS},"serviceTime":"1700000000000","certNo":"{}","signValue":"{value}"}}"#,
        serial()
    )
}

fn serial() -> String {
    let der = pki::file("sm2-company.der");
    let certificate = ceb::signature::Certificate::from_der(&der).expect("certificate");
    certificate.serial()
}

/// Signed over a string, with this user id.
fn signed(string: &str, id: &str) -> Vec<u8> {
    let method = SignatureMethod::Sm2Sm3;
    others::sign(method, "sm2-company.key", id, string.as_bytes())
}

fn cause(text: &str) -> (String, String) {
    let mut upload = Upload::read(text.as_bytes()).expect("an upload");
    let der = pki::file("sm2-company.der");
    upload.certificate = ceb::signature::Certificate::from_der(&der);
    let diagnosis = examine(&upload, &Trust::default(), AT, &Library);
    let word = |name: &str| diagnosis[name].as_str().expect("a word").to_owned();
    (word("outcome"), word("cause"))
}

#[test]
fn the_string_of_the_announcement_and_what_programs_sign_instead() {
    let right = format!(
        r#""sessionID":"S"||"payExchangeInfoHead":"{HEAD}"||"payExchangeInfoLists":"{LISTS}"||"serviceTime":"1700000000000""#
    );
    let id = "1234567812345678";
    let of = |string: &str| cause(&upload(&STANDARD.encode(signed(string, id))));
    let passed = ("passed".to_owned(), "none".to_owned());
    assert_eq!(of(&right), passed);
    let bare = right
        .replace(":\"{", ":{")
        .replace("}\"|", "}|")
        .replace(":\"[", ":[")
        .replace("]\"|", "]|");
    for (string, name) in [
        (right.replace("||", "|"), "single-bar"),
        (right.replace("||", ","), "no-bar"),
        (bare.clone(), "no-quotes"),
        (format!("{{{}}}", bare.replace("||", ",")), "whole-json"),
        (right.replace(", ", ",").replace(": ", ":"), "compacted"),
        (right.replace("\\/", "/"), "slashes"),
        (
            right.replace("北京样例", "\\u5317\\u4eac\\u6837\\u4f8b"),
            "unicode",
        ),
        (right.replace("5.0", "5"), "amount"),
        (format!("{right}\n"), "end"),
        (
            right.replace("||\"serviceTime\":\"1700000000000\"", ""),
            "no-time",
        ),
        (right.replace('S', "T"), "unexplained"),
    ] {
        assert_eq!(
            of(&string),
            ("failed".to_owned(), name.to_owned()),
            "{string}"
        );
    }
    let value = signed(&right, id);
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(cause(&upload(&hex)).1, "value-hex");
    assert_eq!(
        cause(&upload(&STANDARD.encode(signed(&right, "")))).1,
        "empty-user-id"
    );
    assert_eq!(cause(&upload("")).0, "unsigned");
    // As a form, inside another JSON, and with the certificate behind it.
    let good = upload(&STANDARD.encode(&value));
    let percent: String = good.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(cause(&format!("payExInfoStr={percent}")), passed);
    let inside = serde_json::json!({ "payExInfoStr": good }).to_string();
    assert_eq!(cause(&inside), passed);
    let pem = String::from_utf8(pki::file("sm2-company.pem")).expect("PEM");
    let read = Upload::read(format!("{good}\n{pem}").as_bytes()).expect("an upload");
    assert!(read.certificate.is_some());
    assert_eq!(read.to_be_signed(), right);
}

#[test]
fn without_a_certificate_it_says_what_is_missing() {
    let upload = Upload::read(upload("AAAA").as_bytes()).expect("an upload");
    let diagnosis = examine(&upload, &Trust::default(), AT, &Library);
    assert_eq!(diagnosis["outcome"], "unsupported");
    assert_eq!(diagnosis["cause"], "no-certificate");
    for other in ["", "{}", "[]", "<a/>", "payExInfoStr=1"] {
        assert!(Upload::read(other.as_bytes()).is_none(), "{other}");
    }
}
