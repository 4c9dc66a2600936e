//! The one reader of a process, and who listens to it.

use super::{LiveLook, case_news, message_news, receipt_news};
use crate::downlink;
use crate::outcome;
use crate::shared::{Shared, TURN_MAX};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::event::Event;
use store::id::first_at_ms;
use store::task::{Pulse, Tasks};
use store::{Result, Tx};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// How often the reader looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far back it looks, in milliseconds.
pub(super) const OVERLAP_MS: i64 = 3000;

/// Events that it takes at once.
const EVENTS_MAX: i64 = 500;

/// When it is further behind than this it skips to now, in milliseconds.
const BEHIND_MS: i64 = 30_000;

/// Receipts of one company that it takes at once.
const RECEIPTS_MAX: i64 = 100;

/// Looks that a connection may be behind before it skips some.
const LOOKS_MAX: usize = 64;

/// Hands out what happens to the connections of a process (实时推送); cheap to clone.
#[derive(Clone)]
pub struct LiveHub {
    looks: broadcast::Sender<Arc<LiveLook>>,
    companies: Arc<Mutex<Companies>>,
}

/// For how many connections the receipts of a company are read, and from which number.
type Companies = BTreeMap<CompanyId, (usize, i64)>;

impl Default for LiveHub {
    fn default() -> Self {
        Self {
            looks: broadcast::channel(LOOKS_MAX).0,
            companies: Arc::default(),
        }
    }
}

/// A connection's place among those who listen; given back when it is dropped.
pub(super) struct Listening {
    pub(super) looks: broadcast::Receiver<Arc<LiveLook>>,
    company: Option<CompanyId>,
    companies: Arc<Mutex<Companies>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Some(company) = self.company else { return };
        let mut companies = lock(&self.companies);
        if let Some((n_listening, _)) = companies.get_mut(&company) {
            *n_listening -= 1;
            if *n_listening == 0 {
                companies.remove(&company);
            }
        }
    }
}

impl LiveHub {
    /// Listens from now on, and to the receipts of a company after a number of its feed.
    pub(super) fn listen(&self, feed: Option<(CompanyId, i64)>) -> Listening {
        if let Some((company, last)) = feed {
            let mut companies = lock(&self.companies);
            companies.entry(company).or_insert((0, last)).0 += 1;
        }
        Listening {
            looks: self.looks.subscribe(),
            company: feed.map(|(company, _)| company),
            companies: Arc::clone(&self.companies),
        }
    }

    /// Starts the reader; it ends when `stop` becomes true.
    pub fn start(
        &self,
        shared: &Arc<Shared>,
        tasks: &Tasks,
        stop: &watch::Receiver<bool>,
    ) -> JoinHandle<()> {
        let (hub, shared, stopped) = (self.clone(), Arc::clone(shared), stop.clone());
        tasks.start("live", TURN_MAX, stop.clone(), move |pulse| {
            hub.clone()
                .follow(Arc::clone(&shared), stopped.clone(), pulse)
        })
    }

    async fn follow(self, shared: Arc<Shared>, mut stop: watch::Receiver<bool>, pulse: Pulse) {
        let mut reader = LogReader::new(shared.clock.now_ms());
        loop {
            pulse.beat();
            tokio::select! {
                () = shared.clock.sleep(LOOK_EVERY) => {}
                // An error means that the process is ending, which is a reason to stop as well.
                _ = stop.wait_for(|stop| *stop) => return,
            }
            let now_ms = shared.clock.now_ms();
            if self.looks.receiver_count() == 0 {
                // Nobody listens: what happens meanwhile is no news for who comes later.
                reader = LogReader::new(now_ms);
                continue;
            }
            let _ = shared.directory.refresh().await;
            match shared.db.read(reader.question(self.feeds())).await {
                Ok(found) => self.hand_out(reader.take(found, now_ms)),
                Err(error) => tracing::debug!(%error, "the reader of live events could not look"),
            }
        }
    }

    /// The companies for which somebody listens, and the numbers from which their feeds are read.
    pub(super) fn feeds(&self) -> BTreeMap<CompanyId, i64> {
        let companies = lock(&self.companies);
        let feeds = companies
            .iter()
            .map(|(company, (_, last))| (*company, *last));
        feeds.collect()
    }

