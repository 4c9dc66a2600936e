//! Message (报文) as a value: what `parse` gives back and what keys, checks and receipts read.
//!
//! A record keeps its values in one string and finds them by position, so a message with thousands
//! of lines costs two allocations per record and none per field.

use std::ops::Range;

use rust_decimal::Decimal;

use crate::kind::Kind;
pub use crate::number::decimal;
use crate::spec::RecordSpec;

/// A message (报文).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its kind.
    pub kind: Kind,
    /// Message number (报文编号), attribute `guid` of the root.
    pub guid: String,
    /// Attribute `version` of the root.
    pub version: String,
    /// Its documents (单证).
    pub documents: Vec<Document>,
    /// Transfer entity (基础报文传输实体); receipts have none.
    pub base_transfer: Option<Record>,
    /// Receipt subscriptions (基础回执订阅实体).
    pub base_subscribes: Vec<Record>,
    /// Whether there is a signature element; whether it is right is another question.
    pub has_signature: bool,
}

/// A document (单证): an order, a list, one receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Head (表头); all fields of a flat document.
    pub head: Record,
    /// Lines (表体).
    pub lines: Vec<Record>,
    /// Where the document's element stands in the input, in bytes.
    pub span: Range<usize>,
}

/// Where a value lies in the record's text, and on which line of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    start: u32,
    end: u32,
    line: u32,
}

const ABSENT: Slot = Slot {
    start: u32::MAX,
    end: u32::MAX,
    line: 0,
};

/// Room set aside per value, in bytes; about what a value needs.
const VALUE_BYTES: usize = 16;

/// A record (实体): values by element name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    spec: &'static RecordSpec,
    pub(crate) text: String,
    slots: Box<[Slot]>,
    /// Line of the record's start tag.
    pub(crate) line: u32,
    /// Fields with a schema finding: the rules leave them alone. Bit n is field n.
    pub(crate) faulty: u64,
    /// Elements of the tax bill that real messages carry although the schema has none (816).
    pub(crate) extra: Vec<(String, String)>,
}

impl Record {
    /// A record without values.
    #[must_use]
    pub fn new(spec: &'static RecordSpec) -> Self {
        let slots = vec![ABSENT; spec.fields.len()].into_boxed_slice();
        Self {
            spec,
            text: String::with_capacity(spec.fields.len() * VALUE_BYTES),
            slots,
            line: 0,
            faulty: 0,
            extra: Vec::new(),
        }
    }

    /// The record's table.
    #[must_use]
    pub fn spec(&self) -> &'static RecordSpec {
        self.spec
    }

    /// The value of an element as sent; `None` when the element is absent.
    #[must_use]
    pub fn get(&self, element: &str) -> Option<&str> {
        match self.spec.position(element) {
            Some(at) => self.at(at),
            None => self
                .extra
                .iter()
                .find(|(name, _)| name == element)
                .map(|(_, value)| &**value),
        }
    }

    /// The value of an element, unless it is absent or empty.
    #[must_use]
    pub fn filled(&self, element: &str) -> Option<&str> {
        self.get(element).filter(|value| !value.is_empty())
    }

    /// The value as an exact number; `None` when absent or not a number.
    #[must_use]
    pub fn decimal(&self, element: &str) -> Option<Decimal> {
        decimal(self.get(element)?)
    }

    /// Line of the input on which the element stands; 0 when absent.
    #[must_use]
    pub fn line(&self, element: &str) -> u32 {
        self.spec.position(element).map_or(0, |at| self.line_at(at))
    }

    /// Elements that are present and their values, in schema order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = &self.spec.fields;
        fields
            .iter()
            .enumerate()
            .filter_map(|(at, field)| Some((&*field.element, self.at(at)?)))
    }

    pub(crate) fn at(&self, at: usize) -> Option<&str> {
        let slot = self.slots.get(at)?;
        self.text.get(slot.start as usize..slot.end as usize)
    }

    pub(crate) fn line_at(&self, at: usize) -> u32 {
        self.slots.get(at).map_or(0, |slot| slot.line)
    }

    pub(crate) fn has(&self, at: usize) -> bool {
        self.slots
            .get(at)
            .is_some_and(|slot| slot.start != u32::MAX)
    }

    /// The value that was just appended to the text, from `start` to its end, belongs to field `at`.
    pub(crate) fn put(&mut self, at: usize, start: usize, line: u32) {
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(self.text.len())) else {
            return;
        };
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Slot { start, end, line };
        }
    }
}
