//! F1 报文: the customs message language. Pure: no I/O, no async, no clock, no logging (I10).
//!
//! Reads and writes the messages of the unified cross-border e-commerce system of the General
//! Administration of Customs (海关跨境电商统一版, standard of 202205), both families.
//!
//! In the order in which a message meets them:
//!
//! 1. [`sniff()`] tells what came in, in microseconds, without reading it all.
//! 2. [`envelope`] opens and seals the transport message (传输报文, DXP).
//! 3. [`parse()`] reads a message into a [`Message`] and reports everything wrong at once.
//! 4. [`key`] names the business key, [`receipt`] splits a receipt into entries with the same keys,
//!    [`status`] explains their status.
//! 5. [`signature`] tells who signed, and [`sm2`] verifies signatures of known keys faster than any
//!    library.
//! 6. [`mod@write`] and [`sample`] make messages, [`form`] makes them from JSON and sheets, [`xsd`],
//!    [`doc`] and [`publish`] explain them, [`explain`] explains what customs answers.
//!
//! All of it is driven by the tables of [`spec`]; every finding code stands in [`code`], the rules of
//! the standard and their codes in [`rule`], the code tables in [`code_table`].
//!
//! The modules stand from high to low: one uses only those after it.
//!
//! Invariants: any byte string is answered without panic and in linear time; nothing is ever
//! re-serialised (callers keep the bytes); every limit is a named constant with its unit.

// What explains messages and takes them from forms.
pub mod publish;
pub mod doc;
pub mod xsd;
pub mod form;
pub mod notice;
pub mod explain;
pub mod tax;

// What reads messages, signs them and makes samples.
pub mod receipt;
mod decode;
pub mod sample;
pub mod signature;
pub mod parse;
mod check;
mod report;
mod terms;
pub mod sniff;
pub mod envelope;
mod unrecognised;

// What is known of values and documents.
pub mod personal;
mod advice;
pub mod write;
pub mod outcome;
pub mod status;
pub mod key;
pub mod rule;
pub mod message;

// The tables.
pub mod spec;
pub mod code_table;
pub mod kind;

// What everything stands on.
pub mod xml;
pub mod finding;
pub mod code;
mod profile;
pub mod sm2;
mod base64_text;
mod serial;
mod number;
mod time;

pub use check::is_company_code;
pub use check::matching;
pub use finding::{Finding, Layer, Severity};
pub use key::BusinessKey;
pub use kind::{Direction, Kind};
pub use message::{Document, Message, Record};
pub use outcome::Outcome;
pub use parse::{Parsed, parse, parse_under};
pub use profile::Profile;
pub use sniff::{Shape, Sniffed, sniff};
pub use spec::Standard;
pub use status::ReturnStatus;
pub use terms::Terms;
pub use unrecognised::SniffError;
