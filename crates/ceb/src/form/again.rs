//! A draft of documents that were declared already (更正重报): their values, without what makes a
//! declaration the one it was. Guids and times are left out, so that the new message gets its own.

use super::{Draft, DraftDocument, DraftRecord, FormEntry, FormPlace};
use crate::message::{Message, Record};
use crate::spec::{FieldSpec, FieldType, RecordSpec};

/// Elements of a head that a new declaration gets anew.
const ANEW: [&str; 2] = ["guid", "appTime"];

/// Where something stands in a draft: document and line from 0, and the element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftElement {
    /// Document.
    pub document: usize,
    /// Line; none for the head.
    pub line: Option<usize>,
    /// Name of the element; empty when the whole record is meant.
    pub element: String,
}

impl Draft {
    /// The documents of a message as a draft that can be changed and declared again.
    #[must_use]
    pub fn again(message: &Message) -> Self {
        let documents = message.documents.iter().map(|document| DraftDocument {
            head: record(&document.head, &ANEW),
            lines: document
                .lines
                .iter()
                .map(|line| record(line, &[]))
                .collect(),
        });
        Self {
            kind: message.kind,
            guid: None,
            documents: documents.collect(),
            columns: Vec::new(),
        }
    }

    /// What a path of a finding, an `XPath` of the message or a pointer into the JSON form, means here.
    #[must_use]
    pub fn element_at(&self, path: &str) -> Option<DraftElement> {
        if let Some(rest) = path.strip_prefix("/documents/") {
            return pointed(rest);
        }
        let spot = self.spot(path)?;
        Some(DraftElement {
            document: spot.document,
            line: spot.line,
            element: spot.element.unwrap_or_default().to_owned(),
        })
    }

    /// The value of an element; nothing when it is empty or not there.
    #[must_use]
    pub fn value(&self, at: &DraftElement) -> Option<&str> {
        let document = self.documents.get(at.document)?;
        let record = match at.line {
            None => &document.head,
            Some(line) => document.lines.get(line)?,
        };
        record.entry(&at.element).map(|entry| entry.text.as_str())
    }

    /// Sets the value of an element; an empty one takes it away. Answers false when there is no such
    /// document, line or element.
    pub fn set(&mut self, at: &DraftElement, value: &str) -> bool {
        let Some((table, field)) = table_of(self, at.line.is_some(), &at.element) else {
            return false;
        };
        let Some(document) = self.documents.get_mut(at.document) else {
            return false;
        };
        let record = match at.line {
            None => Some(&mut document.head),
            Some(line) => document.lines.get_mut(line),
        };
        let Some(record) = record else {
            return false;
        };
        put(record, table, field, value);
        true
    }
}

/// `0/lines/2/qty`, as the JSON form writes it.
fn pointed(rest: &str) -> Option<DraftElement> {
    let mut steps = rest.split('/');
    let document = steps.next()?.parse().ok()?;
    let next = steps.next().unwrap_or_default();
    if next != "lines" {
        return Some(DraftElement {
            document,
            line: None,
            element: next.to_owned(),
        });
    }
    Some(DraftElement {
        document,
        line: Some(steps.next()?.parse().ok()?),
        element: steps.next().unwrap_or_default().to_owned(),
    })
}

fn table_of(
    draft: &Draft,
    is_line: bool,
    element: &str,
) -> Option<(&'static RecordSpec, &'static FieldSpec)> {
    let spec = draft.kind.spec();
    let table = if is_line {
        spec.lines.as_ref().map(|(table, _)| table)?
    } else {
        &spec.head
    };
    let field = table.field(element)?;
    (field.kind != FieldType::Xml).then_some((table, field))
}

fn record(record: &Record, without: &[&str]) -> DraftRecord {
    let table = record.spec();
    let is_text = |element: &str| {
        table
            .field(element)
            .is_some_and(|f| f.kind != FieldType::Xml)
    };
    let entries = record
        .iter()
        .filter(|(element, value)| {
            !value.is_empty() && !without.contains(element) && is_text(element)
        })
        .map(|(element, value)| FormEntry {
            element,
            text: value.to_owned(),
            place: FormPlace::default(),
        });
    DraftRecord {
        entries: entries.collect(),
        row: 0,
    }
}

/// Puts a value where the table has it: a message has its elements in a fixed order.
fn put(
    record: &mut DraftRecord,
    table: &'static RecordSpec,
    field: &'static FieldSpec,
    value: &str,
) {
    record
        .entries
        .retain(|entry| entry.element != field.element);
    if value.is_empty() {
        return;
    }
    record.entries.push(FormEntry {
        element: &field.element,
        text: value.to_owned(),
        place: FormPlace::default(),
    });
    record
        .entries
        .sort_by_key(|entry| table.position(entry.element));
}

#[cfg(test)]
mod tests {
    use super::super::{Draft, FormOrigin};
    use super::DraftElement;
    use crate::sample::{self, Spec};
    use crate::{Kind, Profile, parse, sniff};

    #[test]
    fn a_declared_message_becomes_a_draft_that_can_be_changed_and_declared_again() {
        let xml = sample::message(&Spec::new(Kind::Ceb621, 3));
        let parsed = parse(xml.as_bytes(), Profile::Strict);
        let mut draft = Draft::again(&parsed.message.unwrap());
        let at = |path: &str| draft.element_at(path).unwrap();
        let line = at("/documents/0/lines/1/qty");
        assert_eq!(
            (line.document, line.line, line.element.as_str()),
            (0, Some(1), "qty")
        );
        let head = at("/documents/0/copNo");
        assert_eq!((head.line, head.element.as_str()), (None, "copNo"));
        assert_eq!(
            draft.value(&DraftElement {
                element: "guid".into(),
                ..head.clone()
            }),
            None
        );
        assert!(draft.value(&line).is_some());
        assert!(draft.set(&line, "7"));
        assert!(draft.set(
            &DraftElement {
                element: "note".into(),
                ..head.clone()
            },
            "更正"
        ));
        for wrong in [
            DraftElement {
                document: 1,
                ..head.clone()
            },
            DraftElement {
                line: Some(99),
                ..line.clone()
            },
            DraftElement {
                element: "noSuchElement".into(),
                ..head
            },
        ] {
            assert!(!draft.set(&wrong, "1"), "{wrong:?}");
        }
        let origin = FormOrigin {
            code: "1105910000".to_owned(),
            name: "样例".to_owned(),
            dxp_id: "DXPENT0000000001".to_owned(),
            time14: "20261128183000".to_owned(),
            signature_frame: true,
        };
        let made = draft.make(&origin, |_| [7; 16]).remove(0);
        assert!(made.xml.contains("<ceb:qty>7</ceb:qty>") && made.xml.contains("更正"));
        assert!(
            made.xml.contains("20261128183000"),
            "the time is that of the new declaration"
        );
        assert!(
            !made.xml.contains(&parsed_guid(&xml)),
            "the guid is another one"
        );
    }

    fn parsed_guid(xml: &str) -> String {
        sniff(xml.as_bytes()).unwrap().guid.clone()
    }
}
