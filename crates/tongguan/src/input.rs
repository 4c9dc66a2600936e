//! Files that people name: read, or told why not, in their language and with what to do.

use anyhow::anyhow;
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

/// Name for the standard input.
const STANDARD_INPUT: &str = "-";

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read: why, and what to do.
pub(crate) fn read(path: impl AsRef<Path>) -> anyhow::Result<Vec<u8>> {
    let path = path.as_ref();
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// The bytes of a file, or of the standard input for `-`.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_or_input(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != STANDARD_INPUT {
        return read(file);
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| anyhow!("无法读取标准输入：{}", reason(&error)))?;
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// When it cannot be read, or is not UTF-8.
pub(crate) fn text(path: impl AsRef<Path>) -> anyhow::Result<String> {
    let path = path.as_ref();
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// The message in a file, with or without its envelope.
///
/// # Errors
/// When it is none: what it is instead, and what to do.
pub(crate) fn message<'a>(name: &str, bytes: &'a [u8]) -> anyhow::Result<ceb::Sniffed<'a>> {
    ceb::sniff(bytes).map_err(|error| {
        let text = error.text();
        anyhow!(
            "{name}：{}。{}",
            text.trim_end_matches('。'),
            error.advice()
        )
    })
}

/// What to tell about a file or folder that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &Error) -> anyhow::Error {
    anyhow!("无法读取 {}：{}", path.display(), reason(error))
}

/// What to tell about a file that cannot be written.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
pub(crate) fn unwritable(path: &Path, error: &Error) -> anyhow::Error {
    let why = match error.kind() {
        ErrorKind::NotFound => "所在的目录不存在，请先建立目录".to_owned(),
        ErrorKind::PermissionDenied => "没有写入权限，请换一个目录或修改权限".to_owned(),
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "同名的文件已存在，请换一个名称".to_owned()
        }
        ErrorKind::IsADirectory => "同名的目录已存在，请换一个名称".to_owned(),
        ErrorKind::StorageFull => "磁盘已满，请清理后重试".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "所在的文件系统只读，请换一个目录".to_owned(),
        _ => reason(error),
    };
    anyhow!("无法写入 {}：{why}", path.display())
}

/// Why reading failed, for people.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
pub(crate) fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "没有这个文件或目录，请核对名称和当前目录".to_owned(),
        ErrorKind::PermissionDenied => "没有读取权限，请修改权限，或换一个有权限的用户".to_owned(),
        ErrorKind::IsADirectory => "这是目录，请写目录中的文件".to_owned(),
        ErrorKind::NotADirectory => "路径中有一段是文件，不是目录，请核对路径".to_owned(),
        ErrorKind::InvalidData => "内容不是 UTF-8 文本，请另存为 UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// Why an address cannot be listened at, for people, and what to do.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the set is open and grows with the library"
)]
pub(crate) fn deaf(listen: &str, error: &Error) -> anyhow::Error {
    let why = match error.kind() {
        ErrorKind::AddrInUse => "端口已被占用，请停止占用它的程序，或用 --listen 改换".to_owned(),
        ErrorKind::AddrNotAvailable => {
            "本机没有这个地址，请改用本机的地址，例如 127.0.0.1 或 0.0.0.0".to_owned()
        }
        ErrorKind::PermissionDenied => "没有权限使用这个端口，请改用 1024 以上的端口".to_owned(),
        ErrorKind::InvalidInput => "地址写法不对，应为“地址:端口”，例如 127.0.0.1:8080".to_owned(),
        _ => error.to_string(),
    };
    anyhow!("无法监听 {listen}：{why}")
}

#[cfg(test)]
mod tests {
    use super::{deaf, message, read, text, unreadable, unwritable};
    use std::io::{Error, ErrorKind};
    use std::path::Path;

    #[test]
    fn files_that_cannot_be_read_are_reported_in_chinese_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("gbk.txt"), b"\xC4\xE3").unwrap();
        let error_of = |found: anyhow::Result<_>| format!("{:#}", found.map(drop).unwrap_err());
        for (error, expected) in [
            (error_of(read(path("none.xml"))), "没有这个文件或目录"),
            (error_of(read(folder.path())), "这是目录"),
            (error_of(read(path("gbk.txt/x"))), "路径中有一段是文件"),
            (
                error_of(text(path("gbk.txt")).map(Into::into)),
                "不是 UTF-8 文本",
            ),
            (
                unreadable(Path::new("a"), &ErrorKind::PermissionDenied.into()).to_string(),
                "没有读取权限",
            ),
            (
                unwritable(Path::new("a"), &ErrorKind::NotFound.into()).to_string(),
                "先建立目录",
            ),
            (
                deaf("x", &ErrorKind::InvalidInput.into()).to_string(),
                "地址:端口",
            ),
            (
                deaf("x", &ErrorKind::AddrInUse.into()).to_string(),
                "端口已被占用",
            ),
        ] {
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("os error"), "{error}");
        }
        let other = Error::other("strange");
        assert!(
            unreadable(Path::new("a"), &other)
                .to_string()
                .contains("strange")
        );
    }

    #[test]
    fn a_file_that_is_no_message_says_what_to_do() {
        let error = message("a.xml", b"").unwrap_err().to_string();
        assert!(
            error.starts_with("a.xml：") && error.contains("重新发送完整的报文"),
            "{error}"
        );
    }
}
