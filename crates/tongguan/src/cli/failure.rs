//! Why a command failed (失败原因), as its reader is told: in Chinese, with the words of a library in brackets behind it.

use std::error::Error;

/// A failure with its causes in one line.
pub(super) fn in_chinese(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let said = said(cause);
        // A failure that wraps another often tells it, too.
        if text.contains(&said) {
            continue;
        }
        text = match (text.is_empty(), is_chinese(&said)) {
            (true, _) => said,
            (false, true) => format!("{text}：{said}"),
            (false, false) => format!("{text}（{said}）"),
        };
    }
    text
}

fn said(cause: &(dyn Error + 'static)) -> String {
    if let Some(error) = cause.downcast_ref::<store::Error>() {
        return error.chinese();
    }
    match cause.downcast_ref::<queue::Error>() {
        Some(error) => error.chinese(),
        None => cause.to_string(),
    }
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('一'..='鿿').contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::in_chinese;
    use anyhow::{Context as _, anyhow};

    #[test]
    fn the_words_of_a_library_stand_in_brackets_behind_a_chinese_sentence() {
        let full = || store::Error::Unavailable("database or disk is full".to_owned());
        let wrapped = anyhow::Error::new(full()).context("无法打开数据库");
        assert_eq!(
            in_chinese(&wrapped),
            "无法打开数据库：数据库所在的磁盘已满（database or disk is full）"
        );
        let archive = anyhow::Error::new(::archive::ArchiveError::from(full()));
        assert_eq!(
            in_chinese(&archive),
            "数据库所在的磁盘已满（database or disk is full）"
        );
        let file = std::fs::read("/nowhere/at/all").context("无法读取 x.toml");
        assert_eq!(
            in_chinese(&file.unwrap_err()),
            "无法读取 x.toml（No such file or directory (os error 2)）"
        );
        assert_eq!(in_chinese(&anyhow!("没有任务 x")), "没有任务 x");
    }
}
