//! Work that takes long on the processor goes to a thread of its own, so that the loops of a process go on.
//!
//! In a simulation ([`here`]) it is done at once on the thread that asks: what runs beside it would make a run with the same seed
//! differ from the last one.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

thread_local! {
    static HERE: Cell<bool> = const { Cell::new(false) };
}

/// From now on work that this thread gives away is done on it.
pub fn here() {
    HERE.set(true);
}

/// Whether work that this thread gives away is done on it: nothing is measured by the machine's clock then.
#[must_use]
pub fn is_here() -> bool {
    HERE.get()
}

/// Work that was given away; its end is awaited.
pub struct Offloaded<T>(WorkPlace<T>);

enum WorkPlace<T> {
    Thread(JoinHandle<T>),
    Here(Option<T>),
}

// Nothing in it is borrowed from itself.
impl<T> Unpin for Offloaded<T> {}

/// Does `work` on a thread that may block.
pub fn offload<T, F>(work: F) -> Offloaded<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    match is_here() {
        true => Offloaded(WorkPlace::Here(Some(work()))),
        false => Offloaded(WorkPlace::Thread(spawn_blocking(work))),
    }
}

impl<T> Future for Offloaded<T> {
    /// An error when the work panicked, as of a [`JoinHandle`].
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            WorkPlace::Thread(handle) => Pin::new(handle).poll(context),
            // Asked again after its end it never ends, like any future that was asked once too often.
            WorkPlace::Here(done) => done
                .take()
                .map_or(Poll::Pending, |done| Poll::Ready(Ok(done))),
        }
    }
}