    fn hand_out(&self, look: LiveLook) {
        let mut companies = lock(&self.companies);
        for (company, number) in &look.read_to {
            if let Some((_, last)) = companies.get_mut(company) {
                *last = (*last).max(*number);
            }
        }
        drop(companies);
        if !look.events.is_empty() || !look.receipts.is_empty() {
            // An error says that nobody listens any more.
            let _ = self.looks.send(Arc::new(look));
        }
    }
}

fn lock(companies: &Mutex<Companies>) -> MutexGuard<'_, Companies> {
    companies.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was found, and the last event with its time when there are more.
pub(super) type FoundNews = (LiveLook, Option<(i64, i64)>);

/// Where the reader stands in the log of events.
pub(super) struct LogReader {
    /// Events up to this id are not asked for.
    from: i64,
    /// Events that were taken and may come again.
    taken: BTreeSet<i64>,
}

impl LogReader {
    /// Begins now.
    pub(super) fn new(now_ms: i64) -> Self {
        Self {
            from: first_at_ms(now_ms) - 1,
            taken: BTreeSet::new(),
        }
    }

    /// Reads what has happened, and new receipts of these companies; may run twice, changes nothing.
    pub(super) fn question(
        &self,
        feeds: BTreeMap<CompanyId, i64>,
    ) -> impl FnMut(&mut Tx<'_>) -> Result<FoundNews> + Send + 'static {
        let from = self.from;
        let taken = self.taken.clone();
        move |tx| {
            let events = store::event::after(tx, from, EVENTS_MAX)?;
            let is_full = i64::try_from(events.len()).unwrap_or(i64::MAX) >= EVENTS_MAX;
            let last = events.last().map(|event| (event.id, event.at_ms));
            let new = events
                .into_iter()
                .filter(|event| !taken.contains(&event.id));
            let events: Vec<Event> = new.collect();
            let newest = match feeds.is_empty() {
                true => BTreeMap::new(),
                false => downlink::newest(tx)?,
            };
            let (mut receipts, mut read_to) = (BTreeMap::new(), BTreeMap::new());
            for (company, last) in &feeds {
                let Some(newest) = newest.get(company).filter(|newest| *newest != last) else {
                    continue;
                };
                let new = downlink::after(tx, *company, *last, RECEIPTS_MAX)?;
                let is_full = i64::try_from(new.len()).unwrap_or(i64::MAX) >= RECEIPTS_MAX;
                // Numbers are not dense: behind the last receipt some may be nobody's.
                let last = new.last().map_or(*last, |item| item.feed_no);
                read_to.insert(*company, if is_full { last } else { last.max(*newest) });
                if !new.is_empty() {
                    let lines = new.iter().map(|item| (item.feed_no, receipt_news(item)));
                    receipts.insert(*company, lines.collect());
                }
            }
            let subjects = events
                .iter()
                .filter(|event| event.kind.starts_with("message."))
                .map(|event| event.subject_id)
                .collect();
            let outcomes = outcome::sql::of_messages(tx, &subjects)?;
            let lines = events.into_iter().map(|event| {
                let news = message_news(&event, &outcomes).or_else(|| case_news(&event));
                (event, news)
            });
            let look = LiveLook {
                events: lines.collect(),
                receipts,
                read_to,
            };
            // Who is behind goes on where he stopped.
            Ok((look, last.filter(|_| is_full)))
        }
    }

    /// Notes what was found.
    pub(super) fn take(&mut self, (look, full): FoundNews, now_ms: i64) -> LiveLook {
        let back = first_at_ms(now_ms - OVERLAP_MS) - 1;
        self.from = match full {
            // Who is far behind begins anew: what is long ago is no news.
            Some((_, at_ms)) if now_ms - at_ms > BEHIND_MS => first_at_ms(now_ms) - 1,
            Some((last, _)) => last,
            None => self.from.max(back),
        };
        self.taken
            .extend(look.events.iter().map(|(event, _)| event.id));
        self.taken = self.taken.split_off(&self.from);
        look
    }
}
