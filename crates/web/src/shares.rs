//! Shares (份额): places of something scarce, of which one caller may hold only so many.
//!
//! What callers hold for a while (memory for bodies, turns, open streams, connections) has a number of
//! places and a share of it for each caller. Whoever holds his share waits for himself; the places
//! beyond it stay free for others, whatever he does. A caller waits for his own share first and for
//! a common place second, so that he never stands in the common line more often than his share.
//!
//! Nothing is kept about callers who hold nothing: invented callers cost no memory.

use crate::{Problem, codes};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// When a caller who was refused should come back.
const COME_BACK: Duration = Duration::from_secs(2);

/// Whose share something is taken from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A company, whoever acts for it; its id.
    Company(i64),
    /// The people of a company apart from its programs; its id.
    People(i64),
    /// A person who acts for no company; the id of the account.
    Person(i64),
    /// Whoever shows a credential that nobody has looked at yet; a hash of it.
    Credential(u64),
    /// Somebody unknown, by the network that [`crate::address::network`] answers.
    Network(String),
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The caller holds his share.
    Share,
    /// All places are taken.
    All,
}

impl From<Full> for Problem {
    fn from(full: Full) -> Self {
        let code = match full {
            Full::Share => codes::SHARE,
            Full::All => codes::UNAVAILABLE,
        };
        Self::new(code).retry_after(COME_BACK)
    }
}

/// Places of one resource; cheap to clone.
#[derive(Debug, Clone)]
pub struct Shares {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    resource: &'static str,
    share: usize,
    common: Arc<Semaphore>,
    held: Mutex<HashMap<Holder, Arc<Semaphore>>>,
}

impl Shares {
    /// `places` of a resource (its name in the metrics), of which one caller may hold `share`; both
    /// at least one.
    pub fn new(resource: &'static str, places: usize, share: usize) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            inner: Arc::new(Inner {
                resource,
                share: share.clamp(1, places),
                common: Arc::new(Semaphore::new(places)),
                held: Mutex::default(),
            }),
        }
    }

    /// Takes `n` places at once, or none.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn try_take(&self, holder: &Holder, n: usize) -> Result<HeldShare, Full> {
        let n = units(n);
        let seat = self.seat(holder);
        let own = Arc::clone(&seat.own).try_acquire_many_owned(n);
        let own = own.map_err(|_| self.refused(Full::Share))?;
        let common = Arc::clone(&self.inner.common).try_acquire_many_owned(n);
        let common = common.map_err(|_| self.refused(Full::All))?;
        Ok(self.place(common, Some((own, seat))))
    }

    /// Takes `n` places of the common ones, of nobody's share: for those who speak for many.
    ///
    /// # Errors
    /// When there are not so many.
    pub fn try_take_for_many(&self, n: usize) -> Result<HeldShare, Full> {
        let common = Arc::clone(&self.inner.common).try_acquire_many_owned(units(n));
        let common = common.map_err(|_| self.refused(Full::All))?;
        Ok(self.place(common, None))
    }

    /// Takes `n` places; waits at most `wait` for them.
    ///
    /// # Errors
    /// When they are not free by then.
    pub async fn take(&self, holder: &Holder, n: usize, wait: Duration) -> Result<HeldShare, Full> {
        let n = units(n);
        let seat = self.seat(holder);
        let mut missing = Full::Share;
        let both = async {
            let own = Arc::clone(&seat.own).acquire_many_owned(n).await.ok()?;
            missing = Full::All;
            let common = Arc::clone(&self.inner.common).acquire_many_owned(n).await;
            Some((own, common.ok()?))
        };
        let taken = tokio::time::timeout(wait, both).await.ok().flatten();
        let (own, common) = taken.ok_or_else(|| self.refused(missing))?;
        Ok(self.place(common, Some((own, seat))))
    }

    /// How many callers hold or wait for something.
    pub fn n_holders(&self) -> usize {
        let held = self.inner.held.lock();
        held.unwrap_or_else(PoisonError::into_inner).len()
    }

    fn seat(&self, holder: &Holder) -> Seat {
        let inner = Arc::clone(&self.inner);
        let mut held = inner.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held
            .entry(holder.clone())
            .or_insert_with(|| Arc::new(Semaphore::new(inner.share)));
        let own = Arc::clone(own);
        drop(held);
        Seat {
            inner,
            holder: holder.clone(),
            own,
        }
    }

    fn place(
        &self,
        common: OwnedSemaphorePermit,
        own: Option<(OwnedSemaphorePermit, Seat)>,
    ) -> HeldShare {
        self.inner.count(common.num_permits());
        HeldShare {
            common,
            own,
            shares: self.clone(),
        }
    }

    fn refused(&self, full: Full) -> Full {
        let why = match full {
            Full::Share => "share",
            Full::All => "all",
        };
        let resource = self.inner.resource;
        metrics::counter!("tongguan_places_refused_total", "resource" => resource, "why" => why)
            .increment(1);
        full
    }
}

