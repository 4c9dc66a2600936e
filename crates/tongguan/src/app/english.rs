//! Codes of refusals and faults in English: what happened and what to do, beside the titles of the modules.

use std::collections::HashMap;
use std::sync::LazyLock;
use web::ErrorCode;

/// The lines of the table: code, what happened, what to do.
fn lines() -> impl Iterator<Item = (&'static str, (&'static str, &'static str))> {
    let lines = include_str!("english.txt").lines();
    lines.filter_map(|line| {
        let parts: Vec<&str> = line.split(" | ").map(str::trim).collect();
        match parts[..] {
            [id, happened, todo] if id.starts_with("TG-") => Some((id, (happened, todo))),
            _ => None,
        }
    })
}

static ENGLISH: LazyLock<HashMap<&str, (&str, &str)>> = LazyLock::new(|| lines().collect());

/// The English part of a code's page: the section of the file under `docs/`.
pub fn section(code: &ErrorCode) -> String {
    ENGLISH
        .get(code.code)
        .map_or(String::new(), |(happened, todo)| {
            format!("\n## In English\n\n{happened}\n\n{todo}\n")
        })
}

/// The page of a code in English; nothing for a code without an English text.
pub fn code_page_en(code: &ErrorCode) -> Option<String> {
    let (happened, todo) = ENGLISH.get(code.code)?;
    Some(format!(
        "# {} {}\n\n- HTTP status: {}\n\n## What happened\n\n{happened}\n\n## What to do\n\n{todo}\n",
        code.code, code.title_en, code.status
    ))
}

#[cfg(test)]
mod tests {
    use super::{code_page_en, lines};
    use crate::gather::codes as refusal_codes;

    #[test]
    fn every_code_has_its_english_page_and_every_page_its_code() {
        let known: Vec<&str> = refusal_codes().iter().map(|code| code.code).collect();
        for (id, _) in lines() {
            assert!(known.contains(&id), "{id} is no code");
        }
        assert_eq!(lines().count(), known.len());
        for code in refusal_codes() {
            let page = code_page_en(code).unwrap_or_default();
            assert!(
                page.contains("## What to do"),
                "{} has no English text",
                code.code
            );
            // 进口订单 is the name of a sheet, as it must be written.
            let page = page.replace("进口订单", "");
            let is_chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
            assert!(!page.contains(is_chinese), "{page}");
        }
    }
}
