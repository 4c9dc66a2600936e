//! Places (所指元素): the elements that an explanation is about, in which document, with their values.

use super::Explanation;
use super::said::said;
use super::table::{self, Entry};
use crate::kind::{Direction, Kind};
use crate::parse::parse;
use crate::personal;
use crate::profile::Profile;
use crate::{Document, Record};

/// An element that an explanation is about (所指元素).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementPlace {
    /// The declared kind that has it; `None` for a name that no table has.
    pub kind: Option<Kind>,
    /// The record: `OrderHead`.
    pub record: String,
    /// The element: `acturalPaid`.
    pub element: String,
    /// Its Chinese name.
    pub chinese: String,
    /// The value that the receipt gives, masked when it is personal.
    pub said: Option<String>,
    /// The value in the company's own message, masked when it is personal.
    pub value: Option<String>,
    /// The line of the company's own message.
    pub line: Option<u32>,
    /// The place in the company's own message, as a path.
    pub path: Option<String>,
}

/// Names of a text that stand for no element of a message.
fn known_name(element: &str) -> Option<&'static str> {
    Some(match element {
        "totalPrice" => "累计金额",
        "limitPrice" => "限值",
        _ => return None,
    })
}

/// The places of entries, with what the text says of them; then what else the text names.
pub(super) fn places(direction: Direction, entries: &[&Entry], info: &str) -> Vec<ElementPlace> {
    let is_element = |record: &str, element: &str| {
        let directions = [Direction::Import, Direction::Export];
        directions
            .iter()
            .any(|direction| table::declaration(*direction, record, element).is_some())
    };
    let said = said(info, is_element);
    let mut places: Vec<ElementPlace> = Vec::new();
    for (record, element) in entries.iter().flat_map(|entry| &entry.places) {
        let is_there = |place: &ElementPlace| place.record == *record && place.element == *element;
        if !places.iter().any(is_there) {
            places.push(place(direction, record, element));
        }
    }
    for one in said {
        let masked = Some(personal::masked(one.element, one.value));
        let known = places.iter_mut().find(|place| {
            let is_record = one.record.is_empty() || place.record == one.record;
            is_record && place.element == one.element && place.said.is_none()
        });
        if let Some(place) = known {
            place.said = masked;
        } else if !one.record.is_empty() || known_name(one.element).is_some() {
            let mut place = place(direction, one.record, one.element);
            place.said = masked;
            places.push(place);
        }
    }
    places
}

fn place(direction: Direction, record: &str, element: &str) -> ElementPlace {
    let found = table::declaration(direction, record, element);
    let name = found.map(|(_, name)| name).or_else(|| known_name(element));
    ElementPlace {
        kind: found.map(|(kind, _)| kind),
        record: record.to_owned(),
        element: element.to_owned(),
        chinese: name.unwrap_or(element).to_owned(),
        said: None,
        value: None,
        line: None,
        path: None,
    }
}

/// Finds the places in the company's own message: in the document of this number (from 1), the
/// value and the line. What other documents hold stays open.
pub fn locate(explanations: &mut [(usize, &mut Explanation)], bytes: &[u8]) {
    let is_wanted = |explanation: &Explanation| {
        let places = explanation.places.iter();
        places.clone().any(|place| place.kind.is_some())
    };
    if !explanations.iter().any(|(_, one)| is_wanted(one)) {
        return;
    }
    let Some(message) = parse(bytes, Profile::Down).message else {
        return;
    };
    for (number, explanation) in explanations {
        let document = number
            .checked_sub(1)
            .and_then(|at| message.documents.get(at));
        if let Some(document) = document {
            locate_in(explanation, message.kind, *number, document);
        }
    }
}

/// Finds the places that this document (its kind, its number from 1) holds. What was found before
/// stays.
pub fn locate_in(explanation: &mut Explanation, kind: Kind, number: usize, document: &Document) {
    let own = |place: &&mut ElementPlace| place.kind == Some(kind) && place.value.is_none();
    for place in explanation.places.iter_mut().filter(own) {
        fill(place, kind, number, document);
    }
}

fn fill(place: &mut ElementPlace, kind: Kind, number: usize, document: &Document) {
    let spec = kind.spec();
    let base = format!("/{}/{}[{number}]", spec.root, spec.document);
    let found = if place.record == spec.head.name {
        let record = if spec.is_flat() {
            String::new()
        } else {
            format!("/{}", place.record)
        };
        Some((&document.head, record))
    } else {
        // Of many lines the one that holds what the receipt says; the only one when there is one.
        let holds = |line: &Record| {
            let said = place.said.as_deref();
            let value = line.get(&place.element).unwrap_or_default();
            said == Some(&personal::masked(&place.element, value))
        };
        let at = match document.lines.len() {
            1 => Some(0),
            _ => document.lines.iter().position(holds),
        };
        at.and_then(|at| {
            let line = document.lines.get(at)?;
            Some((line, format!("/{}[{}]", place.record, at + 1)))
        })
    };
    let Some((record, step)) = found else { return };
    if let Some(value) = record.get(&place.element) {
        place.value = Some(personal::masked(&place.element, value));
        place.line = Some(record.line(&place.element)).filter(|line| *line > 0);
        place.path = Some(format!("{base}{step}/{}", place.element));
    }
}
