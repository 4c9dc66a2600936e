//! The holder of a card (持卡人), as the E-Port writes it into certificates.

use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Decode, Encode};

/// Beginnings of the E-Port's own object identifiers.
const ARCS: [&str; 2] = ["1.3.6.1.4.1.5315.100.", "1.3.6.1.4.1.9572.100."];

/// Longest value that is read, in characters.
const VALUE_CHARS_MAX: usize = 200;

/// What a certificate says of its holder (证书持有人).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// Company (单位名称).
    pub company: Option<String>,
    /// Organisation code (组织机构代码) or credit code (统一社会信用代码).
    pub organisation: Option<String>,
    /// Card number (卡号).
    pub card: Option<String>,
    /// Whether an identity number is in it. The number itself is nobody's business.
    pub has_identity: bool,
}

/// Whether holder and sender are the same (持有人与发送方).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The same company.
    Same,
    /// Two companies.
    Different,
    /// The certificate does not say whose it is.
    Unknown,
}

impl Holder {
    pub(super) fn of(inner: &CertificateInner<Raw>) -> Self {
        let tbs = inner.tbs_certificate();
        let mut holder = Self::default();
        for extension in tbs.extensions().map(Vec::as_slice).unwrap_or_default() {
            let oid = extension.extn_id.to_string();
            holder.take(&oid, extension.extn_value.as_bytes());
        }
        for attribute in tbs.subject().iter() {
            if let Ok(der) = attribute.value.to_der() {
                holder.take(&attribute.oid.to_string(), &der);
            }
        }
        holder
    }

    /// The last number says what it is, under both arcs, with or without a level between.
    fn take(&mut self, oid: &str, value: &[u8]) {
        let Some(rest) = ARCS.iter().find_map(|arc| oid.strip_prefix(arc)) else {
            return;
        };
        let text = text(value);
        let place = match rest.rsplit('.').next() {
            Some("1") => &mut self.company,
            Some("8") => {
                self.has_identity |= text.is_some();
                return;
            }
            Some("9") => &mut self.card,
            Some("11") => &mut self.organisation,
            _ => return,
        };
        if place.is_none() {
            *place = text;
        }
    }

    /// Compares with the codes of the sender: `copCode`, `agentCode`. A credit code contains the
    /// organisation code from its ninth character on.
    #[must_use]
    pub fn matches(&self, codes: &[&str]) -> Match {
        let Some(own) = &self.organisation else {
            return Match::Unknown;
        };
        let plain = |code: &str| {
            let kept = code.chars().filter(|c| c.is_ascii_alphanumeric());
            kept.collect::<String>().to_ascii_uppercase()
        };
        let inside = |code: &str| match code.len() {
            18 => code.get(8..17).unwrap_or_default().to_owned(),
            _ => code.to_owned(),
        };
        let own = plain(own);
        // Registration codes of customs have ten digits and cannot be compared with the others.
        let mut comparable = codes
            .iter()
            .map(|code| plain(code))
            .filter(|code| code.len() == own.len() || matches!(code.len(), 9 | 18))
            .peekable();
        if comparable.peek().is_none() {
            return Match::Unknown;
        }
        match comparable.any(|code| code == own || inside(&code) == inside(&own)) {
            true => Match::Same,
            false => Match::Different,
        }
    }
}

/// The text of a value: a string of any of the usual types, or text as it is.
fn text(value: &[u8]) -> Option<String> {
    let utf8 = Utf8StringRef::from_der(value).map(|text| text.as_str().to_owned());
    let printable = || PrintableStringRef::from_der(value).map(|text| text.as_str().to_owned());
    let ia5 = || Ia5StringRef::from_der(value).map(|text| text.as_str().to_owned());
    let wide = || BmpString::from_der(value).map(|text| text.to_string());
    let found = utf8.or_else(|_| printable()).or_else(|_| ia5());
    let found = found.or_else(|_| wide()).ok();
    let found = found.or_else(|| std::str::from_utf8(value).ok().map(str::to_owned))?;
    let found: String = found.trim().chars().take(VALUE_CHARS_MAX).collect();
    let is_text = !found.is_empty() && !found.chars().any(char::is_control);
    is_text.then_some(found)
}
