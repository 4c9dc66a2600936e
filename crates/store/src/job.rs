//! A closure on its way to a thread of an engine, and its answer on the way back.

use crate::tx::EngineTx;
use crate::{Error, Result, Tx, TxFailure, Vault};
use crossbeam_channel::{Sender, TrySendError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// Pause before a thread that panicked goes on.
const RESTART_PAUSE: Duration = Duration::from_millis(100);

/// Why what a closure did is not kept.
pub(crate) enum Undo {
    /// The engine failed.
    Failed(Error),
    /// A rule refused: the same again would be refused again.
    Refused,
}

/// A closure on its way through the store, its answer on the way back.
pub(crate) trait StoreJob: Send {
    /// Runs the closure; answers whether its changes may be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo>;
    /// Forgets what the closure answered: the transaction in which it ran is lost, and it may have seen there what others
    /// had written, and refused because of it.
    fn forget(&mut self);
    /// Sends the answer; `failure` is why the commit did not happen.
    fn finish(self: Box<Self>, failure: Option<Error>);
}

pub(crate) struct Work<T, E, F> {
    f: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work<T, E, F>
where
    T: Send + 'static,
    E: TxFailure,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    /// The closure as a job, and where its answer arrives.
    pub(crate) fn boxed(f: F) -> (Box<dyn StoreJob>, oneshot::Receiver<Result<T, E>>) {
        let (answer, receiver) = oneshot::channel();
        (
            Box::new(Self {
                f,
                result: None,
                answer,
            }),
            receiver,
        )
    }
}

impl<T, E, F> StoreJob for Work<T, E, F>
where
    T: Send + 'static,
    E: TxFailure,
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Undo> {
        // A bug in one closure must not take the writer thread down with it.
        let result = catch_unwind(AssertUnwindSafe(|| (self.f)(tx)))
            .unwrap_or_else(|_| Err(stopped().into()));
        let outcome = match &result {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure
                .store()
                .map_or(Undo::Refused, |error| Undo::Failed(error.clone()))),
        };
        self.result = Some(result);
        outcome
    }

    fn forget(&mut self) {
        self.result = None;
    }

    fn finish(self: Box<Self>, failure: Option<Error>) {
        let result = match (failure, self.result) {
            (Some(error), Some(Ok(_)) | None) => Err(error.into()),
            (_, Some(result)) => result,
            (None, None) => Err(stopped().into()),
        };
        // The caller may have gone away (a closed connection); the commit stands all the same.
        let _ = self.answer.send(result);
    }
}

/// How a job left the transaction in which it ran.
pub(crate) enum JobEnd {
    /// What it did may be kept.
    Done,
    /// Nothing may be kept, and its own answer says why.
    Failed {
        /// Whether a statement failed, too.
        is_spoilt: bool,
    },
    /// Nothing may be kept, and its own answer does not say so: it passed over this failure.
    Spoilt(Error),
}

impl JobEnd {
    /// What its caller must hear instead of its own answer.
    pub(crate) fn failure(self) -> Result<()> {
        match self {
            Self::Done | Self::Failed { .. } => Ok(()),
            Self::Spoilt(error) => Err(error),
        }
    }
}

/// Runs a job in a transaction of SQLite that is open.
pub(crate) fn run_one((engine, vault): (EngineTx<'_>, &Vault), job: &mut dyn StoreJob) -> JobEnd {
    let mut tx = Tx { engine, vault };
    let outcome = job.run(&mut tx);
    let spoilt = match tx.engine {
        EngineTx::Sqlite(lite) => lite.spoilt,
        EngineTx::Postgres(_) => None,
    };
    match (outcome, spoilt) {
        (Ok(()), None) => JobEnd::Done,
        (Ok(()), Some(error)) => JobEnd::Spoilt(error),
        (Err(_), spoilt) => JobEnd::Failed {
            is_spoilt: spoilt.is_some(),
        },
    }
}

/// What is answered when nobody answers.
pub(crate) fn stopped() -> Error {
    Error::Fault("the database closure panicked or the store was closed".to_owned())
}

/// Hands a job to a thread, unless too many wait.
pub(crate) fn submit(queue: &Sender<Box<dyn StoreJob>>, job: Box<dyn StoreJob>) -> Result<()> {
    queue.try_send(job).map_err(|refused| match refused {
        TrySendError::Full(_) => Error::Unavailable("too much work waits for it".to_owned()),
        TrySendError::Disconnected(_) => Error::Unavailable("it was closed".to_owned()),
    })
}

/// Starts a thread; a body that panics is run again after a pause, one that returns is done.
pub(crate) fn spawn(name: &'static str, mut body: impl FnMut() + Send + 'static) -> Result<()> {
    let run = move || {
        while catch_unwind(AssertUnwindSafe(&mut body)).is_err() {
            tracing::error!(thread = name, "a thread of the store is started again");
            thread::park_timeout(RESTART_PAUSE);
        }
    };
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(|_| ())
        .map_err(|e| Error::Unavailable(format!("no thread for the store: {e}")))
}
