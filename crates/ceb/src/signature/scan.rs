//! One pass over a document: its canonical form without the signature, the canonical form of what
//! was signed, and the contents of the signature.
//!
//! Wrapping is impossible: the signature is looked for in one place (child of the root), it may
//! reference one thing (the document around it), and any other signature element anywhere makes the
//! check fail.

use super::c14n::{Apex, C14nFault, Canon, Comments};
use super::extra;
use crate::base64_text::{Blemish, decode};
use crate::xml::{Fault, Name, Ns, Token, Tokens, prepare};
use std::ops::Range;

/// Longest text of one element of a signature, in bytes; a certificate has about 2,000.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Most certificates of one signature.
const CERTIFICATES_MAX: usize = 8;

/// Most transforms of the reference.
const TRANSFORMS_MAX: usize = 4;

/// Namespaces of a rebuilt `SignedInfo`, by prefix.
pub(super) type Namespaces = &'static [(&'static str, &'static str)];

/// How the canonical form of `SignedInfo` is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CanonicalForm {
    pub(super) comments: Comments,
    /// Without white space between its tags.
    pub(super) is_compact: bool,
    /// With these namespaces instead of those of the document.
    pub(super) namespaces: Option<Namespaces>,
}

impl CanonicalForm {
    /// As the recommendation says.
    pub(super) const STRICT: Self = Self {
        comments: Comments::Without,
        is_compact: false,
        namespaces: None,
    };
}

/// What a `ds:Signature` says (签名元素).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignatureElement {
    /// URI of the canonicalisation of `SignedInfo`.
    pub canonicalization: String,
    /// URI of the signature method.
    pub signature_method: String,
    /// How many references there are.
    pub n_references: usize,
    /// URI of the first reference; `None` without the attribute.
    pub reference: Option<String>,
    /// URIs of the transforms of the first reference.
    pub transforms: Vec<String>,
    /// URI of the digest method.
    pub digest_method: String,
    /// The digest.
    pub digest_value: Vec<u8>,
    /// The signature.
    pub signature_value: Vec<u8>,
    /// Name of the key: the serial number of the certificate.
    pub key_name: Option<String>,
    /// Certificates, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// Values of a signature as written, without white space (原文).
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) digest: String,
    pub(super) value: String,
}

/// What one pass found.
#[derive(Debug)]
pub(super) struct Scan {
    /// Canonical document without its signature.
    pub(super) document: Vec<u8>,
    /// Byte of the canonical document at which the signature stood.
    pub(super) cut: usize,
    /// Canonical `SignedInfo`; empty without one.
    pub(super) signed_info: Vec<u8>,
    /// The signature that is a child of the root.
    pub(super) signature: Option<SignatureElement>,
    /// What is wrong with its structure.
    pub(super) problem: Option<String>,
    /// The first value that is not Base64, and why; it was read all the same where that is possible.
    pub(super) blemish: Option<(String, Blemish)>,
    /// The first content beside what the standard has in a signature.
    pub(super) extra: Option<String>,
    /// The digest and the value as written.
    pub(super) texts: Texts,
    /// Prefix of the signature's name.
    pub(super) prefix: String,
    /// Signatures that are children of the root.
    pub(super) n_signatures: usize,
    /// Whether a signature stands elsewhere.
    pub(super) is_misplaced: bool,
    /// Whether the root has a child that is called a signature and is none.
    pub(super) is_foreign: bool,
    /// Bytes of the input that the signature covers.
    pub(super) place: Range<usize>,
    /// Bytes of the input that `SignedInfo` covers.
    pub(super) signed_info_place: Range<usize>,
    /// Name of the root without prefix.
    pub(super) root: String,
    /// Byte of the input at which the first `ExtendMessage` of the root begins.
    pub(super) extension: Option<usize>,
    /// Byte of the input at which the end tag of the root begins; `None` for an empty root.
    pub(super) root_end: Option<usize>,
    /// Whether `ds` stands for signatures in the root.
    pub(super) binds_ds: bool,
}

/// Reads a document.
pub(super) fn scan(bytes: &[u8], form: &CanonicalForm) -> Result<Scan, C14nFault> {
    pass(bytes, form).map_err(|fault| C14nFault::of(&fault, bytes))
}

