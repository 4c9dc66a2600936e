//! Form (表单): a message as people and simple programs write it, instead of XML.
//!
//! Two forms of every declaration follow from the tables, with no line of code for a kind:
//!
//! * JSON ([`members`]): `{"kind": "CEB311", "documents": [{"orderNo": "…", "lines": [{…}]}]}`, with
//!   the element names of the standard.
//! * A sheet of rows ([`grid`]): a row of element names, then a row for each line of goods; rows with
//!   the same document key belong together.
//!
//! Both give a [`Draft`], which remembers where each value stood. [`Draft::make`] writes the XML with
//! our own writer and fills in what the sender knows anyway: the guids, the transfer entity, the time,
//! line numbers, and elements that have only one allowed value. Whatever `parse` then finds in the XML
//! is told at the cell or line it came from ([`Draft::place`]).
//!
//! Guids are a hash of the content, so that the same form handed in twice is the same message. A
//! document that shall be declared again gets another time (`appTime`).

mod again;
mod column;
pub mod grid;
pub mod json;
pub mod members;
#[cfg(test)]
mod tests;
pub mod xlsx;

use std::collections::HashSet;

use crate::kind::Kind;
use crate::parse::parse_under;
use crate::spec::{FieldSpec, RecordSpec, SignatureDuty};
use crate::terms::Terms;
use crate::write::{DocumentValues, MessageWriter, RecordValues};
use crate::{Finding, code};

pub use again::DraftElement;
pub use column::{Column, ColumnPart, columns, fixed_columns, kind_of_name, sample_rows};

/// A value and where it stood: the row (of a sheet, or the line of a text) and the column (0 in a
/// text), both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormEntry {
    /// Element name.
    pub element: &'static str,
    /// The value as it will be written.
    pub text: String,
    /// Where it stood.
    pub place: FormPlace,
}

/// Where in the form something stands (表单位置).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormPlace {
    /// Row of the sheet or line of the text, from 1; 0 when unknown.
    pub row: u32,
    /// Column of the sheet, from 1; 0 in a text.
    pub column: u32,
}

impl FormPlace {
    /// The name of the cell: `C7`; nothing in a text.
    #[must_use]
    pub fn cell(self) -> Option<String> {
        (self.column > 0).then(|| xlsx::cell_name(self.row, self.column))
    }
}

/// A head or a line of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftRecord {
    /// Values that are not empty.
    pub entries: Vec<FormEntry>,
    /// Row where it begins.
    pub row: u32,
}

impl DraftRecord {
    /// The entry of an element.
    #[must_use]
    pub fn entry(&self, element: &str) -> Option<&FormEntry> {
        self.entries.iter().find(|entry| entry.element == element)
    }

    fn text(&self, element: &str) -> Option<&str> {
        self.entry(element).map(|entry| &*entry.text)
    }
}

/// A document of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftDocument {
    /// Head, or all elements of a flat document.
    pub head: DraftRecord,
    /// Lines.
    pub lines: Vec<DraftRecord>,
}

/// A message in the making (草稿): documents with the places of their values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Kind.
    pub kind: Kind,
    /// Guid of the message, if the form gives one.
    pub guid: Option<String>,
    /// Documents; a sheet may hold more than a message can carry.
    pub documents: Vec<DraftDocument>,
    /// Columns of the sheet; none in a text.
    pub columns: Vec<(ColumnPart, &'static str, u32)>,
}

/// What the platform knows about the sender and the moment (传输企业与时刻).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormOrigin {
    /// Company code for `BaseTransfer/copCode`.
    pub code: String,
    /// Registered name.
    pub name: String,
    /// Transmission account.
    pub dxp_id: String,
    /// Beijing time, 14 digits, for `appTime` where the form leaves it open.
    pub time14: String,
    /// Whether kinds that must be signed get a frame that stands in for a signature; only where
    /// customs is a simulator.
    pub signature_frame: bool,
}

/// A message made of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeMessage {
    /// The XML.
    pub xml: String,
    /// Guid of its root.
    pub guid: String,
    /// Place of its first document in the draft, from 0.
    pub first: usize,
    /// Its documents.
    pub n_documents: usize,
}

/// A finding with its place in the form (定位的问题).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedFinding {
    /// What is wrong.
    pub finding: Finding,
    /// Where it stands in the form.
    pub place: FormPlace,
}

/// Where a path of a finding points: document and line from 0, and the element.
#[derive(Debug, PartialEq, Eq)]
struct Spot<'p> {
    document: usize,
    line: Option<usize>,
    element: Option<&'p str>,
}

