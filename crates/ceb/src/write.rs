//! Write (生成报文): any message kind from pairs of element and value.
//!
//! The table decides the order, so values may be given in any order; elements without a value are
//! left out, never written empty unless the value given is empty. Declarations use the prefix `ceb:`
//! and declare `xmlns:xsi`, receipts the default namespace and `standalone="yes"`, as the official
//! examples do.
//!
//! What is written is not checked: `parse` does that. Characters that XML has not are dropped.

use crate::kind::Kind;
use crate::spec::{RecordSpec, Trailer};
use crate::xml::{NS_CEB, NS_DS, NS_XSI};

/// Values of a record: element and value, in any order.
pub type RecordValues = Vec<(String, String)>;

/// Values of a document (单证).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentValues {
    /// Head, or all fields of a flat document.
    pub head: RecordValues,
    /// Lines.
    pub lines: Vec<RecordValues>,
}

/// Name of the key in the signature frame that stands in for a real signature.
pub const SAMPLE_KEY_NAME: &str = "SAMPLE";

/// Builds a message of any kind (报文生成器).
#[derive(Debug, Clone)]
pub struct MessageWriter<'a> {
    kind: Kind,
    guid: &'a str,
    documents: &'a [DocumentValues],
    base_transfer: Option<&'a [(String, String)]>,
    subscribes: &'a [RecordValues],
    signature: bool,
}

impl<'a> MessageWriter<'a> {
    /// A message with these documents.
    #[must_use]
    pub fn new(kind: Kind, guid: &'a str, documents: &'a [DocumentValues]) -> Self {
        Self {
            kind,
            guid,
            documents,
            base_transfer: None,
            subscribes: &[],
            signature: false,
        }
    }

    /// With a transfer entity (基础报文传输实体).
    #[must_use]
    pub fn base_transfer(mut self, values: &'a [(String, String)]) -> Self {
        self.base_transfer = Some(values);
        self
    }

    /// With receipt subscriptions (基础回执订阅实体).
    #[must_use]
    pub fn subscribes(mut self, values: &'a [RecordValues]) -> Self {
        self.subscribes = values;
        self
    }

    /// With a signature frame: right in structure, without a real signature (key name `SAMPLE`).
    #[must_use]
    pub fn signature_frame(mut self) -> Self {
        self.signature = true;
        self
    }

    /// The message as text.
    #[must_use]
    pub fn finish(&self) -> String {
        let spec = self.kind.spec();
        let declaration = self.kind.is_declaration();
        let mut out = Output {
            text: String::with_capacity(4096),
            prefix: "",
            depth: 0,
        };
        out.text
            .push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"");
        out.text.push_str(if declaration {
            "?>\n"
        } else {
            " standalone=\"yes\"?>\n"
        });
        if declaration {
            out.prefix = "ceb:";
        }
        out.text.push('<');
        out.text.push_str(out.prefix);
        out.text.push_str(&spec.root);
        out.attribute("guid", self.guid);
        out.attribute("version", "1.0");
        out.attribute(if declaration { "xmlns:ceb" } else { "xmlns" }, NS_CEB);
        if declaration {
            out.attribute("xmlns:xsi", NS_XSI);
        }
        out.text.push_str(">\n");
        out.depth = 1;
        for document in self.documents {
            if spec.is_flat() {
                out.record(&spec.head, &document.head);
                continue;
            }
            out.open(&spec.document);
            out.record(&spec.head, &document.head);
            if let Some((table, _)) = &spec.lines {
                document
                    .lines
                    .iter()
                    .for_each(|line| out.record(table, line));
            }
            out.close(&spec.document);
        }
        for (trailer, _) in &spec.trailer {
            self.trailer(*trailer, &mut out);
        }
        out.depth = 0;
        out.close(&spec.root);
        out.text
    }

    fn trailer(&self, trailer: Trailer, out: &mut Output) {
        let table = self.kind.spec().shared(trailer);
        match (trailer, table) {
            (Trailer::BaseTransfer, Some(table)) => {
                if let Some(values) = self.base_transfer {
                    out.record(table, values);
                }
            }
            (Trailer::BaseSubscribe, Some(table)) => {
                self.subscribes
                    .iter()
                    .for_each(|values| out.record(table, values));
            }
            (Trailer::Signature, _) if self.signature => out.signature_frame(),
            _ => {}
        }
    }
}

/// A message of any kind, unsigned.
#[must_use]
pub fn message(
    kind: Kind,
    guid: &str,
    documents: &[DocumentValues],
    base_transfer: Option<&[(String, String)]>,
) -> String {
    let mut writer = MessageWriter::new(kind, guid, documents);
    writer.base_transfer = base_transfer;
    writer.finish()
}

struct Output {
    text: String,
    prefix: &'static str,
    depth: usize,
}

impl Output {
    fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape_into(&mut self.text, value);
        self.text.push('"');
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n('\t', self.depth));
    }

    fn open(&mut self, name: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(self.prefix);
        self.text.push_str(name);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.push_str("</");
        self.text.push_str(self.prefix);
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn record(&mut self, table: &RecordSpec, values: &[(String, String)]) {
        self.open(&table.name);
        for field in &table.fields {
            if let Some((_, value)) = values.iter().find(|(element, _)| *element == field.element) {
                self.element(&field.element, value);
            }
        }
        self.close(&table.name);
    }

    fn element(&mut self, name: &str, value: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(self.prefix);
        self.text.push_str(name);
        self.text.push('>');
        escape_into(&mut self.text, value);
        self.text.push_str("</");
        self.text.push_str(self.prefix);
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    /// Right in structure and without meaning: a stand-in until messages are really signed.
    fn signature_frame(&mut self) {
        let text = format!(
            "<ds:Signature xmlns:ds=\"{NS_DS}\"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>\
<ds:SignatureMethod Algorithm=\"http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3\"/>\
<ds:Reference URI=\"\"><ds:Transforms>\
<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
</ds:Transforms>\
<ds:DigestMethod Algorithm=\"http://www.chinaport.gov.cn/2022/04/xmldsig#sm3\"/>\
<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue>\
</ds:Reference></ds:SignedInfo>\
<ds:SignatureValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==</ds:SignatureValue>\
<ds:KeyInfo><ds:KeyName>{SAMPLE_KEY_NAME}</ds:KeyName></ds:KeyInfo></ds:Signature>\n"
        );
        self.indent();
        self.text.push_str(&text);
    }
}

/// Appends text with `& < > " '` and white space that attributes would lose written as references.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    let special =
        |c: char| matches!(c, '&' | '<' | '>' | '"' | '\'') || !(' '..'\u{FFFE}').contains(&c);
    let mut rest = text;
    while let Some(at) = rest.find(special) {
        out.push_str(&rest[..at]);
        let Some(c) = rest[at..].chars().next() else {
            break;
        };
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\u{10000}'.. => out.push(c),
            // XML has no way to write the other control characters.
            _ => {}
        }
        rest = &rest[at + c.len_utf8()..];
    }
    out.push_str(rest);
}
