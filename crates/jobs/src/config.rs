//! Settings of the jobs.

use serde::{Deserialize, Serialize};

/// Jobs at once in one process, unless the settings say otherwise.
const AT_ONCE: u32 = 4;

/// Settings of the jobs of this process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JobsConfig {
    /// Jobs that this process runs at the same time, 2 to 64; one place is kept for short ones.
    pub at_once_max: u32,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            at_once_max: AT_ONCE,
        }
    }
}
