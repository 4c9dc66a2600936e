//! The protocol, rule by rule (C1 to C22), and the defects that other servers have, on both engines.

pub(crate) mod platform;
mod login;
pub(crate) mod peer;
mod proxies;
mod services;
mod tickets;
