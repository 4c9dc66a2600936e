//! Content beside the standard in a signature (规范之外的内容).
//!
//! The schema of XML signatures has room for nearly anything in `KeyInfo`, and the signature covers
//! none of it: whoever carries the message could put something there that the signer never saw. The
//! standard of the messages has a key name and certificates, and nothing else.

use crate::xml::{NS_CEB, NS_DS, NS_XSI, Ns, Tokens, is_blank};

/// Elements with text of their own.
const VALUES: [&str; 8] = [
    "DigestValue",
    "SignatureValue",
    "KeyName",
    "X509Certificate",
    "X509IssuerName",
    "X509SerialNumber",
    "X509SubjectName",
    "X509SKI",
];

/// What the element just begun is, when it has no place in the standard.
pub(super) fn element(path: &[&str], tokens: &Tokens<'_>) -> Option<String> {
    let is_known = match path {
        ["KeyInfo"] | ["KeyInfo", "KeyName" | "X509Data"] => true,
        ["KeyInfo", "X509Data", name] => matches!(
            *name,
            "X509Certificate" | "X509IssuerSerial" | "X509SubjectName" | "X509SKI"
        ),
        ["KeyInfo", "X509Data", "X509IssuerSerial", name] => {
            matches!(*name, "X509IssuerName" | "X509SerialNumber")
        }
        ["KeyInfo", ..] => false,
        // What does not belong elsewhere is a fault of structure already.
        _ => true,
    };
    match is_known {
        true => attributes(tokens),
        false => Some(format!("元素 {}", tokens.open_name())),
    }
}

/// The first attribute or declaration of the start tag just read that the standard has not.
pub(super) fn attributes(tokens: &Tokens<'_>) -> Option<String> {
    let all = tokens.all_attributes().iter();
    let mut extra = all.filter(|one| {
        if one.declares_namespace() {
            return ![NS_DS, NS_CEB, NS_XSI, ""].contains(&&*one.value);
        }
        let is_location = one.ns == Ns::Xsi && one.local.ends_with("chemaLocation");
        let is_own = one.prefix.is_empty() && matches!(one.local, "Algorithm" | "URI" | "Id");
        !is_own && !is_location
    });
    extra.next().map(|one| match one.prefix {
        "" => format!("属性 {}", one.local),
        prefix => format!("属性 {prefix}:{}", one.local),
    })
}

/// Whether text stands where only elements may.
pub(super) fn text(path: &[&str], text: &str) -> Option<String> {
    let name = path.last().copied().unwrap_or("Signature");
    (!VALUES.contains(&name) && !is_blank(text)).then(|| format!("{name} 中的文字"))
}

/// Comments and instructions in the bytes of a signature.
pub(super) fn asides(signature: Option<&[u8]>) -> Option<String> {
    let bytes = signature?;
    let has = |what: &[u8]| memchr::memmem::find(bytes, what).is_some();
    if has(b"<!--") {
        return Some("注释".to_owned());
    }
    has(b"<?").then(|| "处理指令".to_owned())
}
