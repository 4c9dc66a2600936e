//! F3 接口基础: HTTP plumbing that every module's `http.rs` shares.
//!
//! - [`ErrorCode`]: a stable code that a program can act on, with its page in the knowledge base.
//! - [`Problem`]: the one shape of every error answer (`application/problem+json`, RFC 9457).
//! - [`Page`] and [`PageQuery`]: keyset pages, never offsets; their [`Order`] and their [`Total`], asked with the
//!   conditions of [`ListRows`].
//! - [`sheet`]: a list as a workbook.
//! - [`shares`] and [`budget`]: places and memory of which one caller may hold only so much.
//! - [`reads`]: how many requests that only read one caller has in hand.
//! - [`address`]: who calls through which proxies, and what counts as one caller.
//! - [`request_id`]: every request has an id, in the log and in the answer.
//!
//! Deliberately absent: routes (they live in their modules), rules, and anything that knows a table.

pub mod reads;
pub mod budget;
pub mod shares;
pub mod sheet;
pub mod request_id;
pub mod address;
mod page;
mod extract;
mod mistake;
mod problem;
mod download;
mod cookie;
mod code;

pub use code::ErrorCode;
pub use cookie::cookie;
pub use download::{attachment, conditions, conditions_text, file_name};
pub use extract::{JsonBody, Path, PathId, QueryOf, one_of};
pub use mistake::in_chinese;
pub use page::{
    Age, Begin, COUNT_MAX, KeyForm, LIMIT_MAX, ListRows, Order, OrderBy, Page, PagePlace,
    PageQuery, PageSize, SortKey, Total, limit, schema_of,
};
pub use problem::{Problem, bad_query, codes};
