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

    /// What an operator is told: a Chinese sentence, and behind it, in brackets, the words of the broker.
    pub fn chinese(&self) -> String {
        match self {
            Self::Unavailable(why) => format!("队列暂时不可用（{why}）"),
            Self::TooLarge {
                n_bytes,
                body_bytes_max,
            } => format!("内容有 {n_bytes} 字节，超过队列的上限 {body_bytes_max} 字节"),
            Self::Fault(why) => format!("队列设置有误，或拒绝了请求（{why}）"),
        }
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
