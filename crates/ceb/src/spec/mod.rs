//! The message standard as data (报文规范表).
//!
//! One readable table per kind lies in `crates/ceb/spec/`. It is the single source of the parser,
//! the field checks, the writer, our own XSD, the reference pages and the samples: what a table can
//! say is not written in Rust again. The tables were derived from the official schemas of 202205
//! and the text of the standard of the same year.
//!
//! A table has a head (`key | value` lines) and one block per record (`[OrderHead]`), with one line
//! per element: `element | 中文名 | type | presence | rules | note`.
//!
//! * type: `C36` exactly 36 characters, `C1..60` 1 to 60, `C0..` no limit, a trailing `~` collapses
//!   white space first; `N19,5` decimal with 19 digits of which 5 after the point; `int`, `int9`
//!   integer of at most 9 digits; `xml` any XML.
//! * presence: `R` the schema requires the element, `O` it may be absent; a `!` says that the text
//!   of the standard requires a non-empty value although the schema does not.
//! * rules: words separated by blanks, see [`Rule`].
//!
//! Tables are parsed once, at first use. A malformed table is found by the tests of this module;
//! in a running program it would leave the kind without fields rather than panic.

mod embedded;
mod of_kind;
mod standard;
mod table;
#[cfg(test)]
mod tests;

pub use standard::{CURRENT, KEPT_MAX, OVERLAY_BYTES_MAX, Standard, is_day};

use std::sync::LazyLock;

pub use crate::code_table::CodeTable;
use crate::kind::{Direction, Kind};

/// No upper bound in the schema (`maxOccurs="unbounded"`).
pub const UNBOUNDED: u32 = u32::MAX;

/// Who sends a kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderRole {
    /// Declaration (申报报文): company to customs.
    Declaration,
    /// Receipt (回执): customs to company, answers one declaration.
    Receipt,
    /// Notice (通知): customs to company, unasked (816, 818, 792, 900).
    Notice,
}

/// Whether a message of this kind must carry a signature (签名要求).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureDuty {
    /// Receipts and notices carry none.
    None,
    /// The company may sign.
    Optional,
    /// The text of the standard requires it, the schema does not (export).
    RequiredByText,
    /// The schema requires it.
    Required,
}

/// How often an element may appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurs {
    /// At least so many.
    pub min: u32,
    /// At most so many; [`UNBOUNDED`] when there is no limit.
    pub max: u32,
}

/// What stands after the documents of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Trailer {
    /// Transfer entity (基础报文传输实体).
    #[strum(serialize = "BaseTransfer")]
    BaseTransfer,
    /// Receipt subscription (基础回执订阅实体).
    #[strum(serialize = "BaseSubscribe")]
    BaseSubscribe,
    /// Custom data (扩展自定义数据实体).
    #[strum(serialize = "ExtendMessage")]
    ExtendMessage,
    /// XML signature (签名).
    #[strum(serialize = "Signature")]
    Signature,
}

impl Trailer {
    /// The element name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Type of an element's value (数据类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text; lengths in characters, not bytes.
    Text {
        /// Fewest characters.
        min: u32,
        /// Most characters; [`UNBOUNDED`] when there is no limit.
        max: u32,
        /// White space is collapsed before counting.
        collapse: bool,
    },
    /// `xs:decimal`.
    Decimal {
        /// Digits in all, leading and trailing zeros not counted.
        total: u32,
        /// Digits after the point, trailing zeros not counted.
        fraction: u32,
    },
    /// `xs:int` with at most `digits` digits.
    Int {
        /// Most digits; [`UNBOUNDED`] when only the range of `xs:int` counts.
        digits: u32,
    },
    /// Any XML (`ExtendMessage/Message`).
    Xml,
}

/// A deviation seen in real messages, which the lenient profile only warns about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wild {
    /// The required element is absent.
    Missing,
    /// The optional element is present but empty.
    Empty,
    /// The element stands at another place.
    Order,
    /// The value has up to so many characters.
    Length(u32),
}

