//! A product that signs messages by putting text together, as the real ones do.

use crate::sign::unsigned;
use crate::{others, pki};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ceb::signature::c14n::{Comments, canonicalize};
use ceb::signature::{DigestMethod, SignatureMethod};

pub(crate) const W3: &str = "http://www.w3.org/2000/09/xmldsig#";
pub(crate) const CHINAPORT: &str = "http://www.chinaport.gov.cn/2022/04/xmldsig#";
pub(crate) const CEB: &str = "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\"";
pub(crate) const DS: &str = "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
pub(crate) const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

/// A product that makes signatures by putting text together.
#[derive(Clone)]
pub(crate) struct Product {
    /// The message before it is signed.
    pub(crate) document: String,
    /// What is digested.
    pub(crate) digested: Vec<u8>,
    pub(crate) digest: DigestMethod,
    pub(crate) digest_uri: String,
    pub(crate) signature_uri: String,
    pub(crate) c14n_uri: String,
    pub(crate) method: SignatureMethod,
    /// Namespaces of the `SignedInfo` that is signed.
    pub(crate) context: String,
    /// Prefix with its colon, and the declaration that the signature has.
    pub(crate) prefix: &'static str,
    pub(crate) declaration: String,
    /// On several lines.
    pub(crate) is_pretty: bool,
    pub(crate) reference: &'static str,
    /// What stands before and behind the signature in the message.
    pub(crate) before: &'static str,
    pub(crate) behind: &'static str,
    pub(crate) key: String,
    pub(crate) id: &'static str,
    pub(crate) certificate: Option<String>,
    pub(crate) key_name: Option<&'static str>,
    /// Signs something else than `SignedInfo`.
    pub(crate) signs: Option<fn(&Product, &str) -> Vec<u8>>,
    /// Changes the value.
    pub(crate) value: fn(Vec<u8>) -> Vec<u8>,
}

impl Product {
    pub(crate) fn new(method: SignatureMethod, digest: DigestMethod) -> Self {
        let document = String::from_utf8(unsigned()).expect("text");
        let digested = canonical(&document);
        let who = match method {
            SignatureMethod::Sm2Sm3 => "sm2-company",
            SignatureMethod::RsaSha1 | SignatureMethod::RsaSha256 => "rsa-company",
        };
        Self {
            document,
            digested,
            digest,
            digest_uri: digest.uri().to_owned(),
            signature_uri: method.uri().to_owned(),
            c14n_uri: ceb::signature::algorithm::C14N.to_owned(),
            method,
            context: format!("{CEB} {DS} {XSI}"),
            prefix: "ds:",
            declaration: format!(" {DS}"),
            is_pretty: false,
            reference: "",
            before: "",
            behind: "",
            key: format!("{who}.key"),
            id: "1234567812345678",
            certificate: Some(format!("{who}.der")),
            key_name: None,
            signs: None,
            value: |value| value,
        }
    }

    pub(crate) fn sm2() -> Self {
        Self::new(SignatureMethod::Sm2Sm3, DigestMethod::Sm3)
    }

    pub(crate) fn rsa() -> Self {
        Self::new(SignatureMethod::RsaSha1, DigestMethod::Sha1)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Another key and its certificate.
    pub(crate) fn of(self, who: &str) -> Self {
        self.with(|product| {
            product.key = format!("{who}.key");
            product.certificate = Some(format!("{who}.der"));
        })
    }

    pub(crate) fn signed_info(&self, attributes: &str, line: &str) -> String {
        let p = self.prefix;
        let context = if attributes.is_empty() {
            String::new()
        } else {
            format!(" {attributes}")
        };
        format!(
            "<{p}SignedInfo{context}>{line}<{p}CanonicalizationMethod Algorithm=\"{}\"></{p}CanonicalizationMethod>{line}\
<{p}SignatureMethod Algorithm=\"{}\"></{p}SignatureMethod>{line}<{p}Reference URI=\"{}\">{line}<{p}Transforms>{line}\
<{p}Transform Algorithm=\"{W3}enveloped-signature\"></{p}Transform>{line}</{p}Transforms>{line}\
<{p}DigestMethod Algorithm=\"{}\"></{p}DigestMethod>{line}<{p}DigestValue>{}</{p}DigestValue>{line}</{p}Reference>{line}</{p}SignedInfo>",
            self.c14n_uri,
            self.signature_uri,
            self.reference,
            self.digest_uri,
            STANDARD.encode(self.digest.digest(&self.digested)),
        )
    }

    /// The signed message.
    pub(crate) fn message(&self) -> String {
        let p = self.prefix;
        let line = if self.is_pretty { "\n    " } else { "" };
        let signed = self.signed_info(&self.context, "");
        let signed = match self.signs {
            Some(other) => other(self, &signed),
            None => signed.into_bytes(),
        };
        let value = others::sign(self.method, &self.key, self.id, &signed);
        let value = STANDARD.encode((self.value)(value));
        let certificate = self.certificate.as_ref().map(|name| pki::file(name));
        let serial = certificate.as_ref().map(|der| {
            let read = ceb::signature::Certificate::from_der(der).expect("certificate");
            read.serial()
        });
        let name = self
            .key_name
            .map(str::to_owned)
            .or(serial)
            .unwrap_or_default();
        let x509 = certificate.map(|der| {
            let der = STANDARD.encode(der);
            format!(
                "{line}<{p}X509Data><{p}X509Certificate>{der}</{p}X509Certificate></{p}X509Data>"
            )
        });
        let signature = format!(
            "{}<{p}Signature{}>{line}{}{line}<{p}SignatureValue>{value}</{p}SignatureValue>{line}<{p}KeyInfo>{line}\
<{p}KeyName>{name}</{p}KeyName>{}{line}</{p}KeyInfo>{line}</{p}Signature>{}",
            self.before,
            self.declaration,
            self.signed_info("", line),
            x509.unwrap_or_default(),
            self.behind,
        );
        let end = self.document.rfind("</ceb:").expect("root");
        let (head, tail) = self.document.split_at(end);
        format!("{head}{signature}{tail}")
    }
}

pub(crate) fn canonical(document: &str) -> Vec<u8> {
    canonicalize(document.as_bytes(), Comments::Without).expect("canonical")
}
