//! The one-time link (一次性链接): whoever opens it sets the password, and is logged in as far as that goes.

pub mod http;
