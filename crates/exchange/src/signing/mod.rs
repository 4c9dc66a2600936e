//! Signing 平台代签.

pub mod certificate;
pub mod config;
pub mod keyring;
pub mod provider;
pub mod sm2_text;