impl Inner {
    /// Counts places that were taken.
    fn count(&self, n: usize) {
        self.gauge().increment(float(n));
    }

    fn gauge(&self) -> metrics::Gauge {
        metrics::gauge!("tongguan_places_held", "resource" => self.resource)
    }
}

fn float(n: usize) -> f64 {
    f64::from(units(n))
}

fn units(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// That a caller is known because he holds or waits for something; forgotten with the last one.
#[derive(Debug)]
struct Seat {
    inner: Arc<Inner>,
    holder: Holder,
    own: Arc<Semaphore>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut held = self
            .inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // One reference is the map's, one is this seat's; permits and other seats have theirs.
        if Arc::strong_count(&self.own) == 2 {
            held.remove(&self.holder);
        } else {
            // Given up under the lock, so that the last of two who leave at once sees it.
            self.own = Arc::new(Semaphore::new(0));
        }
    }
}

/// Places that a caller holds; given back when this is dropped.
#[derive(Debug)]
pub struct HeldShare {
    common: OwnedSemaphorePermit,
    // The permit goes before the seat: the seat looks whether anybody holds one.
    own: Option<(OwnedSemaphorePermit, Seat)>,
    shares: Shares,
}

impl HeldShare {
    /// Takes `n` more for the same caller; waits at most `wait` for them.
    ///
    /// # Errors
    /// When they are not free by then; what was held before is still held.
    pub async fn grow(&mut self, n: usize, wait: Duration) -> Result<(), Full> {
        let n = units(n);
        let mut missing = Full::Share;
        let inner = &self.shares.inner;
        let seat = self.own.as_ref().map(|(_, seat)| Arc::clone(&seat.own));
        let both = async {
            let own = match seat {
                Some(seat) => Some(seat.acquire_many_owned(n).await.ok()?),
                None => None,
            };
            missing = Full::All;
            let common = Arc::clone(&inner.common).acquire_many_owned(n).await;
            Some((own, common.ok()?))
        };
        let taken = tokio::time::timeout(wait, both).await.ok().flatten();
        let (own, common) = taken.ok_or_else(|| self.shares.refused(missing))?;
        self.add(own, common);
        Ok(())
    }

    /// Takes `n` more for the same caller at once, or none.
    ///
    /// # Errors
    /// When there are not so many; what was held before is still held.
    pub fn try_grow(&mut self, n: usize) -> Result<(), Full> {
        let n = units(n);
        let own = match &self.own {
            Some((_, seat)) => {
                let own = Arc::clone(&seat.own).try_acquire_many_owned(n);
                Some(own.map_err(|_| self.shares.refused(Full::Share))?)
            }
            None => None,
        };
        let common = Arc::clone(&self.shares.inner.common).try_acquire_many_owned(n);
        let common = common.map_err(|_| self.shares.refused(Full::All))?;
        self.add(own, common);
        Ok(())
    }

