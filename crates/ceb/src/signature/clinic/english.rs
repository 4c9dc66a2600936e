//! The advice in English, by the name of the cause: what happened and what to change. The Chinese
//! advice has the details of the one message; what it quotes stands beside it on every page as well.

use super::Cause;
use super::advice::{PAYMENT_POSSIBILITIES, POSSIBILITIES};
use crate::code::{self, Code};

/// The possibilities of a message, in the order of the Chinese ones.
const OF_MESSAGES: [&str; 6] = [
    "The content was changed after signing: a system on the way added fields, changed values or generated the message again (customs answers -621028).",
    "The digest is that of another message: signing used the previous message, another order's, or one that was not filled in completely.",
    "Another component wrote the XML again after signing and changed prefixes, attributes, escapes or whitespace, more than one of them.",
    "The digest was computed in an encoding that was not tried here, or from characters that were already garbled.",
    "DigestValue is something other than the digest: for example the digest of a digest, or a digest that was cut off.",
    "Have your program write the input of the digest to a file and compare it byte by byte with “Bytes to digest” below. The first difference is the cause.",
];

/// The possibilities of announcement 179, in the order of the Chinese ones.
const OF_PAYMENTS: [&str; 3] = [
    "The private key that signed does not belong to this certificate: check certNo and the card.",
    "The JSON was changed after signing: generated again, sorted, given more fields, or with amounts written in another way.",
    "The string that was signed is written in another way: compare it byte by byte with “Bytes to sign” below.",
];

/// Possibilities in English; those that have none as they are, so that none is lost.
pub(super) fn possibilities(chinese: &[&'static str]) -> Vec<&'static str> {
    match chinese {
        all if all == POSSIBILITIES => OF_MESSAGES.to_vec(),
        all if all == PAYMENT_POSSIBILITIES => OF_PAYMENTS.to_vec(),
        all => all.to_vec(),
    }
}

/// The advice for causes, one after the other.
pub(super) fn advice(causes: &[&Cause]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes {
        // What is wrong in itself has a code, whose page says it better than a name of the cause could.
        if let Cause::Failure(failure) = cause {
            parts.extend(coded(failure.code()));
        } else {
            parts.extend(cause.name().split('+').map(|name| of(name).to_owned()));
        }
    }
    parts.dedup();
    parts.join(" ")
}

/// What happened and what to do, as the page of a code says it.
fn coded(code: &Code) -> Option<String> {
    let texts = code::english(code.id)?;
    Some(format!("{} {}", texts.happened, texts.todo))
}

/// The advice for the name of a cause of [`Cause::name`] or of announcement 179; empty for a name that
/// is neither.
pub(super) fn of(name: &str) -> &'static str {
    let name = name.strip_prefix("value-").map_or(name, |form| match form {
        "reversed" => "value-reversed",
        form => form,
    });
    whole(name)
        .or_else(|| digested(name))
        .or_else(|| signed(name))
        .or_else(|| value_form(name))
        .or_else(|| payment(name))
        .unwrap_or_default()
}

fn whole(name: &str) -> Option<&'static str> {
    Some(match name {
        "none" => "The signature is correct. Nothing to change.",
        "unsigned" => {
            "The message is not signed. Sign it with the company's E-Port card or signing device before sending."
        }
        "tolerated" => {
            "The signature passes in a lenient profile and can be used. To follow the standard exactly, change what the profile names."
        }
        "unsupported" => {
            "An algorithm is not in the standard. Canonicalisation must be Canonical XML 1.0: change the settings of the signing component and sign again. Do not just change the name."
        }
        "digest" => {
            "The digest does not match the message, and the value was not made by this certificate over SignedInfo. Sign the same message again and do not change a single byte afterwards."
        }
        "value" => {
            "The digest is correct, but the value was not made by the key of this certificate over SignedInfo. Check that the signing card matches the certificate in the message, and that SignedInfo is not changed after signing."
        }
        "unexplained" => {
            "The signature value is correct, but none of the usual mistakes explains the digest. Go through the possible causes below."
        }
        "hex-digest" => "DigestValue is hexadecimal. Write the Base64 of the digest's bytes.",
        "digest-method" => {
            "DigestMethod names another algorithm than the one used. Name the one used, then sign again."
        }
        "digest-method-changed" => {
            "The algorithm in DigestMethod was changed after signing. Name the right one before signing and do not change SignedInfo afterwards."
        }
        "signature-method" => {
            "SignatureMethod names another algorithm than the one used. Name the one used, then sign again."
        }
        "base64" => {
            "A value is not valid Base64. Encode it with a standard component, without PEM lines, escapes or the URL alphabet."
        }
        "certificate-form" => {
            "X509Certificate holds the certificate in another form. Write the Base64 of its DER encoding."
        }
        "no-certificate" => {
            "The data gives only the number of the certificate. Add the certificate (PEM) after the data and examine it again."
        }
        "certificate" => {
            "The signature itself is correct, but the certificate is not valid here. See the page of the code for what to do."
        }
        "other-certificate" => {
            "The value was made with another certificate of the message or platform. Put that certificate into X509Certificate and its serial number into KeyName."
        }
        "holder" => {
            "The signature itself is correct, but the certificate belongs to another company than copCode and agentCode. Sign with the declaring company's own card."
        }
        "key-name" => {
            "The signature itself is correct, but the name of the key is not the serial number of the certificate. Write that number."
        }
        "extra" => {
            "The signature itself is correct, but it holds content outside the standard, which it does not protect. Remove it; the value stays valid."
        }
        _ => return None,
    })
}

