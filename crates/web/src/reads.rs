//! Reads (读取份额): how many requests that only read one caller has in hand at once.
//!
//! Readers of the database are few and take what comes first. A caller with many connections would fill
//! their line and delay everybody, so each has few places, and waits for his own when they are taken. A
//! place is held while the request is worked on. Before anybody is known it is one of the credential's, which
//! pays for the look at it; from then on one of the company's or person's ([`belongs_to`]), however many
//! credentials they have. Who begins to wait for something else than the database (news, a turn) gives it
//! back by [`aside`], and goes on without.

use crate::shares::{Full, HeldShare, Holder, Shares};
use std::cell::RefCell;
use std::future::Future;
use std::time::Duration;

tokio::task_local! {
    /// The place of the request that runs in this task.
    static HELD: RefCell<Option<HeldRead>>;
}

struct HeldRead {
    reads: Reads,
    _place: HeldShare,
}

/// Places for requests that read; cheap to clone.
#[derive(Debug, Clone)]
pub struct Reads {
    shares: Shares,
    wait: Duration,
}

impl Reads {
    /// `places` in all, of which one caller may hold `share`; who finds none waits at most `wait`.
    pub fn new(places: usize, share: usize, wait: Duration) -> Self {
        Self {
            shares: Shares::new("reads", places, share),
            wait,
        }
    }

    /// Works on a request that reads, when there is a place for it.
    ///
    /// # Errors
    /// When there was none in time; the request was not worked on.
    pub async fn run<F: Future>(&self, holder: &Holder, request: F) -> Result<F::Output, Full> {
        let held = self.take(holder).await?;
        Ok(HELD.scope(RefCell::new(Some(held)), request).await)
    }

    async fn take(&self, holder: &Holder) -> Result<HeldRead, Full> {
        Ok(HeldRead {
            reads: self.clone(),
            _place: self.shares.take(holder, 1, self.wait).await?,
        })
    }
}

/// Changes the place of the running request, if it has one, for one of whoever it turned out to be from.
///
/// # Errors
/// When there was none in time.
pub async fn belongs_to(holder: &Holder) -> Result<(), Full> {
    // Given back first: those who hold one place while they wait for another could hold all there are.
    let Some(held) = HELD.try_with(RefCell::take).ok().flatten() else {
        return Ok(());
    };
    let reads = held.reads.clone();
    drop(held);
    let held = reads.take(holder).await?;
    // A request that had a place runs within its scope.
    let _ = HELD.try_with(|place| place.replace(Some(held)));
    Ok(())
}

/// Gives the place of the running request back, if it has one.
pub fn aside() {
    // A request without a place has nothing to give back.
    let _ = HELD.try_with(RefCell::take);
}

#[cfg(test)]
mod tests {
    use super::{Reads, aside, belongs_to};
    use crate::shares::{Full, Holder};
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::sync::Notify;

    const WAIT: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn many_credentials_of_one_company_have_one_share() {
        let reads = Reads::new(8, 2, WAIT);
        let done = Arc::new(Notify::new());
        let begin = |credential: u64, company: i64| {
            let (reads, done) = (reads.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let request = async {
                    belongs_to(&Holder::Company(company)).await?;
                    done.notified().await;
                    Ok::<(), Full>(())
                };
                reads.run(&Holder::Credential(credential), request).await?
            })
        };
        let greedy: Vec<_> = (0..8).map(|credential| begin(credential, 1)).collect();
        tokio::task::yield_now().await;
        let other = begin(100, 2);
        tokio::time::advance(WAIT * 2).await;
        tokio::task::yield_now().await;
        done.notify_waiters();
        assert_eq!(other.await.unwrap(), Ok(()));
        let mut n_served = 0;
        for one in greedy {
            n_served += usize::from(one.await.unwrap() == Ok(()));
        }
        assert_eq!(n_served, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_caller_waits_for_himself_and_another_is_served() {
        let reads = Reads::new(3, 2, WAIT);
        let done = Arc::new(Notify::new());
        let (greedy, other) = (Holder::Credential(1), Holder::Credential(2));
        let begin = || {
            let (reads, holder, done) = (reads.clone(), greedy.clone(), Arc::clone(&done));
            tokio::spawn(async move { reads.run(&holder, done.notified()).await })
        };
        let held: Vec<_> = (0..2).map(|_| begin()).collect();
        tokio::task::yield_now().await;
        let late: Vec<_> = (0..50).map(|_| begin()).collect();
        tokio::task::yield_now().await;
        // Fifty-two of one caller are in nobody's way.
        assert_eq!(reads.run(&other, async { 7 }).await, Ok(7));
        // Those beyond his share hear it when they have waited.
        for one in late {
            assert_eq!(one.await.unwrap(), Err(Full::Share));
        }
        done.notify_waiters();
        for one in held {
            assert_eq!(one.await.unwrap(), Ok(()));
        }
        assert_eq!(reads.run(&greedy, async { 7 }).await, Ok(7));
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_places_are_taken_that_is_said() {
        let reads = Reads::new(2, 2, WAIT);
        let waiting = std::future::pending::<()>;
        for n in [1, 2] {
            let reads = reads.clone();
            tokio::spawn(async move { reads.run(&Holder::Credential(n), waiting()).await });
        }
        tokio::task::yield_now().await;
        let third = reads.run(&Holder::Credential(3), async {}).await;
        assert_eq!(third, Err(Full::All));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_news_holds_no_place() {
        let reads = Reads::new(1, 1, WAIT);
        let polls = reads.clone();
        let poll = async {
            aside();
            std::future::pending::<()>().await;
        };
        tokio::spawn(async move { polls.run(&Holder::Credential(1), poll).await });
        tokio::task::yield_now().await;
        assert_eq!(reads.run(&Holder::Credential(1), async {}).await, Ok(()));
        // Outside of a request there is nothing to give back.
        aside();
    }
}