    fn add(&mut self, own: Option<OwnedSemaphorePermit>, common: OwnedSemaphorePermit) {
        self.shares.inner.count(common.num_permits());
        self.common.merge(common);
        if let (Some((held, _)), Some(own)) = (self.own.as_mut(), own) {
            held.merge(own);
        }
    }
}

impl Drop for HeldShare {
    fn drop(&mut self) {
        let n = self.common.num_permits();
        self.shares.inner.gauge().decrement(float(n));
    }
}

#[cfg(test)]
mod tests {
    use super::{Full, HeldShare, Holder, Shares};
    use std::time::Duration;

    const NOT: Duration = Duration::ZERO;

    fn company(n: i64) -> Holder {
        Holder::Company(n)
    }

    #[tokio::test]
    async fn one_caller_takes_his_share_and_another_still_gets_through() {
        let shares = Shares::new("test", 10, 6);
        let held: Vec<HeldShare> = (0..100)
            .filter_map(|_| shares.try_take(&company(1), 1).ok())
            .collect();
        assert_eq!(held.len(), 6);
        assert_eq!(shares.try_take(&company(1), 1).err(), Some(Full::Share));
        let other = shares.try_take(&company(2), 4).unwrap();
        // Who is refused because all is taken is told something else.
        assert_eq!(shares.try_take(&company(3), 1).err(), Some(Full::All));
        drop(other);
        assert!(shares.try_take(&company(3), 1).is_ok());
    }

    #[tokio::test]
    async fn who_waits_for_his_own_share_takes_nobodys_place() {
        let shares = Shares::new("test", 3, 2);
        let first = shares.take(&company(1), 2, NOT).await.unwrap();
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let shares = shares.clone();
                let wait = Duration::from_secs(3600);
                tokio::spawn(async move { shares.take(&company(1), 1, wait).await })
            })
            .collect();
        tokio::task::yield_now().await;
        let other = shares.take(&company(2), 1, NOT).await;
        assert!(
            other.is_ok(),
            "fifty waiters of one company are in nobody's way"
        );
        drop((first, other));
        for waiter in waiting {
            // Each gets its turn once the one before it is done.
            assert!(waiter.await.unwrap().is_ok());
        }
    }

    #[tokio::test]
    async fn what_is_held_grows_within_the_share() {
        let shares = Shares::new("test", 10, 4);
        let mut place = shares.try_take(&company(1), 1).unwrap();
        place.grow(2, NOT).await.unwrap();
        place.try_grow(1).unwrap();
        assert_eq!(place.grow(1, NOT).await.err(), Some(Full::Share));
        assert_eq!(place.try_grow(1).err(), Some(Full::Share));
        // What could not be had did not cost what was held.
        assert_eq!(shares.try_take(&company(1), 1).err(), Some(Full::Share));
        let _others: Vec<HeldShare> = (2..4)
            .map(|n| shares.try_take(&company(n), 3).unwrap())
            .collect();
        assert_eq!(shares.try_take(&company(9), 1).err(), Some(Full::All));
        drop(place);
        assert!(shares.try_take(&company(9), 4).is_ok());
    }

    #[tokio::test]
    async fn callers_who_hold_nothing_are_forgotten() {
        let shares = Shares::new("test", 4, 2);
        for n in 0..1000 {
            let holder = Holder::Network(format!("192.0.2.{n}"));
            let (a, b) = (shares.try_take(&holder, 1), shares.try_take(&holder, 1));
            assert!(shares.try_take(&holder, 1).is_err());
            assert!(shares.take(&holder, 1, NOT).await.is_err());
            assert_eq!(shares.n_holders(), 1);
            drop((a, b));
        }
        assert_eq!(shares.n_holders(), 0);
    }

    #[tokio::test]
    async fn who_speaks_for_many_has_no_share() {
        let shares = Shares::new("test", 5, 1);
        let many: Vec<HeldShare> = (0..9)
            .filter_map(|_| shares.try_take_for_many(1).ok())
            .collect();
        assert_eq!(many.len(), 5);
        assert_eq!(shares.try_take(&company(1), 1).err(), Some(Full::All));
    }
}
