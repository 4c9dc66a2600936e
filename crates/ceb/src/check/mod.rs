//! Rules (业务规则) that go further than the schema and need nothing but the message.
//!
//! 1. [`field`]: every value against the rules column of its table.
//! 2. Here: guids unique in the message, lines numbered without gap, signature where the text of the
//!    standard demands one.
//! 3. [`trade`]: sums and times of orders, payments and waybills; [`list`]: import and export lists;
//!    [`collective`]: documents about many parcels and split documents.
//!
//! A field that the schema already refused is left alone, so one mistake gives one finding. Rules
//! that need other documents, code tables or the clock live on higher floors.

mod collective;
pub(crate) mod company;
mod field;
pub(crate) mod identity;
mod list;
pub mod matching;
pub(crate) mod time;
mod trade;

use std::collections::HashSet;

use rust_decimal::Decimal;

use crate::code::{self, Code};
use crate::finding::Finding;
use crate::kind::Kind;
use crate::message::{Document, Message, Record};
use crate::parse::{Profile, Report};
use crate::spec::{FieldSpec, MessageSpec, SignatureDuty, Trailer};

/// Largest difference between price × quantity and the total of a line, in units of 0.01.
const LINE_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Runs every rule over a declaration.
pub(crate) fn run(message: &Message, profile: Profile, report: &mut Report) {
    let spec = message.kind.spec();
    let mut run = Run {
        spec,
        profile,
        report,
    };
    run.signature(message);
    run.guids(message);
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
        run.document(message.kind, at, document);
    }
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
    profile: Profile,
    report: &'r mut Report,
}

impl Run<'_> {
    fn path(&self, place: Place<'_>, element: &str) -> String {
        let (root, document) = (&self.spec.root, &self.spec.document);
        let number = place.document + 1;
        let record = &place.record.spec().name;
        match place.line {
            Some(line) => format!(
                "/{root}/{document}[{number}]/{record}[{}]/{element}",
                line + 1
            ),
            None if self.spec.is_flat() => format!("/{root}/{document}[{number}]/{element}"),
            None => format!("/{root}/{document}[{number}]/{record}/{element}"),
        }
    }

    /// Reports a finding on an element that may be absent.
    fn find(&mut self, code: &'static Code, place: Place<'_>, element: &str, text: String) {
        if self.report.is_full() {
            return;
        }
        let path = self.path(place, element);
        let value = place.record.get(element).unwrap_or("");
        let line = match place.record.line(element) {
            0 => place.record.line,
            line => line,
        };
        self.report
            .push(Finding::new(code, path, line, value, text));
    }

    fn signature(&mut self, message: &Message) {
        if self.spec.signature == SignatureDuty::RequiredByText && !message.has_signature {
            let path = format!("/{}/{}", self.spec.root, Trailer::Signature.name());
            let text = format!("{}必须签名", self.spec.chinese);
            self.report
                .push(Finding::new(&code::SIGNATURE_NEEDED, path, 1, "", text));
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

    fn shared(&mut self, record: &Record, name: String) {
        let root = &self.spec.root;
        field::check(
            record,
            self.profile,
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
            Kind::Ceb411 => trade::payment(self, head),
            Kind::Ceb513 => trade::waybill_status(self, head),
            Kind::Ceb621 => list::import(self, head, &lines),
            Kind::Ceb603 => list::export(self, head, &lines),
            Kind::Ceb213 => list::export_refund(self, head, &lines),
            Kind::Ceb507 | Kind::Ceb509 | Kind::Ceb607 => collective::parts(self, head),
            Kind::Ceb701 => collective::summary(self, head, &lines),
            Kind::Ceb312
            | Kind::Ceb412
            | Kind::Ceb511
            | Kind::Ceb512
            | Kind::Ceb514
            | Kind::Ceb622
            | Kind::Ceb623
            | Kind::Ceb624
            | Kind::Ceb625
            | Kind::Ceb626
            | Kind::Ceb711
            | Kind::Ceb712
            | Kind::Ceb816
            | Kind::Ceb818
            | Kind::Ceb900
            | Kind::Ceb304
            | Kind::Ceb403
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
        let path = |field: &FieldSpec| {
            let mut nothing = Report::default();
            Run {
                spec,
                profile: Profile::Strict,
                report: &mut nothing,
            }
            .path(place, &field.element)
        };
        field::check(place.record, self.profile, path, self.report);
    }

    /// Lines are numbered 1, 2, 3 … A refund names lines of the original list: any numbers, once.
    fn numbering(&mut self, kind: Kind, lines: &[Place<'_>]) {
        let free = matches!(kind, Kind::Ceb625 | Kind::Ceb213);
        let mut seen = HashSet::new();
        for (at, place) in lines.iter().enumerate() {
            let number = place
                .record
                .get("gnum")
                .and_then(|text| text.trim().parse::<i64>().ok());
            let Some(number) = number else { continue };
            let expected = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
            let good = if free {
                number > 0 && seen.insert(number)
            } else {
                number == expected
            };
            if !good {
                let text = if free {
                    format!("商品序号 {number} 重复或不大于零")
                } else {
                    format!("商品序号应为 {expected}，实际为 {number}")
                };
                self.find(&code::GNUM, *place, "gnum", text);
                return;
            }
        }
    }

    /// Total = price × quantity, within the tolerance. False when it is not.
    fn line_total(&mut self, place: Place<'_>) -> bool {
        let number = |element| number(place.record, element);
        let (Some(price), Some(qty), Some(total)) =
            (number("price"), number("qty"), number("totalPrice"))
        else {
            return true;
        };
        let Some(product) = price.checked_mul(qty) else {
            return true;
        };
        let difference = product
            .checked_sub(total)
            .map(|difference| difference.abs());
        if difference.is_some_and(|difference| difference > LINE_TOLERANCE) {
            let text = format!(
                "总价 {total} 不等于 单价 {price} × 数量 {qty} = {}",
                product.normalize()
            );
            self.find(&code::LINE_TOTAL, place, "totalPrice", text);
            return false;
        }
        true
    }

    /// Second unit and second quantity go together.
    fn second_unit(&mut self, place: Place<'_>) {
        let (unit, qty) = (place.record.filled("unit2"), place.record.filled("qty2"));
        if unit.is_some() != qty.is_some() {
            let missing = if unit.is_some() { "qty2" } else { "unit2" };
            let text = String::from("第二计量单位与第二数量必须成对填写");
            self.find(&code::SECOND_UNIT, place, missing, text);
        }
    }

    fn net_not_above_gross(&mut self, head: Place<'_>) {
        let number = |element| number(head.record, element);
        if let (Some(net), Some(gross)) = (number("netWeight"), number("grossWeight"))
            && net > gross
        {
            let text = format!("净重 {net} 大于毛重 {gross}");
            self.find(&code::WEIGHT, head, "netWeight", text);
        }
    }

    /// Elements that must have a value.
    fn need(&mut self, code: &'static Code, place: Place<'_>, elements: &[&str], why: &str) {
        for element in elements {
            if place.record.filled(element).is_none() {
                let text = format!("{why}必须填写{}", name(place.record, element));
                self.find(code, place, element, text);
            }
        }
    }

    /// Elements that must have no value.
    fn forbid(&mut self, code: &'static Code, place: Place<'_>, elements: &[&str], why: &str) {
        for element in elements {
            if place.record.filled(element).is_some() {
                let text = format!("{why}不应填写{}", name(place.record, element));
                self.find(code, place, element, text);
            }
        }
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
