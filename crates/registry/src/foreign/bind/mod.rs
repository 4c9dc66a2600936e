//! Bindings (绑定): an identity of another house is bound to an account by its person, who is logged in
//! here by two factors of our own, in the browser in which the identity was seen, once.

pub mod http;
