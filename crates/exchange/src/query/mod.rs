//! Query (查询): step 7. The life of a message as its company sees it: every state, since when, who
//! has it now, what is wrong, what customs said.
//!
//! Everything here is scoped by the sight of the caller; what it does not see is "not found",
//! whether it exists or not. People see personal data masked (module `unmask`).

pub mod board;
mod doing;
pub mod http;
pub mod search;
mod steps;
#[cfg(test)]
mod tests;
mod unsure;
mod view;
mod words;

pub(crate) use doing::doing;
pub(crate) use steps::{follows_receipt, step_name};
pub use unsure::{OPERATORS, Unsure, unsure};
pub(crate) use view::status_name;
pub use view::{
    CompanyNameView, DocumentView, MessageDetail, MessageLink, MessageSummary, SignatureView,
    TimelineEntry, detail,
};
pub use words::words;
