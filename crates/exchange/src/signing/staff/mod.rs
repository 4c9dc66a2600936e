//! The operators manage keys (密钥管理): which key signs for which company, and whether it works.

pub mod http;
