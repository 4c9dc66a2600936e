//! The rules of the provider.

mod authorize;
mod families;
mod platform;
mod keys;
mod logout;
mod native;
mod programs;
mod tokens;
