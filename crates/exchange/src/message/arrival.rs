//! A message on its way in.

use super::MessageId;
use bytes::Bytes;
use registry::access::Actor;
use registry::company::CompanyId;
use std::sync::Arc;
use store::pack::Packed;

/// A message that arrived and waits for its commit.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The id it will have.
    pub id: MessageId,
    /// Whose it is.
    pub company_id: CompanyId,
    /// The key it came with; 0 when a person brought it.
    pub key_id: i64,
    /// The person who brought it: for the audit.
    pub by: Option<Arc<Actor>>,
    /// `import` or `export`.
    pub direction: &'static str,
    /// Kind: `CEB311`.
    pub kind: &'static str,
    /// The guid of its root.
    pub guid: String,
    /// `bare`, `dxp` or `dxp_sv`.
    pub shape: &'static str,
    /// `strict` or `lenient`.
    pub profile: String,
    /// The bytes as received.
    pub body: Bytes,
    /// The bytes as they are stored.
    pub packed: Packed,
    /// SHA-256 of the bytes: what makes a repetition the same message.
    pub hash: [u8; 32],
    /// When it came, milliseconds since 1970-01-01 UTC.
    pub received_at: i64,
}
