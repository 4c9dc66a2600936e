//! Why something about the archive did not come to its end, for people.

use jobs::JobFailure;
use jobs::fence::Fenced;

/// Why something about the archive did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// `archive.url` is empty.
    #[error("没有设置归档存储（archive.url），未归档，也不清理")]
    NotSet,
    /// The archive store cannot be used now: full, down, slow, or it refuses the key.
    #[error("归档存储不可用：{0}")]
    Unavailable(String),
    /// What stands in the archive is not what was written.
    #[error("归档有误：{0}")]
    Broken(String),
    /// Some months could not be archived to their end, and why; the others are.
    #[error("未全部归档：{0}")]
    Unfinished(String),
    /// Some parts could not be proven, or are broken, and why; the others are proven.
    #[error("未全部校验：{0}")]
    Unproven(String),
    /// There is no such part, or no such row in it.
    #[error("归档中没有 {0}")]
    Missing(String),
    /// The folder for proofs cannot be used: full, or not writable.
    #[error("还原校验所用的目录不可用：{0}")]
    Scratch(String),
    /// The file that somebody wants a month restored into cannot be made.
    #[error("还原到的文件 {0}")]
    Target(String),
    /// The database.
    #[error("{}", .0.chinese())]
    Store(#[from] store::Error),
    /// Another process has the job.
    #[error("任务已由另一进程接手，本次结果未写入")]
    Lost,
    /// It was told to stop.
    #[error("已按要求停止")]
    Stopped,
}

store::failure!(ArchiveError);

/// The outcome of anything about the archive.
pub type ArchiveResult<T> = Result<T, ArchiveError>;

impl From<Fenced<store::Error>> for ArchiveError {
    fn from(failure: Fenced<store::Error>) -> Self {
        match failure {
            Fenced::Lost => Self::Lost,
            Fenced::Work(error) => Self::Store(error),
        }
    }
}

impl From<ArchiveError> for JobFailure {
    fn from(error: ArchiveError) -> Self {
        match error == ArchiveError::Stopped {
            true => Self::Stopped(error.to_string()),
            false => Self::Failed(error.to_string()),
        }
    }
}
