//! Identity (身份): how people and other systems prove who they are.
//!
//! - [`login`], [`factor`], [`passkey`], [`foreign`]: from a name and a password, a key of one's own, or the word of
//!   another system to a session. [`pages`]: what people see of it. [`bootstrap`] makes the first three people.
//! - [`session`]: what the console must know of its person, and who is at work.
//! - [`cas`], [`oidc`]: other systems let people log in here; [`relying_party`] says which, and [`farewell`] tells
//!   them when a session has ended.
//! - [`jobs`]: what runs by itself. [`slip`]: what pages carry and bring back once. [`courier`]: calls of ours to
//!   other systems. [`way`]: where a browser goes on.
//!
//! The modules stand from high to low: each uses only those after it. The kernel is the crate `registry`.

#[cfg(test)]
mod testing;
pub mod bootstrap;
pub mod jobs;
pub mod farewell;
pub mod oidc;
pub mod cas;
pub mod pages;
pub mod session;
pub mod passkey;
pub mod foreign;
pub mod login;
pub mod relying_party;
pub mod way;
pub mod factor;
pub mod courier;
pub mod slip;

/// What the modules of this crate bring to the platform.
pub const MODULES: &[registry::module::Module] = &[
    login::MODULE,
    session::MODULE,
    factor::MODULE,
    passkey::MODULE,
    foreign::MODULE,
    relying_party::MODULE,
    cas::MODULE,
    oidc::MODULE,
    bootstrap::MODULE,
];
