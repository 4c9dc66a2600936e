//! The text that customs gets, and the text that is signed.
//!
//! The string to sign has exactly four members, each as `"name":"value"` with the quotes even around
//! the JSON objects, joined by two bars. The JSON in it is, to the byte, the JSON that is sent.

use super::data::quoted;

/// What an upload says, before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentUpload {
    /// The session that customs named.
    pub session_no: String,
    /// The head, JSON.
    pub head: String,
    /// The orders, JSON.
    pub lists: String,
    /// Time of the upload, milliseconds since 1970-01-01 UTC, as digits.
    pub service_time: String,
}

impl PaymentUpload {
    /// The string to sign (加签字符串).
    pub fn to_be_signed(&self) -> String {
        format!(
            "\"sessionID\":\"{}\"||\"payExchangeInfoHead\":\"{}\"||\"payExchangeInfoLists\":\"{}\"||\"serviceTime\":\"{}\"",
            self.session_no, self.head, self.lists, self.service_time
        )
    }

    /// The value of the form's field `payExInfoStr`.
    pub fn with_signature(&self, certificate_no: &str, signature: &str) -> String {
        format!(
            "{{\"sessionID\":{},\"payExchangeInfoHead\":{},\"payExchangeInfoLists\":{},\
             \"serviceTime\":{},\"certNo\":{},\"signValue\":{}}}",
            quoted(&self.session_no),
            self.head,
            self.lists,
            quoted(&self.service_time),
            quoted(certificate_no),
            quoted(signature)
        )
    }
}

/// A head with its guid before the rest.
pub fn head(guid: &str, rest: &str) -> String {
    format!("{{\"guid\":{},{rest}", quoted(guid))
}

/// A guid as customs wants it, in capitals, from 16 bytes.
pub fn guid(bytes: [u8; 16]) -> String {
    let digits = data_encoding::HEXUPPER.encode(&bytes);
    [
        &digits[0..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..32],
    ]
    .join("-")
}
