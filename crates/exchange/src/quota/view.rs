//! What a company has used of its quota, as the API tells it.

use super::Limits;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a company has used of its quota of the day (当日配额).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuotaUse {
    /// Messages of today.
    pub messages: i64,
    /// Messages that it may hand in on a day; 0 for any number.
    pub messages_max: i64,
    /// Bytes of today.
    pub bytes: i64,
    /// Bytes that it may hand in on a day; 0 for any number.
    pub bytes_max: i64,
    /// Whether four fifths of either are used.
    pub is_near: bool,
}

impl QuotaUse {
    /// What was used, messages and bytes, of these limits.
    pub(crate) fn of((messages, bytes): (i64, i64), limits: Limits) -> Self {
        let (near_messages, near_bytes) = limits.near();
        Self {
            messages,
            messages_max: limits.messages,
            bytes,
            bytes_max: limits.bytes,
            is_near: messages >= near_messages || bytes >= near_bytes,
        }
    }
}
