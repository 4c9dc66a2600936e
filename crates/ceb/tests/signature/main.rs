//! Signatures against the programs of others: xmllint, xmlsec1, openssl.

#![expect(clippy::expect_used, reason = "helpers of a test")]

mod canonical;
mod others;
mod pki;
mod random;
mod sign;
