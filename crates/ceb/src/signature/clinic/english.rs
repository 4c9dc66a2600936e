//! The advice in English, by the name of the cause: what happened and what to change. The Chinese
//! advice has the details of the one message; what it quotes stands beside it on every page as well.

use super::Cause;

/// The advice for causes, one after the other.
pub(super) fn advice(causes: &[&Cause]) -> String {
    let names: Vec<String> = causes.iter().map(|cause| cause.name()).collect();
    let mut parts: Vec<&str> = names
        .iter()
        .flat_map(|name| name.split('+'))
        .map(of)
        .collect();
    parts.dedup();
    parts.join(" ")
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
            "There is no signature. Sign with the company's E-Port card or signing device before sending."
        }
        "tolerated" => {
            "The signature passes under the lenient profile and can be used. To follow the standard exactly, change what the profile names."
        }
        "failure" => "The signature is malformed. The page of the code says how to correct it.",
        "unsupported" => {
            "An algorithm is not one of the standard. Canonicalisation is Canonical XML 1.0; change the settings of the signing component and sign again, do not just change the name."
        }
        "digest" => {
            "The digest does not match the message, and the value was not made by this certificate over SignedInfo. Sign the same message again and change no byte after that."
        }
        "value" => {
            "The digest is correct, but the value was not made by the key of this certificate over SignedInfo. Check that the card that signs and the certificate in the message belong together, and that SignedInfo is not changed after signing."
        }
        "unexplained" => {
            "The value is correct, and none of the usual mistakes gives the digest. Go through the possibilities below."
        }
        "hex-digest" => "DigestValue is hexadecimal. Write the Base64 of the bytes of the digest.",
        "digest-method" => {
            "DigestMethod names another algorithm than the one used. Name the one used, then sign again."
        }
        "digest-method-changed" => {
            "The algorithm in DigestMethod was changed after signing. Name the right one before signing and leave SignedInfo as it was signed."
        }
        "signature-method" => {
            "SignatureMethod names another algorithm than the one used. Name the one used, then sign again."
        }
        "base64" => {
            "A value is not proper Base64. Encode it with a standard component, without PEM lines, escapes or the URL alphabet."
        }
        "certificate-form" => {
            "X509Certificate holds another form of the certificate. Write the Base64 of its DER encoding."
        }
        "no-certificate" => {
            "The data names only the number of the certificate. Add the certificate (PEM) after the data and examine it again."
        }
        "certificate" => {
            "The signature itself is correct, but the certificate is not valid here. The page of the code says what to do."
        }
        "other-certificate" => {
            "Another certificate of the message or platform made the value. Put that one into X509Certificate and its serial number into KeyName."
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
            "Every carriage return was digested as a character reference. Turn line ends into LF before signing."
        }
        "not-enveloped" => {
            "The digest includes the empty Signature. Apply the enveloped-signature transform first."
        }
        "part" => {
            "Only a part of the message was digested. An empty URI means the whole message without its signature."
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
            "Blanks around values were there when it was signed, or the reverse. Send the message exactly as it was signed."
        }
        "empty-dropped" => {
            "Empty elements were added or dropped after signing. Send the message exactly as it was signed."
        }
        "reformatted" => {
            "The message was formatted after signing. Send it exactly as it was signed."
        }
        "carriage-returns" => {
            "The text was digested with CR LF. The canonical form has LF only; do not convert line ends after canonicalisation."
        }
        "line-ends" => {
            "Line ends were changed after signing. Send the message exactly as it was signed."
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
            "The bytes of the value are in reverse order. Turn them round before Base64."
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
    MISTAKES.contains(&name).then_some("The string was put together in another way than the announcement says. Sign exactly the string shown below, as UTF-8.")
}
