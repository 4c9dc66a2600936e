//! F6 数据交换: a company's declarations to customs, customs' receipts home to the company.
//!
//! The life of a message, one module a step:
//!
//! 1. [`submit`], [`intake`]: the bytes arrive and are stored byte for byte; only then are they acknowledged.
//! 2. [`lane`]: import and export apart, companies take turns.
//! 3. [`check`]: everything wrong is found at once.
//! 4. `dispatch`: the bytes go to [`customs`], untouched.
//! 5. `answer`: each [`receipt`] finds its document and its owner; many wait their turn in `inbox`.
//! 6. [`receipt_feed`]: the company's feed, readable from any place, again and again.
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
//!
//! The modules stand from high to low: one uses only those after it, and `cargo test -p tidy` checks it. What
//! a step finds out it hands to the step above it, or writes as an event.

// Handlers, and the loops that run the steps.
pub mod pipeline;
pub mod projector;
pub mod operator;
pub mod live;
pub mod overview;
pub mod export;
pub mod story;
pub mod customs_box;
pub mod usb_key_box;
pub mod query;
pub mod preflight;
pub mod rehearsal;
pub mod reseal;
pub mod packing;

// The steps.
mod answer;
mod dispatch;
pub mod check;

// What the steps and the handlers work with.
pub mod correction;
pub mod archived;
pub mod submit;
pub mod matching;
pub mod tax;
pub mod workbook;
pub mod clinic;
pub mod intake;
pub mod unmask;
pub mod outcome;
mod unreadable;
pub mod signing;
mod inbox;
pub mod lane;
pub mod quota;
pub mod receipt_feed;
pub mod explanation;
pub mod unknown_code;
pub mod finder;
pub mod receipt;
pub mod api;

// What everything stands on.
pub mod downlink;
pub mod shared;
pub mod signature;
pub mod keyring;
pub mod customs;
pub mod message;
pub mod tally;

#[cfg(test)]
mod testing;

/// What the modules of this crate bring to the platform.
pub const MODULES: &[registry::module::Module] = &[
    intake::MODULE,
    correction::MODULE,
    unmask::MODULE,
    outcome::MODULE,
    export::MODULE,
    unknown_code::MODULE,
    matching::MODULE,
    signing::MODULE,
    rehearsal::MODULE,
    operator::MODULE,
    check::MODULE,
    signature::MODULE,
    workbook::MODULE,
    preflight::MODULE,
    quota::MODULE,
    tax::MODULE,
    archived::MODULE,
];