/// A rule on one value, as written in the rules column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// `fixed=142`: the schema allows only this value, or an empty element.
    Fixed(String),
    /// `default=1`: an empty element means this value.
    Default(String),
    /// `in=1,2,3`: one of these values.
    In(Vec<String>),
    /// `time14`: a real time, `YYYYMMDDhhmmss`.
    Time14,
    /// `time17`: a real time with milliseconds, `YYYYMMDDhhmmssSSS`.
    Time17,
    /// `date8`: a real date, `YYYYMMDD`.
    Date8,
    /// `company` or `company,无`: a customs registration code or credit code, or one of the words.
    Company(Vec<String>),
    /// `name`: not blank and not a filler such as `无`.
    Name,
    /// `identity`: a resident identity number with a right check digit.
    Identity,
    /// `nonneg`: not below zero.
    NotNegative,
    /// `positive`: above zero.
    Positive,
    /// `digits10`: exactly so many digits.
    Digits(u32),
    /// `half`: half-width characters only.
    HalfWidth,
    /// `assigned`: written by the E-Port, never by the company.
    Assigned,
    /// `table=unit`: a code of this table.
    Table(CodeTable),
    /// `wild=missing,empty`: deviations seen in real messages.
    Wild(Vec<Wild>),
}

/// One element with a value (数据项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSpec {
    /// Element name, as in the official schema.
    pub element: String,
    /// Chinese name (中文名).
    pub chinese: String,
    /// Type and length.
    pub kind: FieldType,
    /// The schema requires the element.
    pub required: bool,
    /// The text of the standard requires a non-empty value although the schema does not.
    pub required_by_text: bool,
    /// Rules on the value.
    pub rules: Vec<Rule>,
    /// Chinese note for the companies.
    pub note: String,
}

/// `订单编号（orderNo）`: how a finding names an element.
pub(crate) fn label(field: &FieldSpec) -> String {
    format!("{}（{}）", field.chinese, field.element)
}

impl FieldSpec {
    /// What a code means, in Chinese: by its code table, else by the note of the standard
    /// (`1 新增，2 变更，3 删除`).
    #[must_use]
    pub fn meaning(&self, value: &str) -> Option<&str> {
        let Some(codes) = self.table() else {
            return self.note.split(['，', '；']).find_map(|one| {
                let (codes, word) = one.split_once(' ')?;
                codes.split('/').any(|code| code == value).then_some(word)
            });
        };
        crate::code_table::chinese(codes, value)
    }

    /// The value that the schema fixes, if it does.
    #[must_use]
    pub fn fixed(&self) -> Option<&str> {
        self.rules.iter().find_map(|rule| {
            if let Rule::Fixed(value) = rule {
                Some(&**value)
            } else {
                None
            }
        })
    }

    /// The value that an empty element means, if the schema says so.
    #[must_use]
    pub fn default_value(&self) -> Option<&str> {
        self.rules.iter().find_map(|rule| {
            if let Rule::Fixed(value) | Rule::Default(value) = rule {
                Some(&**value)
            } else {
                None
            }
        })
    }

    /// The values from which the element has one, if they are listed.
    #[must_use]
    pub fn list(&self) -> Option<&[String]> {
        self.rules.iter().find_map(|rule| {
            if let Rule::In(values) = rule {
                Some(values.as_slice())
            } else {
                None
            }
        })
    }

    /// The code table (代码表) of the element, if it has one.
    #[must_use]
    pub fn table(&self) -> Option<CodeTable> {
        self.rules.iter().find_map(|rule| {
            if let Rule::Table(table) = rule {
                Some(*table)
            } else {
                None
            }
        })
    }

    /// The number of digits that the element must have, if the text says so.
    #[must_use]
    pub fn digits(&self) -> Option<usize> {
        self.rules.iter().find_map(|rule| {
            if let Rule::Digits(n) = rule {
                Some(*n as usize)
            } else {
                None
            }
        })
    }

    /// Whether real messages are known to deviate in this way.
    #[must_use]
    pub fn is_wild(&self, wild: Wild) -> bool {
        self.rules
            .iter()
            .any(|rule| matches!(rule, Rule::Wild(list) if list.contains(&wild)))
    }
}

