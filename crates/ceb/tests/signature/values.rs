//! Values and certificates in other forms than the standard has.

use crate::clinic::examined;
use crate::pki;
use crate::product::Product;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ceb::Kind;
use ceb::sample::{Spec, message};
use ceb::signature::clinic;

/// A sample whose r or s begins with a zero byte, without that byte: one sample in 256 for each.
fn with_short(half: usize) -> String {
    let mut samples = (1..4000).map(|seed| message(&Spec::new(Kind::Ceb621, seed)));
    let shortened = samples.find_map(|message| {
        let (head, value, tail) = split(&message);
        let mut value = STANDARD.decode(value).expect("Base64");
        (value.remove(half * 32) == 0).then(|| format!("{head}{}{tail}", STANDARD.encode(value)))
    });
    shortened.expect("a short number in 4000 signatures")
}

/// Before the value, the value, after it.
fn split(message: &str) -> (&str, &str, &str) {
    let from = message.find("SignatureValue>").expect("value") + "SignatureValue>".len();
    let to = from + message[from..].find('<').expect("end");
    (&message[..from], &message[from..to], &message[to..])
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, read from top to bottom")]
fn every_form_of_a_value_is_named() {
    let message = Product::sm2().message();
    let (head, value, tail) = split(&message);
    let value = STANDARD.decode(value).expect("Base64");
    let (r, s) = value.split_at(32);
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
    let number = |half: &[u8]| [&[0_u8][..], half].concat();
    let sequence = |length: &[u8], body: Vec<u8>| [&[0x30][..], length, &body].concat();
    let integers = [&[2, 33][..], &number(r), &[2, 33], &number(s)].concat();
    let turned = |half: &[u8]| half.iter().rev().copied().collect::<Vec<u8>>();
    let zeros = [0_u8; 32];
    for (name, text, expected) in [
        ("value-hex-text", STANDARD.encode(hex(&value)), "十六进制"),
        ("value-hex", hex(&value), "十六进制"),
        (
            "value-base64-twice",
            STANDARD.encode(STANDARD.encode(&value)),
            "两次",
        ),
        (
            "value-sign-bytes",
            STANDARD.encode([number(r), s.to_vec()].concat()),
            "多了一个",
        ),
        (
            "value-sign-bytes",
            STANDARD.encode([r.to_vec(), number(s)].concat()),
            "多了一个",
        ),
        (
            "value-sign-bytes",
            STANDARD.encode([number(r), number(s)].concat()),
            "多了一个",
        ),
        (
            "value-card-structure",
            STANDARD.encode([&zeros[..], r, &zeros, s].concat()),
            "密码卡",
        ),
        (
            "value-prefixed",
            STANDARD.encode([&[4][..], r, s].concat()),
            "前面多了",
        ),
        (
            "value-suffixed",
            STANDARD.encode([r, s, &[1]].concat()),
            "后面多了",
        ),
        (
            "value-swapped",
            STANDARD.encode([s, r].concat()),
            "次序颠倒",
        ),
        (
            "value-reversed",
            STANDARD.encode([turned(r), turned(s)].concat()),
            "低位在前",
        ),
        (
            "value-loose-der",
            STANDARD.encode(sequence(&[0x81, 70], integers.clone())),
            "DER",
        ),
        (
            "value-loose-der",
            STANDARD.encode([sequence(&[70], integers), vec![0, 0]].concat()),
            "DER",
        ),
    ] {
        let found = examined(&format!("{head}{text}{tail}"));
        assert_eq!(found.cause.name(), name, "{}", found.advice);
        assert!(found.advice.contains(expected), "{name}: {}", found.advice);
        assert!(found.also.is_empty(), "{name}: {:?}", found.also);
    }
    for (half, name) in [(0, "value-short-r"), (1, "value-short-s")] {
        let found = examined(&with_short(half));
        assert_eq!(found.cause.name(), name, "{}", found.advice);
        assert!(found.advice.contains("每 128 个签名"), "{}", found.advice);
    }
}

#[test]
fn a_value_of_a_wrong_length_is_explained_by_its_shape() {
    let message = Product::sm2().message();
    let (head, value, tail) = split(&message);
    let value = STANDARD.decode(value).expect("Base64");
    let certificate = pki::file("sm2-company.der");
    let parsed = ceb::signature::Certificate::from_der(&certificate).expect("certificate");
    let point = parsed.key().bytes();
    for (bytes, expected) in [
        (vec![7; 20], "SHA-1"),
        (vec![7; 32], "SM3"),
        (vec![7; 63], "前导零"),
        (point.to_vec(), "公钥"),
        ([point, &[7; 64]].concat(), "C1C3C2"),
        (vec![7; 256], "RSA-2048"),
        (certificate, "PKCS#7"),
        (value[..40].to_vec(), "截断"),
    ] {
        let found = examined(&format!("{head}{}{tail}", STANDARD.encode(&bytes)));
        assert_eq!(found.cause.name(), "failure", "{expected}");
        assert!(
            found.advice.contains(expected),
            "{expected}: {}",
            found.advice
        );
        assert!(found.advice.contains(&format!("实际 {} 字节", bytes.len())));
    }
}

/// The certificate of a message in another form.
fn with_certificate(message: &str, change: impl Fn(&str) -> String) -> String {
    let from = message.find("X509Certificate>").expect("certificate") + "X509Certificate>".len();
    let to = from + message[from..].find('<').expect("end");
    format!(
        "{}{}{}",
        &message[..from],
        change(&message[from..to]),
        &message[to..]
    )
}

#[test]
fn a_fault_in_the_certificate_does_not_hide_the_next() {
    let pem =
        |text: &str| format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let good = Product::sm2().message();
    let found = examined(&with_certificate(&good, pem));
    assert_eq!(found.cause.name(), "base64", "{}", found.advice);
    let line = |what: &str| {
        with_certificate(&good, pem)
            .lines()
            .position(|l| l.contains(what))
            .expect("line")
            + 1
    };
    for expected in [
        format!("第 {} 行的 -----BEGIN", line("-----BEGIN")),
        format!("第 {} 行的 -----END", line("-----END")),
        "摘要和签名值都正确".to_owned(),
    ] {
        assert!(
            found.advice.contains(&expected),
            "{expected}: {}",
            found.advice
        );
    }
    assert!(found.certificate.is_some());
    let changed =
        with_certificate(&good, pem).replacen("<ceb:currency>142", "<ceb:currency>502", 1);
    let found = examined(&changed);
    let names: Vec<String> = found.also.iter().map(clinic::Cause::name).collect();
    assert_eq!(
        (found.cause.name().as_str(), &*names),
        ("base64", &["unexplained".to_owned()][..])
    );
    for (change, name) in [
        (
            (&|text: &str| STANDARD.encode(pem(text))) as &dyn Fn(&str) -> String,
            "certificate-form",
        ),
        (&|text: &str| text.replacen('M', "M\\n", 1), "base64"),
        (
            &|text: &str| text.replace('+', "-").replace('/', "_"),
            "base64",
        ),
        (&|text: &str| format!("{text}!"), "base64"),
    ] {
        let found = examined(&with_certificate(&good, change));
        assert_eq!(found.cause.name(), name, "{}", found.advice);
    }
}