fn pass(bytes: &[u8], form: &CanonicalForm) -> Result<Scan, Fault> {
    let source = prepare(bytes)?;
    let mut tokens = Tokens::new(source);
    let mut canon = Canon::new(source.text, Comments::Without, source.text.len());
    let mut scan = Scan {
        document: Vec::new(),
        cut: 0,
        signed_info: Vec::new(),
        signature: None,
        problem: None,
        blemish: None,
        extra: None,
        texts: Texts::default(),
        prefix: String::new(),
        n_signatures: 0,
        is_misplaced: false,
        is_foreign: false,
        place: 0..0,
        signed_info_place: 0..0,
        root: String::new(),
        extension: None,
        root_end: None,
        binds_ds: false,
    };
    let mut inherited = Vec::new();
    loop {
        let token = tokens.next()?;
        if let Token::Start(name) = token {
            match tokens.depth() {
                1 => {
                    scan.binds_ds = tokens.uri("ds") == Some(crate::xml::NS_DS);
                    inherit(&tokens, &mut inherited);
                    name.local.clone_into(&mut scan.root);
                }
                2 if name.ns == Ns::Ceb && name.local == "ExtendMessage" => {
                    scan.extension.get_or_insert(tokens.span().start);
                }
                2 if is_signature(name) && scan.n_signatures == 0 => {
                    canon.catch_up(tokens.place().start)?;
                    scan.cut = canon.len();
                    scan.place.start = tokens.span().start;
                    inherit(&tokens, &mut inherited);
                    signature(&mut tokens, form, &inherited, &mut scan)?;
                    scan.place.end = tokens.span().end;
                    if scan.extra.is_none() {
                        scan.extra = extra::asides(bytes.get(scan.place.clone()));
                    }
                    canon.skip_to(tokens.place().end);
                    continue;
                }
                depth => elsewhere(name, depth, &mut scan),
            }
        }
        canon.feed(&token, &tokens, &Apex::Root)?;
        match token {
            Token::End if tokens.depth() == 0 => {
                let place = tokens.span();
                let is_tag = bytes.get(place.clone()).unwrap_or_default();
                scan.root_end = is_tag.starts_with(b"</").then_some(place.start);
            }
            Token::Eof => break,
            Token::Start(_) | Token::End | Token::Text(_) | Token::Char(_) | Token::CData(_) => {}
        }
    }
    scan.document = canon.finish();
    Ok(scan)
}

fn is_signature(name: Name<'_>) -> bool {
    name.ns == Ns::Ds && name.local == "Signature"
}

#[inline]
fn elsewhere(name: Name<'_>, depth: usize, scan: &mut Scan) {
    if name.local != "Signature" {
        return;
    }
    match (name.ns, depth) {
        (Ns::Ds, 2) => scan.n_signatures += 1,
        (Ns::Ds, _) => scan.is_misplaced = true,
        (_, 2) => scan.is_foreign = true,
        _ => {}
    }
}

/// Attributes of the prefix `xml` go down to the element that is cut out of the document.
fn inherit(tokens: &Tokens<'_>, into: &mut Vec<(String, String)>) {
    for attribute in tokens.attributes().filter(|one| one.prefix == "xml") {
        into.retain(|(local, _)| local != attribute.local);
        into.push((attribute.local.to_owned(), attribute.value.to_string()));
    }
}

/// Reads the signature whose start tag was just read, up to its end tag.
fn signature<'a>(
    tokens: &mut Tokens<'a>,
    form: &CanonicalForm,
    inherited: &[(String, String)],
    scan: &mut Scan,
) -> Result<(), Fault> {
    let name = tokens.open_name();
    name.split_once(':')
        .map_or("", |(prefix, _)| prefix)
        .clone_into(&mut scan.prefix);
    let apex = form
        .namespaces
        .map_or(Apex::InDocument(inherited), Apex::Forced);
    let mut canon = Canon::new(tokens.source().text, form.comments, 1024);
    if form.is_compact {
        canon = canon.compact();
    }
    let mut reader = ElementReader {
        extra: extra::attributes(tokens),
        ..ElementReader::default()
    };
    let mut path: Vec<&'a str> = Vec::with_capacity(6);
    let mut text = String::new();
    loop {
        let token = tokens.next()?;
        match token {
            Token::Start(name) => {
                let local = if name.ns == Ns::Ds { name.local } else { "*" };
                path.push(local);
                text.clear();
                reader.start(&path, tokens);
                if path == ["SignedInfo"] && !canon.is_ended() {
                    canon.skip_to(tokens.place().start);
                    scan.signed_info_place.start = tokens.span().start;
                }
            }
            Token::End if path.is_empty() => break,
            Token::End => reader.end(&path, &text),
            Token::Text(more) | Token::CData(more) if text.len() + more.len() <= TEXT_BYTES_MAX => {
                text.push_str(more);
                reader.text(&path, more);
            }
            Token::Char(c) if text.len() < TEXT_BYTES_MAX => {
                text.push(c);
                reader.text(&path, c.encode_utf8(&mut [0; 4]));
            }
            Token::Text(_) | Token::CData(_) | Token::Char(_) => {
                reader.report("内容太长".to_owned());
            }
            Token::Eof => break,
        }
        if path.first() == Some(&"SignedInfo") && !canon.is_ended() {
            canon.feed(&token, tokens, &apex)?;
            scan.signed_info_place.end = tokens.span().end;
        }
        if token == Token::End {
            path.pop();
            text.clear();
        }
    }
    scan.signed_info = canon.finish();
    scan.n_signatures = 1;
    scan.extra = reader.extra.take();
    scan.blemish = reader.blemish.take();
    scan.texts = std::mem::take(&mut reader.texts);
    let (element, problem) = reader.finish();
    scan.signature = Some(element);
    scan.problem = problem;
    Ok(())
}

