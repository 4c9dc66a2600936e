//! Editing of notices (公告管理): who writes, asks for publication, withdraws, and sees the readers.

pub mod http;
