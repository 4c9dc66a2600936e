//! The rules of the provider.

mod authorize;
mod house;
mod keys;
mod logout;
mod programs;
mod tokens;
