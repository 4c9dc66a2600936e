//! The entries of dictionaries (字典项), as they are read, searched, exported and kept.

pub mod http;
