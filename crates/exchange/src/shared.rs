//! What the steps share: the database, the time, the companies, the wire to customs, and how one step
//! tells another that there is work.

use crate::customs;
use crate::keyring::Keyring;
use crate::signature::Checker;
use archive::Archive;
use queue::Queue;
use registry::code_table::CodeTables;
use registry::company::{CompanyId, Directory};
use registry::context::AppContext;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Db;
use store::clock::SharedClock;
use store::id::IdMaker;
use tokio::sync::Notify;

/// Longest time of one turn; a loop that is silent for longer hangs.
pub const TURN_MAX: Duration = Duration::from_secs(120);

/// What all steps share.
pub struct Shared {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The ids.
    pub ids: Arc<IdMaker>,
    /// The companies.
    pub directory: Directory,
    /// The parameters, and the key of hashes of personal data.
    pub context: AppContext,
    /// The queue between the platform and customs.
    pub queue: Arc<dyn Queue>,
    /// The wire to customs.
    pub customs: customs::CustomsConfig,
    /// The keys that sign for companies.
    pub keyring: Arc<Keyring>,
    /// Checks the signatures of what companies send.
    pub signatures: Arc<Checker>,
    /// Wakes those who wait for receipts.
    pub feed: Arc<Feed>,
    /// Rung when messages were accepted.
    pub accepted: Arc<Bell>,
    /// Rung when messages were checked.
    pub checked: Arc<Bell>,
    /// The code tables.
    pub code_tables: Arc<CodeTables>,
    /// The archive, which has what is not here any more.
    pub archive: Arc<Archive>,
}

/// A bell: who listens hears that it was rung since the last time, and never misses it.
#[derive(Default)]
pub struct Bell {
    n_rung: AtomicU64,
    // Not a watch channel, which wakes who waits in an order of chance: a simulation would not be the same again.
    waiting: Notify,
}

impl Bell {
    /// Rings.
    pub fn ring(&self) {
        self.n_rung.fetch_add(1, Ordering::AcqRel);
        self.waiting.notify_waiters();
    }

    /// Hears of it from now on.
    pub(crate) fn listen(self: &Arc<Self>) -> BellListener {
        BellListener {
            n_heard: self.n_rung.load(Ordering::Acquire),
            bell: Arc::clone(self),
        }
    }
}

/// Who hears a bell.
pub(crate) struct BellListener {
    bell: Arc<Bell>,
    n_heard: u64,
}

impl BellListener {
    /// What was rung up to now was heard.
    pub(crate) fn mark_heard(&mut self) {
        self.n_heard = self.bell.n_rung.load(Ordering::Acquire);
    }

    /// Resolves when it was rung and not heard.
    pub(crate) async fn rung(&mut self) {
        loop {
            // Waiting begins before looking, so that nothing slips in between.
            let waiting = self.bell.waiting.notified();
            tokio::pin!(waiting);
            waiting.as_mut().enable();
            let n_rung = self.bell.n_rung.load(Ordering::Acquire);
            if n_rung != self.n_heard {
                self.n_heard = n_rung;
                return;
            }
            waiting.await;
        }
    }
}

/// Wakes those who wait for receipts of a company.
#[derive(Default)]
pub struct Feed {
    waiting: Mutex<HashMap<CompanyId, Arc<Notify>>>,
    /// How far programs have read, by their keys, as it was noted last, and when.
    noted: Mutex<HashMap<i64, (i64, i64)>>,
}

/// How often it is noted how far a program has read, in milliseconds.
const NOTE_MS: i64 = 60_000;

impl Feed {
    /// What to wait on for news of a company. Ask before reading, so that nothing slips between.
    pub fn news(&self, company: CompanyId) -> Arc<Notify> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(waiting.entry(company).or_default())
    }

    /// Whether it should be noted now that the program with a key has read up to a number; then it counts as noted.
    pub(crate) fn should_note(&self, key_id: i64, feed_no: i64, now_ms: i64) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, at_ms) = noted.get(&key_id).copied().unwrap_or((0, i64::MIN));
        let is_soon = now_ms >= at_ms && now_ms.saturating_sub(at_ms) < NOTE_MS;
        if feed_no <= last || is_soon {
            return false;
        }
        noted.insert(key_id, (feed_no, now_ms));
        true
    }

    /// Wakes all who wait for these companies.
    pub fn wake(&self, companies: &[CompanyId]) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for company in companies {
            if let Some(notify) = waiting.get(company) {
                notify.notify_waiters();
            }
        }
    }
}
