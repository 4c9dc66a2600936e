//! The registry (登记): the kernel that every other crate asks who is who, who may do what, and who did it.
//!
//! - [`company`], [`api_key`]: the companies that declare, and the keys of their programs.
//! - [`account`], [`session`]: people, and the time they are at work. How they prove who they are stands in the crate
//!   `identity`; [`factor`] has the rows of their second factors.
//! - [`role`], [`actor`], [`access`]: what may be done, by whom, and whose data are seen. Every handler of
//!   every crate asks [`access::Gate::actor`] first.
//! - [`approval`]: acts that need a second pair of eyes. [`audit`]: what everybody did, in a chain.
//! - [`department`], [`dictionary`]: rows that others read, and the crate `back_office` changes. [`parameter`]:
//!   settings that change at run time. [`code_table`]: the tables of the message standard, of which newer ones are
//!   loaded.
//! - [`request`], [`page`], [`throttle`], [`job`]: what handlers, pages and jobs of several crates share.
//!
//! [`context::AppContext`] carries database, time, ids, randomness and settings as arguments.
//!
//! The modules stand from high to low: each uses only those after it.

#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod module;
pub mod todo;
pub mod approval;
pub mod access;
pub mod api_key;
pub mod session;
pub mod department;
pub mod role;
pub mod factor;
pub mod account;
pub mod job;
pub mod context;
pub mod code_table;
pub mod parameter;
pub mod audit;
pub mod actor;
pub mod company;
pub mod config;
pub mod seal;
pub mod dictionary;
pub mod request;
pub mod page;
pub mod throttle;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret as text: base64url without padding.
pub fn token_text(secret: &context::RandomSecret) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// The hash under which a token is kept. The tokens have 128 random bits and more, so a plain hash
/// is enough: there is nothing to guess.
pub fn hash_text(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

use module::Module;

/// What the modules of this crate bring to the platform; those of other crates say it themselves.
pub const MODULES: &[Module] = &[
    Module::new("双人复核")
        .acts(approval::ACTS)
        .codes(approval::codes::ALL)
        .todos(&[todo::of_approvals])
        .archives(&[&[audit::retention::AUDIT, approval::retention::APPROVALS]]),
    Module::new("账号").acts(account::ACTS),
    Module::new("会话").parameters(session::PARAMETERS),
    Module::new("代码表").acts(code_table::ACTS),
    Module::new("访问控制").codes(actor::CODES),
    Module::new("接口密钥鉴权").codes(api_key::codes::ALL),
    Module::new("请求").codes(request::codes::ALL),
];
