//! What can go wrong with a queue, sorted by what the caller should do.

/// The outcome of anything that touches a queue.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of a queue. Its text never holds passwords or bodies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The queue cannot be reached or does not take the work now; the same call may succeed later.
    #[error("the queue is not available: {0}")]
    Unavailable(String),
    /// A body exceeds the limit; nothing was put.
    #[error("a body of {n_bytes} bytes exceeds the limit of {body_bytes_max}")]
    TooLarge {
        /// Size of the first body that is too large.
        n_bytes: usize,
        /// The limit of this queue.
        body_bytes_max: usize,
    },
    /// Something is set up wrongly: a missing queue, a refused login, a fault of ours.
    #[error("the queue failed: {0}")]
    Fault(String),
}

impl Error {
    /// Whether the same call may succeed later without any change.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(text) | store::Error::Conflict(text) => {
                Self::Unavailable(text)
            }
            error @ store::Error::KeyMissing(_) => Self::Unavailable(error.to_string()),
            store::Error::Constraint(text)
            | store::Error::Fault(text)
            | store::Error::Damaged(text)
            | store::Error::Setting(text) => Self::Fault(text),
        }
    }
}
