//! Signing for companies, verified by programs of others: a token in software and a key in a file sign,
//! xmlsec1 and openssl say whether it is right.

use crate::platform::Place;
use crate::samples;
use ceb::Kind;
use ceb::sample::Sender;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// Whether a program of others is there; demanded when the whole suite is asked for.
fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .stdout(Stdio::null())
        .status()
        .unwrap()
        .success();
    let full = std::env::var("TONGGUAN_TEST_FULL").is_ok_and(|value| value == "1");
    assert!(found || !full, "TONGGUAN_TEST_FULL=1 needs {program}");
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

/// Puts the synthetic keys into the place, readable by us only.
pub(crate) fn keys(place: &Place) -> PathBuf {
    let folder = place.path().join("keys");
    std::fs::create_dir_all(&folder).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/signing");
    for file in std::fs::read_dir(fixtures).unwrap() {
        let file = file.unwrap();
        let to = folder.join(file.file_name());
        std::fs::copy(file.path(), &to).unwrap();
        private(&to);
    }
    folder
}

fn private(path: &Path) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn secret(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    private(path);
}

#[track_caller]
pub(crate) fn good(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn sender() -> Sender {
    Sender {
        code: "1105960199".to_owned(),
        name: "测试企业".to_owned(),
        dxp_id: "DXPENT0000000099".to_owned(),
    }
}

/// An import list without its signature.
fn unsigned(sender: &Sender, seed: u64) -> String {
    let xml = samples::message(Kind::Ceb621, sender, seed);
    let from = xml.find("<ds:Signature").unwrap();
    let end = "</ds:Signature>";
    let to = xml.find(end).unwrap() + end.len();
    format!("{}{}", &xml[..from], &xml[to..])
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let from = text.find(begin).unwrap() + begin.len();
    let to = from + text[from..].find(end).unwrap();
    &text[from..to]
}

struct Token {
    conf: PathBuf,
    config: PathBuf,
}

/// A token with the synthetic RSA key and its certificate, and settings that name it.
fn token(place: &Place, folder: &Path) -> Token {
    let conf = folder.join("softhsm2.conf");
    let tokens = folder.join("tokens");
    std::fs::create_dir_all(&tokens).unwrap();
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    std::fs::write(&conf, text).unwrap();
    fill(&conf, folder);
    secret(&folder.join("pin.txt"), "12345678\n");
    let config = place.path().join("hsm.toml");
    let text = format!(
        "[[signing.keys]]\nname = \"hsm\"\nkind = \"pkcs11\"\nmodule = \"{MODULE}\"\n\
         token = \"tongguan\"\nkey_label = \"company\"\nsecret_file = \"{}\"\n",
        folder.join("pin.txt").display()
    );
    std::fs::write(&config, text).unwrap();
    Token { conf, config }
}

/// Makes the token with the programs that come with it; `FOLDER` stands for the folder of the keys.
fn fill(conf: &Path, folder: &Path) {
    let pkcs11 =
        format!("pkcs11-tool --module {MODULE} --token-label tongguan --login --pin 12345678");
    for line in [
        "softhsm2-util --init-token --free --label tongguan --so-pin 87654321 --pin 12345678",
        "softhsm2-util --import FOLDER/rsa.key.pem --token tongguan --label company --id A1 --pin 12345678",
        "openssl x509 -in FOLDER/rsa.crt.pem -outform DER -out FOLDER/rsa.crt.der",
        "PKCS11 --write-object FOLDER/rsa.crt.der --type cert --label company --id a1",
    ] {
        let line = line.replace("PKCS11", &pkcs11);
        let line = line.replace("FOLDER", folder.to_str().unwrap());
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap());
        good(
            &command
                .env("SOFTHSM2_CONF", conf)
                .args(words)
                .output()
                .unwrap(),
        );
    }
}

