//! Signatures against the programs of others: xmllint, xmlsec1, openssl.

#![expect(
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of a test"
)]

mod canonical;
mod clinic;
mod codes;
mod messages;
mod others;
mod payment;
mod pki;
mod product;
mod random;
mod sign;
mod trust;
mod values;
mod verify;