impl Draft {
    /// Writes the messages: one for as many documents as a message of this kind may carry. `hash`
    /// names content; equal content gets equal guids.
    pub fn make(&self, origin: &FormOrigin, hash: impl Fn(&[u8]) -> [u8; 16]) -> Vec<MadeMessage> {
        let most = match self.kind.spec().documents.max {
            crate::spec::UNBOUNDED => usize::MAX,
            max => max as usize,
        };
        let chunks = self.documents.chunks(most.max(1));
        let mut first = 0;
        let mut made = Vec::new();
        for documents in chunks {
            made.push(self.make_one(documents, first, origin, &hash));
            first += documents.len();
        }
        made
    }

    fn make_one(
        &self,
        documents: &[DraftDocument],
        first: usize,
        origin: &FormOrigin,
        hash: &impl Fn(&[u8]) -> [u8; 16],
    ) -> MadeMessage {
        let content = content(self.kind, documents);
        let name = |number: usize| guid(hash(format!("{number}\n{content}").as_bytes()));
        let root = match &self.guid {
            Some(guid) if first == 0 => guid.clone(),
            Some(_) | None => name(0),
        };
        let values: Vec<DocumentValues> = documents
            .iter()
            .zip(1..)
            .map(|(document, number)| self.document(document, name(number), origin))
            .collect();
        let transfer = [
            ("copCode", &*origin.code),
            ("copName", &*origin.name),
            ("dxpMode", "DXP"),
            ("dxpId", &*origin.dxp_id),
        ]
        .map(|(element, value)| (element.to_owned(), value.to_owned()));
        let mut writer =
            MessageWriter::new(self.kind, &root, &values).base_transfer(transfer.as_slice());
        let must_sign = matches!(
            self.kind.spec().signature,
            SignatureDuty::Required | SignatureDuty::RequiredByText
        );
        if origin.signature_frame && must_sign {
            writer = writer.signature_frame();
        }
        MadeMessage {
            xml: writer.finish(),
            guid: root,
            first,
            n_documents: documents.len(),
        }
    }

    fn document(
        &self,
        document: &DraftDocument,
        guid: String,
        origin: &FormOrigin,
    ) -> DocumentValues {
        let spec = self.kind.spec();
        let mut head = values(&document.head, &spec.head);
        fill(&mut head, &spec.head, "guid", guid);
        fill(&mut head, &spec.head, "appTime", origin.time14.clone());
        let Some((table, _)) = &spec.lines else {
            return DocumentValues {
                head,
                lines: Vec::new(),
            };
        };
        let lines = document.lines.iter().zip(1..).map(|(line, number)| {
            let mut values = values(line, table);
            if !names_foreign_lines(self.kind) {
                fill(&mut values, table, "gnum", u32::to_string(&number));
            }
            values
        });
        DocumentValues {
            head,
            lines: lines.collect(),
        }
    }

    /// Everything that is wrong with a message made of this draft, each at its place.
    #[must_use]
    pub fn check(&self, made: &MadeMessage, terms: &Terms<'_>) -> Vec<PlacedFinding> {
        let parsed = parse_under(made.xml.as_bytes(), terms);
        parsed
            .findings
            .into_iter()
            .map(|mut finding| {
                let place = self.place(made, &finding.path);
                finding.line = place.row;
                if self.columns.is_empty() {
                    finding.path = self.pointer(made, &finding.path);
                }
                PlacedFinding { finding, place }
            })
            .collect()
    }

    /// Where the element that an `XPath` names stands in the form; of an absent one, where it
    /// should stand.
    #[must_use]
    pub fn place(&self, made: &MadeMessage, path: &str) -> FormPlace {
        self.place_from(made.first, path)
    }

    /// The same for a message whose first document is this one of the draft, from 0.
    #[must_use]
    pub fn place_from(&self, first: usize, path: &str) -> FormPlace {
        let nowhere = FormPlace::default();
        let Some(spot) = self.spot(path) else {
            return nowhere;
        };
        let Some(document) = self.documents.get(first + spot.document) else {
            return nowhere;
        };
        let (part, record) = match spot.line.map(|at| document.lines.get(at)) {
            Some(Some(line)) => (ColumnPart::Line, line),
            Some(None) | None => (ColumnPart::Head, &document.head),
        };
        let element = spot.element.unwrap_or_default();
        if let Some(entry) = record.entry(element) {
            return entry.place;
        }
        let column = |part: ColumnPart, element: &str| {
            let mut columns = self.columns.iter();
            columns.find(|(of, name, _)| *of == part && *name == element)
        };
        let key = self
            .kind
            .spec()
            .key
            .iter()
            .rev()
            .find_map(|name| column(ColumnPart::Head, name));
        let column = column(part, element).or(key).or(self.columns.first());
        FormPlace {
            row: record.row,
            column: column.map_or(0, |(_, _, column)| *column),
        }
    }

    /// The JSON pointer (RFC 6901) for an `XPath`.
    fn pointer(&self, made: &MadeMessage, path: &str) -> String {
        let Some(spot) = self.spot(path) else {
            return path.to_owned();
        };
        let mut pointer = format!("/documents/{}", made.first + spot.document);
        if let Some(line) = spot.line {
            pointer.push_str(&format!("/lines/{line}"));
        }
        if let Some(element) = spot.element {
            pointer.push('/');
            pointer.push_str(element);
        }
        pointer
    }

