//! What can go wrong between a statement and the disk.

/// The outcome of anything that touches the database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a transaction may fail with: the engine's failure, and whatever a rule refuses. It undoes everything.
pub trait TxFailure: From<Error> + Send + 'static {
    /// The engine's failure within it, so that what may succeed later is tried again; a refusal never is.
    fn store(&self) -> Option<&Error>;
}

impl TxFailure for Error {
    fn store(&self) -> Option<&Error> {
        Some(self)
    }
}

/// Makes an enum with a variant `Store(store::Error)` for the engine's failure a [`TxFailure`]; its other variants
/// are refusals.
#[macro_export]
macro_rules! failure {
    ($kind:ty) => {
        impl $crate::TxFailure for $kind {
            fn store(&self) -> Option<&$crate::Error> {
                if let Self::Store(error) = self {
                    Some(error)
                } else {
                    None
                }
            }
        }
    };
}

/// A failure of the store, sorted by what the caller should do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database cannot take the work now: locked, full, unreachable or overloaded. Nothing
    /// of the closure was kept, or (connection lost during commit) it is not known whether it
    /// was. Callers answer 503 and acknowledge nothing.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A constraint refused the change; the text is the engine's and names the constraint or its
    /// columns. Modules map the ones they expect to a refusal.
    #[error("a constraint refused the change: {0}")]
    Constraint(String),
    /// A transaction lost against a concurrent one; the store retries these itself.
    #[error("the transaction must be repeated: {0}")]
    Conflict(String),
    /// A statement, a type or a stored value is wrong: a fault of ours.
    #[error("the database statement failed: {0}")]
    Fault(String),
    /// A stored value was sealed with a key that this process does not have; the text is the key's id. Told of
    /// a database that has the key on record, another process has it: callers do as with
    /// [`Error::Unavailable`], and leave the work to that process ([`crate::unreadable`]).
    #[error(
        "a stored value was sealed with the key {0}, which store.encryption_key_file does not have"
    )]
    KeyMissing(String),
    /// A stored value was changed since it was sealed, or names a key that nobody has: waiting does not help.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    /// A setting of the store is wrong, or does not fit the database: found out when it is opened.
    #[error("{0}")]
    Setting(String),
}

impl Error {
    /// Whether the same work may succeed later without any change.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::KeyMissing(_))
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(
                Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::DiskFull
                | Code::SystemIoFailure
                | Code::CannotOpen
                | Code::ReadOnly
                | Code::OutOfMemory,
            ) => Self::Unavailable(text),
            Some(Code::ConstraintViolation) => Self::Constraint(text),
            Some(Code::OperationInterrupted) => {
                Self::Unavailable("a read took longer than store.read_ms_max".to_owned())
            }
            _ => Self::Fault(text),
        }
    }
}

/// The code of PostgreSQL for a table that others did not let go in time.
pub(crate) const LOCK_TIMEOUT: &str = "55P03";

/// Whether a code of PostgreSQL says that this server, or this connection to it, cannot do the work now, and another
/// one may. Classes: 08 connection, 53 resources, 57 operator intervention (57P01 to 57P05: it is shut down, starts, or
/// ends this connection), 58 system. 25006: it takes no writes, for another one has become the primary.
fn is_unable(code: &str) -> bool {
    code == "25006"
        || ["08", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class))
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return if error.is_closed() || is_io(&error) || is_out_of_step(&error) {
                Self::Unavailable(with_cause(&error))
            } else {
                Self::Fault(with_cause(&error))
            };
        };
        let text = format!("{} ({})", db.message(), db.code().code());
        match db.code().code() {
            "40001" | "40P01" => Self::Conflict(text),
            LOCK_TIMEOUT => Self::Unavailable(text),
            // Class 23: integrity.
            code if code.starts_with("23") => {
                Self::Constraint(db.constraint().map_or(text, str::to_owned))
            }
            code if is_unable(code) => Self::Unavailable(text),
            _ => Self::Fault(text),
        }
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<std::io::Error>() {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Whether the server has said something that is no answer to what it was asked, as one may that goes away in the middle
/// of a statement: nobody knows what the connection will say next. The library tells it by its text only.
fn is_out_of_step(error: &tokio_postgres::Error) -> bool {
    error.to_string() == "unexpected message from server"
}

/// An error with its cause, which says what the error does not.
pub(crate) fn with_cause(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_unable;

    #[test]
    fn a_server_that_goes_away_or_takes_no_writes_is_unavailable_and_a_wrong_statement_is_not() {
        for code in [
            "25006", "57P01", "57P02", "57P03", "57P04", "57P05", "08006", "08P01", "53300",
            "58030",
        ] {
            assert!(is_unable(code), "{code}");
        }
        for code in ["25P02", "25001", "42601", "22003", "0A000", "XX000"] {
            assert!(!is_unable(code), "{code}");
        }
    }
}
