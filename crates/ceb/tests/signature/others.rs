//! The programs of others.

use ceb::signature::SignatureMethod;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a program said.
pub(crate) fn printed(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    format!("{out}{error}")
}

/// A file that does not exist yet.
pub(crate) fn new_file(bytes: &[u8]) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("signature-{}-{n}", std::process::id()));
    std::fs::write(&path, bytes).expect("write");
    path
}

/// Signs with openssl and a key of the folder; SM2 gives DER there, and r‖s here.
pub(crate) fn sign(method: SignatureMethod, key: &str, id: &str, message: &[u8]) -> Vec<u8> {
    let key = super::pki::folder().join(key);
    let message = new_file(message);
    let mut command = Command::new("openssl");
    match method {
        SignatureMethod::RsaSha1 => command.args(["dgst", "-sha1", "-sign"]).arg(&key),
        SignatureMethod::RsaSha256 => command.args(["dgst", "-sha256", "-sign"]).arg(&key),
        SignatureMethod::Sm2Sm3 => command
            .args(["pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-pkeyopt"])
            .arg(format!("distid:{id}"))
            .arg("-inkey")
            .arg(&key)
            .arg("-in"),
    };
    let output = command.arg(&message).output().expect("openssl");
    assert!(output.status.success(), "{}", printed(&output));
    std::fs::remove_file(message).expect("remove");
    match method {
        SignatureMethod::Sm2Sm3 => raw(&output.stdout),
        SignatureMethod::RsaSha1 | SignatureMethod::RsaSha256 => output.stdout,
    }
}

/// r‖s of a DER signature.
pub(crate) fn raw(der: &[u8]) -> Vec<u8> {
    let r_bytes = usize::from(der[3]);
    let (r, s) = (&der[4..4 + r_bytes], &der[6 + r_bytes..]);
    let mut raw = vec![0; 64];
    for (number, end) in [(r, 32), (s, 64)] {
        let number = &number[number.len().saturating_sub(32)..];
        raw[end - number.len()..end].copy_from_slice(number);
    }
    raw
}

/// Whether xmlsec1 verifies a message against a root.
pub(crate) fn xmlsec_verifies(message: &[u8], root: &str) -> Result<(), String> {
    let file = new_file(message);
    let output = Command::new("xmlsec1")
        .args(["--verify", "--trusted-pem"])
        .arg(super::pki::folder().join(root))
        .arg("--untrusted-pem")
        .arg(super::pki::folder().join(root.replace("root", "issuing")))
        .arg(&file)
        .output()
        .expect("xmlsec1");
    std::fs::remove_file(file).expect("remove");
    match output.status.success() {
        true => Ok(()),
        false => Err(printed(&output)),
    }
}

/// Lets xmlsec1 sign a message with the key of the company.
pub(crate) fn xmlsec_signs(document: &[u8], method: &str, digest: &str) -> Vec<u8> {
    let method_space = if method == "rsa-sha1" {
        "2000/09/xmldsig"
    } else {
        "2001/04/xmldsig-more"
    };
    let digest_space = if digest == "sha1" {
        "2000/09/xmldsig"
    } else {
        "2001/04/xmlenc"
    };
    let template = format!(
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">
<SignedInfo><CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>
<SignatureMethod Algorithm=\"http://www.w3.org/{method_space}#{method}\"/><Reference URI=\"\"><Transforms>
<Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/></Transforms>
<DigestMethod Algorithm=\"http://www.w3.org/{digest_space}#{digest}\"/><DigestValue/></Reference></SignedInfo>
<SignatureValue/><KeyInfo><KeyName/><X509Data><X509Certificate/></X509Data></KeyInfo></Signature>"
    );
    let text = String::from_utf8(document.to_vec()).expect("text");
    let at = text.rfind("</ceb:").expect("root");
    let file = new_file(format!("{}{template}{}", &text[..at], &text[at..]).as_bytes());
    let folder = super::pki::folder();
    let output = Command::new("xmlsec1")
        .args(["--sign", "--privkey-pem"])
        .arg(format!(
            "{},{}",
            folder.join("rsa-company.key").display(),
            folder.join("rsa-company.pem").display()
        ))
        .arg(&file)
        .output()
        .expect("xmlsec1");
    assert!(output.status.success(), "{}", printed(&output));
    std::fs::remove_file(file).expect("remove");
    output.stdout
}
