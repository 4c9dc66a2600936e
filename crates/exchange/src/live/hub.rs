//! The one reader of a process, and who listens to it.

use super::{LiveLook, case_news, message_news, receipt_news};
use crate::downlink;
use crate::outcome;
use crate::shared::{Shared, TURN_MAX};
use crate::tally;
use registry::company::CompanyId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::event::{Event, EventPlace};
use store::task::{Pulse, Tasks};
use store::{Result, Tx};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// How often the reader looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
        let mut reader = LogReader::default();
        loop {
            pulse.beat();
            tokio::select! {
                () = shared.clock.sleep(LOOK_EVERY) => {}
                // An error means that the process is ending, which is a reason to stop as well.
                _ = stop.wait_for(|stop| *stop) => return,
            }
            if self.looks.receiver_count() == 0 {
                // Nobody listens: what happens meanwhile is no news for who comes later.
                reader = LogReader::default();
            } else {
                let _ = shared.directory.refresh().await;
            }
            let question = reader.question(self.feeds(), shared.clock.now_ms());
            match shared.db.read(question).await {
                Ok(found) => self.hand_out(reader.take(found)),
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

/// What was found, and where the reader stands then.
pub(super) type FoundNews = (LiveLook, EventPlace);

/// Where the reader stands in the order of events.
#[derive(Default)]
pub(super) struct LogReader {
    /// Behind which place it reads on; none to begin behind what has happened.
    pub(super) place: Option<EventPlace>,
}

impl LogReader {
    /// Reads what has happened, and new receipts of these companies; may run twice, changes nothing.
    pub(super) fn question(
        &self,
        feeds: BTreeMap<CompanyId, i64>,
        now_ms: i64,
    ) -> impl FnMut(&mut Tx<'_>) -> Result<FoundNews> + Send + 'static {
        let place = self.place;
        move |tx| {
            let (events, place) = match place {
                Some(place) => events_behind(tx, place, now_ms)?,
                None => (Vec::new(), store::event::newest_place(tx)?),
            };
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
            Ok((look, place))
        }
    }

    /// Notes what was found.
    pub(super) fn take(&mut self, (look, place): FoundNews) -> LiveLook {
        self.place = Some(place);
        look
    }
}

/// The next events, and where the reader stands then. Who is far behind begins anew: what is long ago is no news.
fn events_behind(
    tx: &mut Tx<'_>,
    place: EventPlace,
    now_ms: i64,
) -> Result<(Vec<Event>, EventPlace)> {
    let found = store::event::behind(tx, place, EVENTS_MAX)?;
    let is_full = i64::try_from(found.len()).unwrap_or(i64::MAX) >= EVENTS_MAX;
    let to = match found.last() {
        Some((_, last)) if is_full && now_ms - last.at_ms > BEHIND_MS => {
            store::event::newest_place(tx)?
        }
        Some((to, _)) => *to,
        None => place,
    };
    let events = found.into_iter().map(|(_, event)| event);
    let news = events.filter(|event| event.kind != tally::KIND);
    Ok((news.collect(), to))
}
