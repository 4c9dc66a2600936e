//! F6 数据交换: a company's declarations to customs, customs' receipts home to the company.
//!
//! The life of a message, one room a step:
//!
//! 1. [`intake`]: the bytes arrive and are stored byte for byte; only then are they acknowledged.
//! 2. [`lane`]: import and export apart, companies take turns.
//! 3. `check`: everything wrong is found at once.
//! 4. `dispatch`: the bytes go to [`customs`], untouched.
//! 5. `receipt`: each answer finds its document and its owner; many wait their turn in `inbox`.
//! 6. [`downlink`]: the company's feed, readable from any place, again and again.
//! 7. [`query`]: the whole life, with who has it now.
//!
//! The check asks [`signature`] who signed. Between the second and the third step, [`signing`] signs for companies that ask for it.
//!
//! [`matching`] is asked by the check: what documents say together; [`tax`] reckons what customs will
//! levy, and [`preflight`] tells all of it beforehand.
//!
//! [`outcome`] keeps what became of each document and message, and whether its company must act.
//!
//! Beside them, [`workbook`] makes messages of what people fill in: Excel and JSON.
//!
//! [`message`] holds the states and the one function that changes them; [`pipeline`] the loops that
//! move messages on; [`customs_box`] plays customs where there is none. The invariants I1 to I10 are
//! printed in ARCHITECTURE.md.

pub mod check;
pub mod correction;
pub mod customs;
pub mod customs_box;
mod dispatch;
pub mod downlink;
pub mod explanation;
pub mod export;
mod inbox;
pub mod intake;
pub mod lane;
pub mod live;
pub mod matching;
pub mod message;
pub mod operator;
pub mod outcome;
pub mod overview;
pub mod pipeline;
pub mod preflight;
pub mod query;
pub mod quota;
pub mod receipt;
pub mod rehearsal;
pub mod reseal;
pub mod signature;
pub mod signing;
pub mod story;
pub mod tax;
#[cfg(test)]
mod testing;
pub mod unknown_code;
pub mod unmask;
pub mod usb_key_box;
pub mod workbook;
