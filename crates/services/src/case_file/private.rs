//! What is personal in a form (个人信息): sealed in the database, masked on the way out.

use super::CaseId;
use registry::context::AppContext;
use std::collections::BTreeMap;
use store::unreadable::report;
use web::{Problem, codes};

fn purpose(case: CaseId) -> String {
    format!("case:{}", case.0)
}

/// Seals the personal part of a form; an empty one needs no seal.
///
/// # Errors
/// A fault when the machine has no random bytes or the cipher refuses.
pub fn close_private(
    context: &AppContext,
    case: CaseId,
    private: &BTreeMap<String, String>,
) -> Result<Option<Vec<u8>>, Problem> {
    if private.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_vec(private).map_err(|_| Problem::new(codes::FAULT))?;
    let secret = context.secret()?;
    let sealed = context.seal.close(&text, &purpose(case), &secret);
    sealed.map(Some).map_err(|error| {
        tracing::error!(%error, "a form could not be sealed");
        Problem::new(codes::FAULT)
    })
}

/// Opens the personal part of a form.
///
/// # Errors
/// `TG-F5001` when the seal does not open it: another key, or another case.
pub fn open_private(
    context: &AppContext,
    case: CaseId,
    sealed: Option<&[u8]>,
) -> Result<BTreeMap<String, String>, Problem> {
    let Some(sealed) = sealed else {
        return Ok(BTreeMap::new());
    };
    let text = context.seal.open(sealed, &purpose(case)).map_err(|error| {
        report(("case_file", (case.0, 0)), &error.to_string());
        Problem::new(codes::DAMAGED)
    })?;
    serde_json::from_slice(&text).map_err(|error| {
        report(("case_file", (case.0, 0)), &error.to_string());
        Problem::new(codes::DAMAGED)
    })
}

/// A personal value as it is shown: the beginning and the end stay, so that the person concerned
/// recognises it and nobody else learns it.
pub fn mask(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let n_chars = chars.len();
    if let Some((name, domain)) = value.split_once('@') {
        let first: String = name.chars().take(1).collect();
        return format!("{first}***@{domain}");
    }
    let (head, tail) = match n_chars {
        0..=4 => (1, 0),
        5..=7 => (2, 1),
        _ => (3, 4),
    };
    let begin: String = chars.iter().take(head).collect();
    let end: String = chars.iter().skip(n_chars.saturating_sub(tail)).collect();
    format!(
        "{begin}{}{end}",
        "*".repeat(n_chars.saturating_sub(head + tail).max(1))
    )
}
