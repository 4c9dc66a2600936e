//! What keeps the archive store from being used, in Chinese, with what the library or the system says in brackets behind it.

use std::io::{Error, ErrorKind};

/// What a system or a library says, and what it means.
const CAUSES: [(&str, &str); 12] = [
    ("No space left on device", "磁盘已满"),
    ("Disk quota exceeded", "磁盘配额已用完"),
    ("Read-only file system", "只读"),
    ("Permission denied", "没有权限"),
    ("Not a directory", "路径中有一项不是目录"),
    ("File exists", "路径中有一项不是目录"),
    ("Connection refused", "连接被拒绝"),
    ("SignatureDoesNotMatch", "密钥有误"),
    ("403", "没有权限"),
    ("timed out", "超时"),
    ("dns error", "主机名无法解析"),
    ("503", "对象存储停机或过忙"),
];

/// Failures of files, and what they mean.
const KINDS: [(ErrorKind, &str); 7] = [
    (ErrorKind::NotFound, "文件或目录不存在"),
    (ErrorKind::AlreadyExists, "已存在"),
    (ErrorKind::NotADirectory, "路径中有一项不是目录"),
    (ErrorKind::PermissionDenied, "没有权限"),
    (ErrorKind::ReadOnlyFilesystem, "只读"),
    (ErrorKind::StorageFull, "磁盘已满"),
    (ErrorKind::QuotaExceeded, "磁盘配额已用完"),
];

/// What somebody is told of a failure that a library put into English words.
pub(crate) fn chinese(why: &str) -> String {
    let found = CAUSES.iter().find(|(said, _)| why.contains(said));
    let cause = found.map_or("读写失败", |(_, cause)| cause);
    format!("{cause}（{why}）")
}

/// What somebody is told of a failure of a file.
pub(crate) fn of_io(error: &Error) -> String {
    let found = KINDS.iter().find(|(kind, _)| *kind == error.kind());
    match found {
        Some((_, cause)) => format!("{cause}（{error}）"),
        None => chinese(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{chinese, of_io};

    #[test]
    fn the_cause_comes_first_in_chinese_and_the_english_behind_it_in_brackets() {
        for (number, cause) in [
            (28, "磁盘已满"),
            (30, "只读"),
            (13, "没有权限"),
            (111, "连接被拒绝"),
        ] {
            let error = std::io::Error::from_raw_os_error(number);
            assert!(
                of_io(&error).starts_with(&format!("{cause}（")),
                "{}",
                of_io(&error)
            );
            assert!(chinese(&error.to_string()).starts_with(&format!("{cause}（")));
        }
        assert_eq!(chinese("odd"), "读写失败（odd）");
    }
}
