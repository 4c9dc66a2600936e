//! Ids for a command that writes while the platform runs: it has a process number of its own, so that
//! it never makes an id that a running process makes in the same millisecond.

use crate::config::Config;
use crate::node::NodeClaim;
use std::sync::Arc;
use store::Db;
use store::clock::SystemClock;
use store::id::IdMaker;

/// The ids of one command; given back by [`Ids::release`], or by time when the command fails.
pub(super) struct Ids {
    maker: Arc<IdMaker>,
    node: NodeClaim,
}

impl Ids {
    /// Claims the highest free process number.
    ///
    /// # Errors
    /// When none is free, or the database cannot be asked.
    pub(super) async fn claim(config: &Config, db: &Db) -> anyhow::Result<Self> {
        let clock = SystemClock::shared();
        let node = NodeClaim::claim_any(config, db, &clock).await?;
        let maker = node.ids(&clock);
        Ok(Self {
            maker: Arc::new(maker),
            node,
        })
    }

    /// The maker itself, for what is done within a transaction.
    pub(super) fn maker(&self) -> Arc<IdMaker> {
        Arc::clone(&self.maker)
    }

    /// The next id.
    pub(super) fn next(&self) -> i64 {
        self.maker.next()
    }

    /// Gives the process number back.
    pub(super) async fn release(self, db: &Db) {
        self.node.release(db, &self.maker).await;
    }
}
