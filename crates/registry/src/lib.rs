//! F5 登记: who is who, who may do what, and who did it.
//!
//! - [`company`], [`api_key`]: the companies that declare, and the keys of their programs.
//! - [`account`], [`factor`], [`session`], [`login`]: people, how they prove who they are, and the
//!   time they are at work. [`bootstrap`] makes the first three of them.
//! - [`passkey`], [`foreign`]: the ways to be known without our password: by a key of one's own, or
//!   by the word of another house. [`slip`]s are what their pages carry and bring back once.
//! - [`role`], [`access`]: what may be done, by whom, and whose data are seen. Every handler of
//!   every floor asks [`access::Gate::actor`] first.
//! - [`cas`], [`oidc`]: other systems let people log in here; [`relying_party`] says which.
//! - [`administration`]: the work of the officers: [`user`]s and [`grant`]s, and the
//!   [`job`]s that run by themselves.
//! - [`department`], [`post`]: where the people of the agencies belong. [`dictionary`]: what forms
//!   offer, and the [`code_table`]s of the message standard, of which newer ones are loaded.
//!   [`parameter`]: settings that change at run time. [`notice`]: what everybody should know.
//! - [`approval`]: acts that need a second pair of eyes. [`audit`]: what everybody did, in a chain.
//!
//! [`ground::Ground`] carries database, time, ids, randomness and settings as arguments.

pub mod access;
pub mod account;
pub mod actor;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod bootstrap;
pub mod cas;
pub mod code_table;
pub mod company;
pub mod config;
pub mod courier;
pub mod department;
pub mod dictionary;
pub mod factor;
pub mod farewell;
pub mod foreign;
pub mod ground;
pub mod job;
pub mod jobs;
pub mod login;
pub mod oidc;
pub mod page;
pub mod parameter;
pub mod passkey;
pub mod relying_party;
pub mod request;
pub mod role;
pub mod seal;
pub mod session;
pub mod slip;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
pub mod way;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret as text: base64url without padding.
pub fn token_text(secret: &ground::Secret) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// The hash under which a token is kept. The tokens have 128 random bits and more, so a plain hash
/// is enough: there is nothing to guess.
pub fn hash_text(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

/// Bytes as lower case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
