//! Findings (校验问题) of messages, as they are stored. They quote what was declared, so the quotations are
//! sealed as the messages are.

mod sql;
mod view;

pub(crate) use sql::{append_findings, insert_findings};
pub use view::FindingView;
pub(crate) use view::english;
