//! One's own passkeys (我的通行密钥): added, given a name, removed, after a fresh proof of who is there.

pub mod http;
