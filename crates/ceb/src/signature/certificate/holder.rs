//! The holder of a card (持卡人), as the E-Port writes it into certificates.

use super::names;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Encode;

/// What an extension or a part of the name says, by its object identifier: those of the E-Port, with
/// their older arc, and those of GM/T 0015 for organisations. Others under the same arcs say something
/// else.
const FIELDS: [(&str, HolderField); 13] = [
    ("1.3.6.1.4.1.5315.100.5.1", HolderField::Company),
    ("1.3.6.1.4.1.5315.100.5.8", HolderField::Identity),
    ("1.3.6.1.4.1.5315.100.5.9", HolderField::Card),
    ("1.3.6.1.4.1.5315.100.5.11", HolderField::Organisation),
    ("1.3.6.1.4.1.9572.100.1", HolderField::Company),
    ("1.3.6.1.4.1.9572.100.8", HolderField::Identity),
    ("1.3.6.1.4.1.9572.100.9", HolderField::Card),
    ("1.3.6.1.4.1.9572.100.11", HolderField::Organisation),
    ("1.3.6.1.4.1.9572.100.5.1", HolderField::Company),
    ("1.3.6.1.4.1.9572.100.5.11", HolderField::Organisation),
    ("1.2.156.10260.4.1.1", HolderField::Identity),
    ("1.2.156.10260.4.1.3", HolderField::Organisation),
    ("1.2.156.10260.4.1.4", HolderField::CreditCode),
];

#[derive(Debug, Clone, Copy)]
enum HolderField {
    Company,
    Identity,
    Card,
    Organisation,
    CreditCode,
}

/// What a certificate says of its holder (证书持有人).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateHolder {
    /// Company (单位名称): as the E-Port writes it, else the organisation or the common name of the
    /// certificate's holder.
    pub company: Option<String>,
    /// Organisation code (组织机构代码), or credit code where the certificate has it in that place.
    pub organisation: Option<String>,
    /// Credit code (统一社会信用代码).
    pub credit_code: Option<String>,
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

impl CertificateHolder {
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
        let subject = |oid| names::attribute(tbs.subject(), oid);
        holder.company = holder
            .company
            .or_else(|| subject(names::ORGANISATION))
            .or_else(|| subject(names::COMMON_NAME));
        holder
    }

    fn take(&mut self, oid: &str, value: &[u8]) {
        let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == oid) else {
            return;
        };
        let text = names::text(value);
        let place = match field {
            HolderField::Company => &mut self.company,
            HolderField::Identity => {
                self.has_identity |= text.is_some();
                return;
            }
            HolderField::Card => &mut self.card,
            HolderField::Organisation => &mut self.organisation,
            HolderField::CreditCode => &mut self.credit_code,
        };
        if place.is_none() {
            *place = text;
        }
    }

    /// The code by which the holder is known: the credit code before the organisation code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.credit_code.as_deref().or(self.organisation.as_deref())
    }

    /// Compares with the codes of the sender: `copCode`, `agentCode`, and the credit code that is known
    /// of it. A credit code contains the organisation code from its ninth character on.
    ///
    /// Registration codes of customs have ten digits and say nothing about codes of other kinds; where
    /// a sender has only such a one, its credit code must be among the codes, or nothing is known.
    #[must_use]
    pub fn matches(&self, codes: &[&str]) -> Match {
        let plain = |code: &str| {
            let kept = code.chars().filter(|c| c.is_ascii_alphanumeric());
            kept.collect::<String>().to_ascii_uppercase()
        };
        let inside = |code: &str| match code.len() {
            18 => code.get(8..17).unwrap_or_default().to_owned(),
            _ => code.to_owned(),
        };
        let own = [&self.credit_code, &self.organisation]
            .into_iter()
            .flatten();
        let own: Vec<String> = own.map(|code| plain(code)).collect();
        let mut is_comparable = false;
        for code in codes.iter().map(|code| plain(code)) {
            for own in &own {
                if code.len() != own.len() && !matches!(code.len(), 9 | 18) {
                    continue;
                }
                is_comparable = true;
                if code == *own || inside(&code) == inside(own) {
                    return Match::Same;
                }
            }
        }
        match is_comparable {
            true => Match::Different,
            false => Match::Unknown,
        }
    }
}
