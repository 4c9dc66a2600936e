//! Custom roles (自定义角色): a set of operations under a name.

pub mod http;
