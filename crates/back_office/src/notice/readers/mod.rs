//! Who has read a notice (已读名单): for its author, and for who must show that somebody was informed.

pub mod http;