    fn spot<'p>(&self, path: &'p str) -> Option<Spot<'p>> {
        let spec = self.kind.spec();
        let mut steps = path.strip_prefix('/')?.split('/');
        steps.next().filter(|root| *root == spec.root)?;
        let (name, document) = numbered(steps.next()?);
        if name != spec.document {
            return None;
        }
        let mut spot = Spot {
            document: document.checked_sub(1)?,
            line: None,
            element: None,
        };
        let rest: Vec<&str> = steps.collect();
        let inside = match rest.first().map(|step| numbered(step)) {
            Some((name, _)) if !spec.is_flat() && name == spec.head.name => &rest[1..],
            Some((name, number)) if spec.lines.as_ref().is_some_and(|(t, _)| t.name == name) => {
                spot.line = number.checked_sub(1);
                &rest[1..]
            }
            Some(_) | None => &rest[..],
        };
        spot.element = inside.first().copied();
        Some(spot)
    }
}

/// All findings of a form: those of the form itself, and those of the messages made of it that are
/// not the same mistake seen again (a bad cell is also a missing value).
#[must_use]
pub fn join(form: Vec<PlacedFinding>, checked: Vec<PlacedFinding>) -> Vec<PlacedFinding> {
    let spots: HashSet<(FormPlace, String)> = form.iter().map(spot_of).collect();
    let mut all = form;
    let new = checked
        .into_iter()
        .filter(|placed| !spots.contains(&spot_of(placed)));
    all.extend(new);
    all.sort_by_key(|placed| placed.place);
    all
}

/// In a sheet a finding is known by its cell, in a text by its path.
fn spot_of(placed: &PlacedFinding) -> (FormPlace, String) {
    match placed.place.column {
        0 => (FormPlace::default(), placed.finding.path.clone()),
        _ => (placed.place, String::new()),
    }
}

/// `OrderList[2]` is `OrderList` and 2; without a number 1.
fn numbered(step: &str) -> (&str, usize) {
    match step.split_once('[') {
        Some((name, number)) => (name, number.trim_end_matches(']').parse().unwrap_or(1)),
        None => (step, 1),
    }
}

/// A refund names lines of the original list by their number: those cannot be counted anew.
fn names_foreign_lines(kind: Kind) -> bool {
    matches!(kind, Kind::Ceb625 | Kind::Ceb213)
}

/// The values of a record, with those that can only be one thing.
fn values(record: &DraftRecord, table: &RecordSpec) -> RecordValues {
    let mut values: RecordValues = record
        .entries
        .iter()
        .map(|entry| (entry.element.to_owned(), entry.text.clone()))
        .collect();
    for field in &table.fields {
        if let Some(only) = only_value(field) {
            fill(&mut values, table, &field.element, only.to_owned());
        }
    }
    values
}

fn fill(values: &mut RecordValues, table: &RecordSpec, element: &str, value: String) {
    let is_there = values.iter().any(|(name, _)| name == element);
    if !is_there && table.field(element).is_some() {
        values.push((element.to_owned(), value));
    }
}

/// The one value that a required element may have, if there is only one.
#[must_use]
pub fn only_value(field: &FieldSpec) -> Option<&str> {
    if !field.required {
        return None;
    }
    if let Some(fixed) = field.fixed() {
        return Some(fixed);
    }
    field
        .list()
        .filter(|list| list.len() == 1)
        .and_then(|list| list.first())
        .map(|value| &**value)
}

/// The content of documents as one text, the same whatever form they came in.
fn content(kind: Kind, documents: &[DraftDocument]) -> String {
    let spec = kind.spec();
    let mut out = String::from(kind.code());
    let mut record = |table: &RecordSpec, record: &DraftRecord| {
        out.push('\u{1}');
        for field in &table.fields {
            if let Some(text) = record.text(&field.element) {
                out.push_str(&field.element);
                out.push('\u{2}');
                out.push_str(text);
                out.push('\u{3}');
            }
        }
    };
    for document in documents {
        record(&spec.head, &document.head);
        if let Some((table, _)) = &spec.lines {
            document.lines.iter().for_each(|line| record(table, line));
        }
    }
    out
}

/// A guid of 36 upper-case characters from 16 bytes, marked as version 8 (own content).
fn guid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0F) | 0x80;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let hex = data_encoding::HEXUPPER.encode(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// A finding of the form itself.
fn finding(
    code: &'static code::Code,
    path: String,
    place: FormPlace,
    value: &str,
    text: String,
) -> PlacedFinding {
    PlacedFinding {
        finding: Finding::new(code, path, place.row, value, text),
        place,
    }
}