fn tongguan(place: &Place, token: &Token, arguments: &[&str]) -> Output {
    let mut command = place.command();
    command.env("SOFTHSM2_CONF", &token.conf).args(arguments);
    command.arg("--config").arg(&token.config);
    command.arg("--data").arg(place.path());
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_token_signs_what_xmlsec1_verifies() {
    if !["softhsm2-util", "pkcs11-tool", "xmlsec1"]
        .into_iter()
        .all(has)
    {
        return;
    }
    let place = Place::new();
    let folder = keys(&place);
    let token = token(&place, &folder);
    let (file, out) = (
        place.path().join("621.xml"),
        place.path().join("signed.xml"),
    );
    std::fs::write(&file, unsigned(&sender(), 1)).unwrap();
    let (file, signed) = (file.to_str().unwrap(), out.to_str().unwrap());
    for (old, uri) in [
        (true, "xmldsig#rsa-sha1"),
        (false, "xmldsig-more#rsa-sha256"),
    ] {
        let mut arguments = vec!["sign", file, "--key", "hsm", "--out", signed];
        arguments.extend(old.then_some("--allow-old"));
        good(&tongguan(&place, &token, &arguments));
        let text = std::fs::read_to_string(&out).unwrap();
        assert!(text.contains(uri), "{text}");
        let trusted = folder.join("rsa.crt.pem");
        let verify = |file: &str| {
            let mut command = Command::new("xmlsec1");
            command
                .args(["--verify", "--trusted-pem"])
                .arg(&trusted)
                .arg(file);
            command.output().unwrap()
        };
        good(&verify(signed));
        let changed = place.path().join("changed.xml");
        std::fs::write(
            &changed,
            text.replacen("<ceb:appType>1<", "<ceb:appType>2<", 1),
        )
        .unwrap();
        assert!(!verify(changed.to_str().unwrap()).status.success());
        assert!(
            !tongguan(&place, &token, &["sign", signed, "--key", "hsm"])
                .status
                .success()
        );
    }
}

#[test]
fn a_wrong_pin_and_a_missing_token_are_reported() {
    if !["softhsm2-util", "pkcs11-tool"].into_iter().all(has) {
        return;
    }
    let place = Place::new();
    let folder = keys(&place);
    let token = token(&place, &folder);
    let test = || {
        let output = tongguan(&place, &token, &["signing", "test", "hsm", "--json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), value)
    };
    let (code, value) = test();
    assert_eq!((code, &value["method"]), (Some(0), &json!("RSA-SHA1")));
    assert_eq!(value["serial"], "013b5b11");
    secret(&folder.join("pin.txt"), "00000000");
    let (code, value) = test();
    assert_eq!(code, Some(1));
    let fault = value["fault"].as_str().unwrap();
    assert!(
        fault.contains("口令错误") && !fault.contains("00000000"),
        "{fault}"
    );
    std::fs::remove_dir_all(folder.join("tokens")).unwrap();
    std::fs::create_dir(folder.join("tokens")).unwrap();
    let (code, value) = test();
    assert_eq!(code, Some(1));
    assert!(value["fault"].as_str().unwrap().contains("令牌"), "{value}");
}

/// r and s as a DER sequence, as openssl wants them.
fn der(raw: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let mut digits = bytes[zeros..].to_vec();
        if digits.first().is_none_or(|first| *first >= 0x80) {
            digits.insert(0, 0);
        }
        let mut out = vec![2, u8::try_from(digits.len()).unwrap()];
        out.extend(digits);
        out
    };
    let inside = [number(&raw[..32]), number(&raw[32..])].concat();
    let mut out = vec![0x30, u8::try_from(inside.len()).unwrap()];
    out.extend(inside);
    out
}

fn base64(text: &str) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command
        .args(["base64", "-d", "-A"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

/// The canonical `SignedInfo`, put together here: the namespaces of the root, sorted by prefix.
fn signed_info(xml: &str, signed: &str) -> String {
    let root = between(xml, "<ceb:CEB621Message", ">");
    let mut namespaces: Vec<&str> = root
        .split_ascii_whitespace()
        .filter(|attribute| attribute.starts_with("xmlns:"))
        .collect();
    let ds = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
    if !namespaces.contains(&ds) {
        namespaces.push(ds);
    }
    namespaces.sort_unstable();
    let inside = between(signed, "<ds:SignedInfo>", "</ds:SignedInfo>");
    format!(
        "<ds:SignedInfo {}>{inside}</ds:SignedInfo>",
        namespaces.join(" ")
    )
}

#[test]
fn a_key_in_a_file_signs_sm2_as_openssl_verifies() {
    if !has("openssl") {
        return;
    }
    let place = Place::new();
    let folder = keys(&place);
    let (file, out) = (
        place.path().join("621.xml"),
        place.path().join("signed.xml"),
    );
    let xml = unsigned(&sender(), 2);
    std::fs::write(&file, &xml).unwrap();
    secret(&folder.join("passphrase.txt"), "synthetic\n");
    let here = folder.display();
    let line = format!(
        "sign {} --key-file {here}/sm2.sealed.pem --certificate {here}/sm2.crt.pem \
         --passphrase-file {here}/passphrase.txt --out {}",
        file.display(),
        out.display()
    );
    good(&place.run(&line.split(' ').collect::<Vec<_>>()));
    let signed = std::fs::read_to_string(&out).unwrap();
    let canonical = signed_info(&xml, &signed);
    let (data, signature) = (place.path().join("data"), place.path().join("signature"));
    std::fs::write(&data, &canonical).unwrap();
    let raw = base64(between(
        &signed,
        "<ds:SignatureValue>",
        "</ds:SignatureValue>",
    ));
    assert_eq!(raw.len(), 64);
    std::fs::write(&signature, der(&raw)).unwrap();
    let verify = || {
        let mut command = Command::new("openssl");
        command.args(["pkeyutl", "-verify", "-certin", "-rawin", "-digest", "sm3"]);
        command.args(["-pkeyopt", "distid:1234567812345678", "-inkey"]);
        command.arg(folder.join("sm2.crt.pem"));
        command
            .arg("-in")
            .arg(&data)
            .arg("-sigfile")
            .arg(&signature);
        command.output().unwrap()
    };
    good(&verify());
    std::fs::write(&data, canonical.replace("sm3", "sm4")).unwrap();
    assert!(!verify().status.success());
    // The digest in it is SM3 over the document as it was before.
    let c14n = Command::new("xmllint")
        .arg("--c14n")
        .arg(&file)
        .output()
        .unwrap();
    std::fs::write(&data, &c14n.stdout).unwrap();
    let digest = Command::new("openssl")
        .args(["dgst", "-sm3", "-binary"])
        .arg(&data)
        .output();
    let expected = base64(between(&signed, "<ds:DigestValue>", "</ds:DigestValue>"));
    assert_eq!(digest.unwrap().stdout, expected);
}

/// Settings of a key in a file, for the environment.
pub(crate) fn setting(folder: &Path) -> String {
    format!(
        "[{{ name = \"own\", key_file = \"{0}/sm2.key.pem\", certificate_file = \"{0}/sm2.crt.pem\" }}]",
        folder.display()
    )
}

/// The consent of every company, as its administrator would give it.
pub(crate) fn consent(place: &Place) {
    let db = rusqlite::Connection::open(place.path().join("tongguan.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    let sql = "insert into signing_policy (company_id, platform_signs, changed_at) \
               select id, true, 0 from company";
    db.execute(sql, []).unwrap();
}

#[test]
fn a_company_sends_unsigned_and_customs_get_it_signed() {
    let mut place = Place::new();
    let folder = keys(&place);
    place = place.with("TONGGUAN_SIGNING__KEYS", &setting(&folder));
    let platform = place.start();
    let (sender, company) = platform.company(0);
    let refused = company.accepted(unsigned(&sender, 1).as_bytes());
    company.until_state(&refused, "refused");
    let added = place.tool(&["signing", "add", "own", "--company", &sender.code]);
    assert_eq!(added["serial"], "01010000000019f1");
    consent(&place);
    let xml = unsigned(&sender, 2);
    let id = company.accepted(xml.as_bytes());
    let detail = company.until_state(&id, "answered");
    let timeline = detail["timeline"].as_array().unwrap();
    let entry = timeline
        .iter()
        .find(|entry| entry["step"] == "message.signed");
    let detail = entry.unwrap()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("SM2-SM3") && detail.contains("01010000000019f1"),
        "{detail}"
    );
    let stored = company.get(&format!("/api/v1/messages/{id}/xml"));
    assert_eq!(stored.body, xml.as_bytes(), "what was received stays");
    let signing = company.get("/api/v1/signing").expect(200);
    assert_eq!(signing["platformSigns"], true);
    assert_eq!(signing["key"]["serial"], "01010000000019f1");
    assert_eq!(signing["waiting"], 0);
    let listed = place.tool(&["signing", "list"]);
    assert_eq!(listed["keys"][0]["name"], "own");
    let removed = place.tool(&["signing", "remove", "--company", &sender.code]);
    assert_eq!(removed["removed"], "own");
}