fn digested(name: &str) -> Option<&'static str> {
    Some(match name {
        "comments" => "Comments were digested as well. Remove comments from the message.",
        "not-canonical" => {
            "The text as written was digested. Canonicalise it (Canonical XML 1.0) first and digest the result."
        }
        "carriage-return-references" => {
            "Every carriage return was digested as a character reference. Convert line breaks to LF before signing."
        }
        "not-enveloped" => {
            "The digest includes the empty Signature. Apply the enveloped-signature transform first."
        }
        "part" => {
            "Only part of the message was digested. An empty URI means the whole message without its signature."
        }
        "lost-namespace" => {
            "The root had a namespace declaration when it was signed, and has lost it since, as in the published samples of 2018. Leave it in place, or remove it before signing."
        }
        "added-namespace" => {
            "A namespace declaration was added to the root after the digest was made. Add it before signing."
        }
        "exclusive" => {
            "Exclusive canonicalisation was used. Use Canonical XML 1.0 (inclusive), then sign again."
        }
        "trimmed" => {
            "Whitespace around values was removed or added after signing. Send the message exactly as it was signed."
        }
        "empty-dropped" => {
            "Empty elements were added or dropped after signing. Send the message exactly as it was signed."
        }
        "reformatted" => {
            "The message was formatted after signing. Send it exactly as it was signed."
        }
        "carriage-returns" => {
            "The text was digested with CRLF. The canonical form has LF only: do not convert line breaks after canonicalisation."
        }
        "line-ends" => {
            "Line breaks were changed after signing. Send the message exactly as it was signed."
        }
        "declaration" => "The XML declaration was digested. The canonical form has none.",
        "byte-order-mark" => "A byte order mark was digested. The canonical form has none.",
        "encoding" => {
            "The text was digested in another encoding. The canonical form is always UTF-8; do not use the program's default encoding."
        }
        _ => return None,
    })
}

fn signed(name: &str) -> Option<&'static str> {
    Some(match name {
        "signed-namespaces" => {
            "SignedInfo was signed with other namespace declarations than it has in the message. Canonicalise it inside the message."
        }
        "signed-digest" => {
            "DigestValue was signed instead of SignedInfo. Sign the canonical SignedInfo."
        }
        "signed-document" => {
            "The message was signed instead of SignedInfo. Put the digest into SignedInfo, then sign the canonical SignedInfo."
        }
        "signed-as-written" => "SignedInfo was signed as it is written. Canonicalise it first.",
        "signed-detached" => {
            "SignedInfo was cut out before it was signed and lost the namespace declarations of the message. Canonicalise it inside the message."
        }
        "empty-user-id" => "The SM2 user ID was empty. Set it to 1234567812345678 and sign again.",
        "no-user-hash" => {
            "The value Z of user ID and public key was left out. Use the signing function that takes the user ID 1234567812345678; do not compute SM3 yourself."
        }
        "reversed" | "value-reversed" => {
            "The bytes of the value are in reverse order. Reverse them before encoding in Base64."
        }
        _ => return None,
    })
}

fn value_form(name: &str) -> Option<&'static str> {
    Some(match name {
        "short-r" | "short-s" | "short-r-and-s" => {
            "A leading zero byte of r or s is missing (about one signature in 128). Pad each on the left to 32 bytes."
        }
        "sign-bytes" => {
            "r or s has an extra zero byte of a signed integer. Each is exactly 32 bytes."
        }
        "hex-text" | "hex" => "The value is hexadecimal. Write the Base64 of its 64 bytes, once.",
        "base64-twice" => "The value was encoded in Base64 twice. Encode it once.",
        "card-structure" => {
            "The value is the 128-byte structure of the card's interface. Take the last 32 bytes of r and of s."
        }
        "der" | "loose-der" => {
            "The value is DER. Write r and s, 32 bytes each, one after the other."
        }
        "prefixed" | "suffixed" => "The value has an extra byte. It is r and s only, 64 bytes.",
        "swapped" => "r and s are in the wrong order. r comes first.",
        _ => return None,
    })
}

/// Announcement 179: the string that was signed is another than the one of the announcement.
fn payment(name: &str) -> Option<&'static str> {
    const MISTAKES: [&str; 11] = [
        "single-bar",
        "no-bar",
        "no-quotes",
        "whole-json",
        "escaped",
        "compacted",
        "slashes",
        "unicode",
        "amount",
        "end",
        "no-time",
    ];
    MISTAKES.contains(&name).then_some("The string was not built as the announcement says. Sign exactly the string shown below, as UTF-8.")
}
