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
//! Invariants: any byte string is answered without panic and in linear time; nothing is ever
//! re-serialised (callers keep the bytes); every limit is a named constant with its unit.

mod advice;
mod check;
pub mod code;
pub mod code_table;
mod decode;
pub mod doc;
pub mod envelope;
pub mod explain;
pub mod finding;
pub mod form;
pub mod key;
pub mod kind;
pub mod message;
pub mod notice;
pub mod outcome;
pub mod parse;
pub mod personal;
pub mod publish;
pub mod receipt;
pub mod rule;
pub mod sample;
pub mod signature;
pub mod sm2;
pub mod sniff;
pub mod spec;
pub mod status;
pub mod tax;
pub mod write;
pub mod xml;
pub mod xsd;

pub use check::is_company_code;
pub use check::matching;
pub use finding::{Finding, Layer, Severity};
pub use key::BusinessKey;
pub use kind::{Direction, Kind};
pub use message::{Document, Message, Record};
pub use outcome::Outcome;
pub use parse::{Parsed, Profile, Terms, parse, parse_under};
pub use sniff::{Shape, SniffError, Sniffed, sniff};
pub use spec::Standard;
pub use status::ReturnStatus;
