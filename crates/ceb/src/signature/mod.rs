//! Signatures (签名) of messages: who signed, and whether a byte changed since.
//!
//! A message is signed by an enveloped XML signature in its root. [`sign`] makes one. Checking is a
//! chain of questions, each with its own answer:
//!
//! 1. `scan` reads the document once: canonical bytes ([`c14n`]), and what the signature says.
//! 2. [`algorithm`] and [`key`] say what was used, under all the names it goes by.
//! 3. [`certificate`] says whose key it is and whether to believe it, at a time that is an argument.

pub mod algorithm;
pub mod c14n;
pub mod certificate;
pub mod key;
mod scan;
pub mod sign;

pub use algorithm::{DigestMethod, SignatureMethod};
pub use certificate::{Certificate, Trust};
pub use scan::SignatureElement;
