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

    /// What an operator is told: a Chinese sentence, and behind it, in brackets, the words of the engine.
    pub fn chinese(&self) -> String {
        match self {
            Self::Unavailable(why) => format!("{}（{why}）", cause(why)),
            Self::Constraint(why) => format!("数据库的约束不允许这一改动，未保存（{why}）"),
            Self::Conflict(why) => format!("与同时进行的事务冲突，未保存，可以重做（{why}）"),
            Self::Fault(why) => format!("数据库语句执行失败，属于平台故障（{why}）"),
            Self::KeyMissing(key) => {
                format!("有内容以密钥 {key} 加密，store.encryption_key_file 中没有这把密钥")
            }
            Self::Damaged(why) => format!("存储的内容已损坏（{why}）"),
            Self::Setting(why) => why.clone(),
        }
    }
}

/// What engines say when they cannot work, and what it means.
const CAUSES: [(&str, &str); 8] = [
    ("disk is full", "数据库所在的磁盘已满"),
    ("No space left on device", "数据库所在的磁盘已满"),
    ("53100", "数据库服务器的磁盘已满"),
    ("53300", "数据库服务器的连接数已满"),
    ("readonly database", "数据库文件只读"),
    ("is locked", "数据库正忙"),
    ("25006", "数据库服务器只读，可能已切换为备库"),
    ("took longer than", "查询超时"),
];

fn cause(why: &str) -> &'static str {
    let found = CAUSES.iter().find(|(said, _)| why.contains(said));
    found.map_or("数据库暂时不可用", |(_, cause)| cause)
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
    use crate::Error;

    #[test]
    fn an_operator_reads_chinese_first_and_the_words_of_the_engine_in_brackets() {
        for (error, said) in [
            (
                Error::Unavailable("database or disk is full".to_owned()),
                "数据库所在的磁盘已满（database or disk is full）",
            ),
            (
                Error::Unavailable("no connection: refused".to_owned()),
                "数据库暂时不可用（no connection: refused）",
            ),
            (
                Error::Fault("odd".to_owned()),
                "数据库语句执行失败，属于平台故障（odd）",
            ),
        ] {
            assert_eq!(error.chinese(), said);
        }
    }

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
