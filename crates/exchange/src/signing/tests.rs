//! Signing, on both engines.
