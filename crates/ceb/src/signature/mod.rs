//! Signatures (签名) of messages: who signed, and whether a byte changed since.
//!
//! A message is signed by an enveloped XML signature in its root. [`sign`] makes one. Checking is a
//! chain of questions, each with its own answer:
//!
//! 1. `scan` reads the document once: canonical bytes ([`c14n`]), and what the signature says.
//! 2. [`algorithm`] and [`key`] say what was used, under all the names it goes by.
//! 3. [`verify`] tries the strict profile, then the recorded ones ([`profile`]), as far as the policy
//!    allows, and gives an [`SignatureOutcome`], which can never turn a bad signature into no signature.
//! 4. [`certificate`] says whose key it is and whether to believe it, at a time that is an argument.
//! 5. [`clinic`] says what to change when a signature is wrong.
//!
//! Invariants: nothing panics and nothing is without limit, whatever the bytes; one signature, one
//! reference, to the document around it; the bytes are never written anew.

pub mod algorithm;
pub mod c14n;
pub mod certificate;
pub mod clinic;
mod extra;
mod findings;
pub mod key;
pub mod profile;
mod scan;
pub mod sign;
pub mod verify;

pub use algorithm::{DigestMethod, SignatureMethod};
pub use certificate::{Certificate, Trust};
pub use findings::{findings, place};
pub use profile::{DigestProfile, SignatureProfile, ValueProfile};
pub use scan::SignatureElement;
pub use verify::{
    Failure, SignatureOutcome, Unsupported, Verdict, Verifier, VerifyPolicy, declared_at, times_of,
};
