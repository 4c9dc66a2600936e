//! Rules (业务规则) that go further than the schema and need nothing but the message, the code
//! tables and the clock, which the caller gives ([`Terms`]).
//!
//! 1. [`field`]: every value against the rules column of its table, and codes against code tables.
//! 2. Here: guids unique in the message, signature where the text of the standard demands one.
//! 3. [`mod@line`]: lines numbered without gap, their totals and units. [`trade`]: sums and times of
//!    orders, payments and waybills; [`list`]: import and export lists; [`tariff`]: goods against the
//!    customs tariff; [`collective`]: documents about many parcels and split documents.
//!
//! What a document is judged by, its own day among it, is its [`Judge`]. A field that the schema
//! already refused is left alone, so one mistake gives one finding. Which rule of the standard has
//! which code stands in [`crate::rule`]; rules that need other documents live on higher layers.

mod collective;
pub(crate) mod company;
mod field;
pub(crate) mod identity;
mod judge;
mod line;
mod list;
pub mod matching;
mod tariff;
#[cfg(test)]
mod tests;
mod trade;

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use crate::code::{self, Code};
use crate::finding::Severity;
use crate::key;
use crate::kind::Kind;
use crate::message::{Document, Message, Record};
use crate::report::Findings;
use crate::spec::{FieldSpec, MessageSpec, SignatureDuty, Trailer};
use crate::terms::Terms;
use judge::Judge;

/// Runs every rule over a declaration.
pub(crate) fn run(
    message: &Message,
    spec: &'static MessageSpec,
    terms: &Terms<'_>,
    report: &mut Findings,
) {
    let latest = judge::latest(terms);
    let judge = Judge::new(terms, latest.as_deref());
    let mut run = Run {
        spec,
        judge,
        report,
    };
    run.signature(message);
    run.guids(message);
    run.keys(message);
    if let Some(record) = &message.base_transfer {
        run.shared(record, Trailer::BaseTransfer.name().to_owned());
    }
    for (at, record) in message.base_subscribes.iter().enumerate() {
        run.shared(
            record,
            format!("{}[{}]", Trailer::BaseSubscribe.name(), at + 1),
        );
    }
    for (at, document) in message.documents.iter().enumerate() {
        run.judge = judge.of(&document.head);
        run.document(message.kind, at, document);
    }
    collective::parts_of_message(&mut run, message);
}

/// Where in a message a rule looks.
#[derive(Clone, Copy)]
struct Place<'m> {
    /// Place of the document, from 0.
    document: usize,
    /// Place of the line, from 0; `None` for the head.
    line: Option<usize>,
    record: &'m Record,
}

struct Run<'r> {
    spec: &'static MessageSpec,
    judge: Judge<'r>,
    report: &'r mut Findings,
}

impl Place<'_> {
    fn path(self, spec: &MessageSpec, element: &str) -> String {
        let place = self;
        let (root, document) = (&spec.root, &spec.document);
        let number = place.document + 1;
        let record = &place.record.spec().name;
        match place.line {
            Some(line) => format!(
                "/{root}/{document}[{number}]/{record}[{}]/{element}",
                line + 1
            ),
            None if spec.is_flat() => format!("/{root}/{document}[{number}]/{element}"),
            None => format!("/{root}/{document}[{number}]/{record}/{element}"),
        }
    }
}