/// Fills a [`SignatureElement`] and remembers the first thing that is wrong.
#[derive(Default)]
struct ElementReader {
    element: SignatureElement,
    problem: Option<String>,
    /// How many of its children have been read, in their order.
    stage: usize,
    has_transforms: bool,
    has_digest_value: bool,
    has_key_name: bool,
    /// The first content beside the standard.
    extra: Option<String>,
    blemish: Option<(String, Blemish)>,
    texts: Texts,
}

impl ElementReader {
    fn report(&mut self, text: String) {
        self.problem.get_or_insert(text);
    }

    /// Notes text where only elements may stand.
    fn text(&mut self, path: &[&str], text: &str) {
        if self.extra.is_none() {
            self.extra = extra::text(path, text);
        }
    }

    fn start(&mut self, path: &[&str], tokens: &Tokens<'_>) {
        if self.extra.is_none() {
            self.extra = extra::element(path, tokens);
        }
        let algorithm = || attribute(tokens, "Algorithm").unwrap_or_default();
        match path {
            [child]
                if Some(child) == ["SignedInfo", "SignatureValue", "KeyInfo"].get(self.stage) =>
            {
                self.stage += 1;
            }
            ["SignedInfo", "CanonicalizationMethod"]
                if self.element.canonicalization.is_empty() =>
            {
                self.element.canonicalization = algorithm();
            }
            ["SignedInfo", "SignatureMethod"] if self.element.signature_method.is_empty() => {
                self.element.signature_method = algorithm();
            }
            ["SignedInfo", "Reference"] => {
                if self.element.n_references == 0 {
                    self.element.reference = attribute(tokens, "URI");
                }
                self.element.n_references += 1;
            }
            // More than one reference is refused as such, whatever is in it.
            ["SignedInfo", "Reference", ..] if self.element.n_references > 1 => {}
            ["SignedInfo", "Reference", "Transforms"] if !self.has_transforms => {
                self.has_transforms = true;
            }
            ["SignedInfo", "Reference", "Transforms", "Transform"]
                if self.element.transforms.len() < TRANSFORMS_MAX =>
            {
                self.element.transforms.push(algorithm());
            }
            ["SignedInfo", "Reference", "DigestMethod"]
                if self.element.digest_method.is_empty() =>
            {
                self.element.digest_method = algorithm();
            }
            ["SignedInfo", "Reference", "DigestValue"] if !self.has_digest_value => {
                self.has_digest_value = true;
            }
            ["KeyInfo", "KeyName"] if self.has_key_name => {
                self.extra.get_or_insert("KeyName 不止一个".to_owned());
            }
            ["KeyInfo", "KeyName"] => self.has_key_name = true,
            ["KeyInfo", ..] => {}
            _ => {
                let name = tokens.open_name();
                self.report(format!("{name} 不应出现在此处，或重复"));
            }
        }
    }

    fn end(&mut self, path: &[&str], text: &str) {
        match path {
            ["SignedInfo", "Reference", "DigestValue"] if self.element.n_references == 1 => {
                self.element.digest_value = self.base64(path, text);
                self.texts.digest = text.split_ascii_whitespace().collect();
            }
            ["SignatureValue"] => {
                self.element.signature_value = self.base64(path, text);
                self.texts.value = text.split_ascii_whitespace().collect();
            }
            ["KeyInfo", "KeyName"] if self.element.key_name.is_none() => {
                self.element.key_name = Some(text.trim().to_owned());
            }
            ["KeyInfo", "X509Data", "X509Certificate"] => {
                if self.element.certificates.len() < CERTIFICATES_MAX {
                    let certificate = self.base64(path, text);
                    self.element.certificates.push(certificate);
                } else {
                    self.report(format!("证书多于 {CERTIFICATES_MAX} 张"));
                }
            }
            _ => {}
        }
    }

    fn base64(&mut self, path: &[&str], text: &str) -> Vec<u8> {
        let (bytes, blemish) = decode(text);
        if let Some(blemish) = blemish {
            let name = path.last().copied().unwrap_or_default();
            self.report(blemish.describe(name));
            self.blemish.get_or_insert((name.to_owned(), blemish));
        }
        bytes
    }

    fn finish(mut self) -> (SignatureElement, Option<String>) {
        let element = &self.element;
        let missing = [
            (self.stage < 2, "SignedInfo 或 SignatureValue"),
            (
                element.canonicalization.is_empty(),
                "CanonicalizationMethod",
            ),
            (element.signature_method.is_empty(), "SignatureMethod"),
            (element.n_references == 0, "Reference"),
            (element.digest_method.is_empty(), "DigestMethod"),
            (!self.has_digest_value, "DigestValue"),
        ];
        if let Some((_, name)) = missing.iter().find(|(is_missing, _)| *is_missing) {
            self.report(format!("缺少 {name}"));
        }
        (self.element, self.problem)
    }
}

fn attribute(tokens: &Tokens<'_>, local: &str) -> Option<String> {
    let mut own = tokens.attributes().filter(|one| one.prefix.is_empty());
    own.find(|one| one.local == local)
        .map(|one| one.value.to_string())
}
