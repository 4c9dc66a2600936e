//! Who is there? (再次验证): what could let somebody else in for good is done only by who has proved a
//! moment ago that it is he: by the password, or by a passkey.

pub mod http;
pub(crate) mod page;
