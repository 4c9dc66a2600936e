//! Query (查询): step 7. The life of a message as its company sees it: every state, since when, who
//! has it now, what is wrong, what customs said.
//!
//! Everything here is scoped by the company of the caller; another company's message is "not
//! found", whether it exists or not.

pub mod board;
pub mod http;
mod sql;
#[cfg(test)]
mod tests;
mod view;

pub use sql::{Filter, find, find_any, latest, list};
pub use view::{DocumentView, FindingView, MessageDetail, MessageSummary, TimelineEntry, detail};
