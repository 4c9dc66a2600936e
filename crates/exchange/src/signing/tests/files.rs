//! Keys in files.

use super::Keys;
use crate::keyring::certificate::CardCertificate;
use crate::keyring::config::KeyConfig;
use crate::keyring::provider::file::{FileKey, FileSettings};
use crate::keyring::provider::{KeyProvider, Method, SigningFault, secret};
use crate::keyring::sm2_text::{e_of, raw_signature};
use std::os::unix::fs::PermissionsExt;

fn key(keys: &Keys, key: &str, certificate: &str, passphrase: Option<&str>) -> FileKey {
    FileKey::new(FileSettings {
        key_file: keys.path(key),
        passphrase_file: passphrase.map(|name| keys.path(name)),
        certificate_file: keys.path(certificate),
    })
}

const TEXT: &[u8] = "待签内容".as_bytes();

#[tokio::test]
async fn keys_sign_with_their_own_methods_and_no_others() {
    let keys = Keys::new();
    for (family, methods) in [
        ("rsa", &[Method::RsaSha1, Method::RsaSha256][..]),
        ("sm2", &[Method::Sm2Sm3]),
    ] {
        for (file, passphrase) in [("key", None), ("sealed", Some("right.txt"))] {
            let certificate = format!("{family}.crt.pem");
            let key = key(
                &keys,
                &format!("{family}.{file}.pem"),
                &certificate,
                passphrase,
            );
            let certificate = key.certificate().await.unwrap();
            for method in [Method::RsaSha1, Method::RsaSha256, Method::Sm2Sm3] {
                let signed = key.sign(TEXT, method).await;
                if methods.contains(&method) {
                    let signature = signed.unwrap();
                    assert!(
                        certificate.has_signed(method, TEXT, &signature),
                        "{method:?}"
                    );
                    assert!(!certificate.has_signed(method, b"other", &signature));
                } else {
                    assert!(
                        matches!(signed, Err(SigningFault::Unsupported(_))),
                        "{method:?}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_certificate_is_read_from_pem_and_der() {
    let keys = Keys::new();
    let pem = CardCertificate::from_file(&keys.path("sm2.crt.pem")).unwrap();
    assert_eq!(pem.serial, "01010000000019f1");
    assert_eq!(CardCertificate::from_der(&pem.der).unwrap(), pem);
    let rsa = CardCertificate::from_file(&keys.path("rsa.crt.pem")).unwrap();
    assert_eq!(rsa.serial, "013b5b11");
    // 2020-01-01 and 2099-12-31 in UTC.
    assert!(!rsa.holds_at(1_577_836_799_000));
    assert!(rsa.holds_at(1_577_836_800_000));
    assert!(rsa.holds_at(4_102_444_799_000));
    assert!(!rsa.holds_at(4_102_444_801_000));
    assert!(CardCertificate::from_bytes(b"not a certificate").is_err());
}

#[tokio::test]
async fn mistakes_in_the_settings_are_reported_without_secrets() {
    let keys = Keys::new();
    keys.write(
        "open.pem",
        &std::fs::read_to_string(keys.path("rsa.key.pem")).unwrap(),
    );
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(keys.path("open.pem"), open).unwrap();
    keys.write("text.pem", "not a key");
    for (file, certificate, passphrase, expected) in [
        ("open.pem", "rsa.crt.pem", None, "chmod 600"),
        ("none.pem", "rsa.crt.pem", None, "none.pem"),
        ("text.pem", "rsa.crt.pem", None, "PEM"),
        ("rsa.sealed.pem", "rsa.crt.pem", None, "passphrase_file"),
        (
            "rsa.sealed.pem",
            "rsa.crt.pem",
            Some("wrong.txt"),
            "口令错误",
        ),
        ("sm2.key.pem", "rsa.crt.pem", None, "PKCS#8"),
        ("rsa.key.pem", "sm2.crt.pem", None, "PKCS#8"),
        ("rsa.key.pem", "text.pem", None, "证书"),
    ] {
        let key = key(&keys, file, certificate, passphrase);
        let fault = key.certificate().await.unwrap_err().to_string();
        assert!(fault.contains(expected), "{file}: {fault}");
        assert!(
            !fault.contains("other") && !fault.contains("PRIVATE KEY-----"),
            "{fault}"
        );
    }
    assert_eq!(
        secret(&keys.path("right.txt")).unwrap().as_str(),
        "synthetic"
    );
}

#[tokio::test]
async fn a_key_and_a_certificate_that_are_no_pair_are_refused() {
    let keys = Keys::new();
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "SM2", "-out"])
        .arg(keys.path("stranger.pem"))
        .status()
        .unwrap();
    assert!(made.success());
    let stranger = key(&keys, "stranger.pem", "sm2.crt.pem", None);
    let fault = stranger.certificate().await.unwrap_err();
    assert_eq!(
        fault,
        SigningFault::Settings("私钥与证书不是一对".to_owned())
    );
}

#[tokio::test]
async fn the_digest_e_is_the_one_that_the_library_signs() {
    let keys = Keys::new();
    let key = key(&keys, "sm2.key.pem", "sm2.crt.pem", None);
    let certificate = key.certificate().await.unwrap();
    let e = e_of(certificate.public_key(), TEXT).unwrap();
    let signature = key.sign_digest(&e).unwrap();
    assert!(certificate.has_signed(Method::Sm2Sm3, TEXT, &signature));
    let der = sm2::dsa::Signature::from_slice(&signature)
        .unwrap()
        .to_der();
    let raw = raw_signature(certificate.family, der.as_bytes()).unwrap();
    assert_eq!(raw, signature);
    assert!(raw_signature(certificate.family, b"nothing").is_err());
}

#[test]
fn settings_say_what_is_missing() {
    use crate::keyring::config::KeyKind;
    let with = |kind, change: fn(&mut KeyConfig)| {
        let mut key = KeyConfig {
            name: "a-1".to_owned(),
            kind,
            key_file: "k".into(),
            certificate_file: "c".into(),
            secret_file: "s".into(),
            module: "m".into(),
            token: "t".to_owned(),
            key_label: "l".to_owned(),
            ..KeyConfig::default()
        };
        change(&mut key);
        key.fault().unwrap_or_default()
    };
    for kind in [KeyKind::File, KeyKind::Pkcs11, KeyKind::UsbKey] {
        assert_eq!(with(kind, |_| {}), "");
    }
    assert!(with(KeyKind::File, |key| key.name = "A b".to_owned()).contains("name"));
    assert!(with(KeyKind::File, |key| key.key_file = "".into()).contains("key_file"));
    assert!(with(KeyKind::Pkcs11, |key| key.token = String::new()).contains("token"));
    assert!(with(KeyKind::Pkcs11, |key| key.secret_file = "".into()).contains("secret_file"));
    assert!(with(KeyKind::UsbKey, |key| key.url = "http://x".to_owned()).contains("ws://"));
    assert!(with(KeyKind::UsbKey, |key| key.sign_ms_max = 1).contains("sign_ms_max"));
}
