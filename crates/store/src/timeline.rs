//! Timelines (时间线): which of two servers that both take writes is the one that was promoted.
//!
//! Every promotion begins a new timeline, whose number is one higher. A primary that died, and was started again by
//! somebody who does not know of the promotion, takes writes on the old one: what is written there is lost when it
//! becomes a standby. So a server is never used whose timeline is behind one that this process has seen of the same
//! database.

use tokio_postgres::{Client, SimpleQueryMessage};

/// Fails on a standby and where a provider does not allow it: nothing is known then.
const ASK: &str = "select system_identifier::text, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) \
                   from pg_control_system()";

/// The timeline of a server that takes writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// Given once, when the database was made; replicas have the same.
    system: String,
    number: u32,
}

impl Timeline {
    /// Asks a server; nothing when it does not say.
    pub(crate) async fn of(client: &Client) -> Option<Self> {
        let messages = client.simple_query(ASK).await.ok()?;
        messages.iter().find_map(|message| {
            let SimpleQueryMessage::Row(row) = message else {
                return None;
            };
            Some(Self {
                system: row.get(0)?.to_owned(),
                number: u32::from_str_radix(row.get(1)?, 16).ok()?,
            })
        })
    }

    /// Whether it is a later one of the same database.
    pub(crate) fn is_ahead_of(&self, other: &Self) -> bool {
        self.system == other.system && self.number > other.number
    }

    /// For people.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use super::Timeline;

    fn timeline(system: &str, number: u32) -> Timeline {
        Timeline {
            system: system.to_owned(),
            number,
        }
    }

    #[test]
    fn only_a_later_timeline_of_the_same_database_is_ahead() {
        assert!(timeline("7", 16).is_ahead_of(&timeline("7", 15)));
        assert!(!timeline("7", 15).is_ahead_of(&timeline("7", 15)));
        assert!(!timeline("8", 16).is_ahead_of(&timeline("7", 15)));
    }
}
