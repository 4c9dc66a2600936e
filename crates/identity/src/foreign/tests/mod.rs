//! Logins by the word of other houses, on both engines, against houses that also misbehave.

mod answers;
mod cas;
mod house;
mod oidc;
mod tokens;