impl Run<'_> {
    /// Reports a finding on an element that may be absent.
    fn find(&mut self, code: &'static Code, place: Place<'_>, element: &str, text: String) {
        let severity = code.severity_in(self.judge.terms.profile);
        self.find_graded(code, severity, place, element, text);
    }

    /// The same, as grave as the rule says.
    fn find_graded(
        &mut self,
        code: &'static Code,
        severity: Severity,
        place: Place<'_>,
        element: &str,
        text: String,
    ) {
        if self.report.is_full() {
            return;
        }
        let value = place.record.get(element).unwrap_or("");
        let line = match place.record.line(element) {
            0 => place.record.line,
            line => line,
        };
        let path = || place.path(self.spec, element);
        if let Some(finding) = self.judge.finding(code, path, line, value, text) {
            self.report.push(finding.graded(severity));
        }
    }

    fn signature(&mut self, message: &Message) {
        if self.spec.signature == SignatureDuty::RequiredByText && !message.has_signature {
            let path = || format!("/{}/{}", self.spec.root, Trailer::Signature.name());
            let text = format!("{}必须签名", self.spec.chinese);
            let found = (self.judge).finding(&code::SIGNATURE_NEEDED, path, 1, "", text);
            if let Some(finding) = found {
                self.report.push(finding);
            }
        }
    }

    fn guids(&mut self, message: &Message) {
        let mut seen = HashSet::new();
        for (at, document) in message.documents.iter().enumerate() {
            if let Some(guid) = document.head.filled("guid")
                && !seen.insert(guid.to_ascii_uppercase())
            {
                let place = Place {
                    document: at,
                    line: None,
                    record: &document.head,
                };
                let text = String::from("同一报文中有两份单证的 guid 相同");
                self.find(&code::GUID_REPEATED, place, "guid", text);
            }
        }
    }

    /// Two documents with one business key: customs takes the first and refuses the other.
    fn keys(&mut self, message: &Message) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (at, document) in message.documents.iter().enumerate() {
            let Some(key) = key::of_document(message.kind, document) else {
                continue;
            };
            // Of a split document the rule of its parts says which of them comes twice.
            if document.head.filled("msgSeqNo").is_some() {
                continue;
            }
            let first = *seen.entry(key.text.clone()).or_insert(at);
            if first == at {
                continue;
            }
            let place = Place {
                document: at,
                line: None,
                record: &document.head,
            };
            // The number by which people know the document; the other elements are codes of companies.
            let mut elements = self.spec.key.iter().rev().map(String::as_str);
            let is_number =
                |one: &&str| one.ends_with("Id") || one.ends_with("No") && *one != "msgSeqNo";
            let element = elements.find(is_number).unwrap_or("guid");
            let text = format!(
                "第 {} 份与第 {} 份单证的业务主键相同：{}",
                first + 1,
                at + 1,
                crate::finding::clip(&key.text)
            );
            self.find(&code::KEY_REPEATED, place, element, text);
        }
    }

    fn shared(&mut self, record: &Record, name: String) {
        let root = &self.spec.root;
        field::check(
            record,
            self.judge,
            |field: &FieldSpec| format!("/{root}/{name}/{}", field.element),
            self.report,
        );
    }

    fn document(&mut self, kind: Kind, at: usize, document: &Document) {
        let head = Place {
            document: at,
            line: None,
            record: &document.head,
        };
        self.fields(head);
        let lines: Vec<Place<'_>> = document
            .lines
            .iter()
            .enumerate()
            .map(|(line, record)| Place {
                document: at,
                line: Some(line),
                record,
            })
            .collect();
        for line in &lines {
            self.fields(*line);
        }
        self.numbering(kind, &lines);
        match kind {
            Kind::Ceb311 => trade::import_order(self, head, &lines),
            Kind::Ceb303 => trade::export_order(self, head, &lines),
            Kind::Ceb403 => trade::export_receipt(self, head),
            Kind::Ceb411 => trade::payment(self, head),
            Kind::Ceb511 => trade::waybill(self, head),
            Kind::Ceb513 => trade::waybill_status(self, head),
            Kind::Ceb621 => list::import(self, head, &lines),
            Kind::Ceb603 => list::export(self, head, &lines),
            Kind::Ceb213 => list::export_refund(self, head, &lines),
            Kind::Ceb625 => lines.iter().for_each(|line| self.known_goods(*line, false)),
            Kind::Ceb711 => self.parcels_once(&lines),
            Kind::Ceb507 | Kind::Ceb509 | Kind::Ceb607 => {
                collective::parts(self, head);
                self.parcels_once(&lines);
            }
            Kind::Ceb701 => collective::summary(self, head, &lines),
            Kind::Ceb312
            | Kind::Ceb412
            | Kind::Ceb512
            | Kind::Ceb514
            | Kind::Ceb622
            | Kind::Ceb623
            | Kind::Ceb624
            | Kind::Ceb626
            | Kind::Ceb712
            | Kind::Ceb816
            | Kind::Ceb818
            | Kind::Ceb900
            | Kind::Ceb304
            | Kind::Ceb404
            | Kind::Ceb505
            | Kind::Ceb506
            | Kind::Ceb508
            | Kind::Ceb510
            | Kind::Ceb604
            | Kind::Ceb605
            | Kind::Ceb606
            | Kind::Ceb608
            | Kind::Ceb702
            | Kind::Ceb792
            | Kind::Ceb214
            | Kind::Ceb215
            | Kind::Ceb216 => {}
        }
    }

    fn fields(&mut self, place: Place<'_>) {
        // The path is composed only when there is a finding.
        let spec = self.spec;
        let path = |field: &FieldSpec| place.path(spec, &field.element);
        field::check(place.record, self.judge, path, self.report);
    }
}

/// A number that no finding was reported for: neither malformed nor negative.
fn number(record: &Record, element: &str) -> Option<Decimal> {
    let at = record.spec().position(element)?;
    let good = record.faulty >> at & 1 == 0;
    record
        .decimal(element)
        .filter(|number| good && !number.is_sign_negative())
}

/// `账册编号（emsNo）`.
fn name(record: &Record, element: &str) -> String {
    match record.spec().field(element) {
        Some(field) => format!("{}（{element}）", field.chinese),
        None => element.to_owned(),
    }
}

/// Whether a company code (企业代码) may be right: 10 characters, or a credit code of 18 with its
/// check character (GB 32100).
#[must_use]
pub fn is_company_code(code: &str) -> bool {
    company::problem(code).is_none()
}