/// A record (实体): a fixed sequence of elements with values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSpec {
    /// Element name: `OrderHead`.
    pub name: String,
    /// Its elements in schema order.
    pub fields: Vec<FieldSpec>,
}

impl RecordSpec {
    /// Position of an element.
    #[must_use]
    pub fn position(&self, element: &str) -> Option<usize> {
        self.fields
            .iter()
            .position(|field| field.element == element)
    }

    /// The element's line of the table.
    #[must_use]
    pub fn field(&self, element: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.element == element)
    }
}

/// The table of one message kind (报文规范表).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSpec {
    /// The kind.
    pub kind: Kind,
    /// Chinese name.
    pub chinese: String,
    /// Direction; `None` for `CEB900`.
    pub direction: Option<Direction>,
    /// Who sends it.
    pub role: SenderRole,
    /// Who declares it, in Chinese.
    pub who: String,
    /// Root element.
    pub root: String,
    /// Document element: `Order`.
    pub document: String,
    /// Documents per message.
    pub documents: Occurs,
    /// The head record; of a flat document, the document itself.
    pub head: RecordSpec,
    /// The line record (表体) and how many lines a document may have.
    pub lines: Option<(RecordSpec, Occurs)>,
    /// What follows the documents, in order.
    pub trailer: Vec<(Trailer, Occurs)>,
    /// Whether it must be signed.
    pub signature: SignatureDuty,
    /// Elements of the business key (业务主键), in the order of the key's text.
    pub key: Vec<String>,
    /// The receipt that answers it.
    pub receipt: Option<Kind>,
    /// The declaration that it answers.
    pub declares: Option<Kind>,
    /// Chinese note.
    pub note: String,
}

impl MessageSpec {
    /// A flat document holds its fields itself and has neither head nor lines (513, 623, 403 …).
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.head.name == self.document
    }

    /// The record of a shared entity of this kind's family.
    #[must_use]
    pub fn shared(&self, trailer: Trailer) -> Option<&'static RecordSpec> {
        shared(self.direction?, trailer)
    }
}

static TABLES: LazyLock<Vec<MessageSpec>> = LazyLock::new(|| {
    Kind::ALL
        .iter()
        .zip(embedded::MESSAGES)
        .map(|(kind, text)| table::message(*kind, text).0)
        .collect()
});

static SHARED: LazyLock<[Vec<RecordSpec>; 2]> = LazyLock::new(|| {
    [
        table::records(embedded::SHARED_IMPORT).0,
        table::records(embedded::SHARED_EXPORT).0,
    ]
});

/// Elements of the transport message in which receipts come.
const OF_ENVELOPE: [&str; 3] = ["DxpMsg", "DxpMsgSv", "TransInfo"];

/// Whether the standard has an element of this name, in any case.
pub(crate) fn is_name(name: &str) -> bool {
    let is_it = |known: &str| known.eq_ignore_ascii_case(name);
    let is_of = |record: &RecordSpec| {
        is_it(&record.name) || record.fields.iter().any(|field| is_it(&field.element))
    };
    let is_of_message = |table: &MessageSpec| {
        let lines = table.lines.as_ref();
        is_it(&table.root)
            || is_it(&table.document)
            || is_of(&table.head)
            || lines.is_some_and(|(record, _)| is_of(record))
    };
    OF_ENVELOPE.into_iter().any(is_it)
        || TABLES.iter().any(is_of_message)
        || SHARED.iter().flatten().any(is_of)
}

/// The table of a kind.
#[must_use]
pub fn message(kind: Kind) -> &'static MessageSpec {
    // `Kind::ALL` is in the order of the variants: checked by a test.
    &TABLES[kind as usize]
}

/// The record of an entity shared by every declaration of a direction; `None` for the signature.
#[must_use]
pub fn shared(direction: Direction, trailer: Trailer) -> Option<&'static RecordSpec> {
    SHARED[direction as usize]
        .iter()
        .find(|record| record.name == trailer.name())
}
