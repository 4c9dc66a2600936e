//! Logins through other systems, on both engines, against systems that also misbehave.

mod answers;
mod cas;
mod server;
mod oidc;
mod tokens;
