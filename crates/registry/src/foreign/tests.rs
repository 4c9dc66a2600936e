//! Tests of foreign identities.
