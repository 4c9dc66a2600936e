//! Passkeys on both engines, with an authenticator in software that can also misbehave.

mod authenticator;
mod login;
mod own;
