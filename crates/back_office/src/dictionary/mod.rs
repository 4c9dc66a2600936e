//! Dictionaries (字典): codes with names, from which forms offer their choices and lists their words.
//!
//! A code stands in other tables once it was used, so it never changes; names, order and colour
//! may. An entry that is disabled is offered no more and still explains what is stored. Dictionaries
//! that the platform itself asks for ([`Dictionary::is_own`]) keep their entries. The code tables of
//! the message standard ([`standard`]) are looked up in the same place, so that one page answers
//! "what is 142?".

pub mod entry;
pub mod http;
pub mod standard;
#[cfg(test)]
mod tests;

use crate::department::place;
use crate::post::remark;
use registry::access::Actor;
use registry::audit;
use registry::code_table::Standing;
use registry::context::AppContext;
use registry::request::{codes, field, not_found, words};
use store::{Result as StoreResult, Tx};
use web::Problem;

use registry::dictionary as rows;
use registry::module::Module;

pub use registry::dictionary::{
    COLOURS, DICTIONARIES_MAX, Dictionary, DictionaryEntry, ENTRIES_MAX, all, by_code, entries,
    entry_by_code, entry_by_id,
};

/// What the platform's notices are about.
pub const NOTICE_CATEGORY: &str = "notice_category";

registry::acts! {
    /// A dictionary or an entry was made or changed.
    pub PUT = "dictionary.put", "新建或修改字典";
    /// A dictionary or an entry was removed.
    pub REMOVED = "dictionary.remove", "删除字典或字典项";
    /// A dictionary was exported.
    pub EXPORT = "dictionary.export", "导出字典";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("字典").acts(ACTS);

fn english(text: &str) -> Result<String, Problem> {
    match text.trim() {
        "" => Ok(String::new()),
        text => words("英文名称", text, 80),
    }
}

fn is_code(code: &str) -> bool {
    (2..=40).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Makes a dictionary (`is_new`) or changes it.
///
/// # Errors
/// The store's, or what is wrong.
pub fn put(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    is_new: bool,
    given: &Dictionary,
) -> Result<(), Problem> {
    let checked = || -> Result<Dictionary, Problem> {
        if !is_code(&given.code) {
            return Err(field(
                "编码应为 2 至 40 个小写字母、数字或下划线，以字母开头",
            ));
        }
        Ok(Dictionary {
            chinese: words("名称", &given.chinese, 40)?,
            english: english(&given.english)?,
            remark: remark(&given.remark)?,
            ..given.clone()
        })
    };
    let mut one = checked()?;
    let old = by_code(tx, &one.code)?;
    match &old {
        Some(_) if is_new => return Err(Problem::new(codes::TAKEN)),
        None if !is_new => return Err(not_found()),
        _ => one.is_own = old.is_some_and(|old| old.is_own),
    }
    let n_max = usize::try_from(DICTIONARIES_MAX).unwrap_or(usize::MAX);
    if is_new && all(tx, DICTIONARIES_MAX)?.len() >= n_max {
        return Err(field(format!("字典最多 {DICTIONARIES_MAX} 个")));
    }
    if one.is_own && !one.is_active {
        return Err(Problem::new(codes::STATE).detail("平台自用的字典不能停用"));
    }
    let now_ms = context.now_ms();
    rows::put(tx, &one, now_ms)?;
    let object = format!("dictionary:{}", one.code);
    audit::done(tx, now_ms, actor, PUT, &object, &one.chinese)?;
    Ok(())
}

/// Removes a dictionary without entries.
///
/// # Errors
/// The store's, or why it stays.
pub fn remove(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    code: &str,
) -> Result<(), Problem> {
    let Some(found) = by_code(tx, code)? else {
        return Err(not_found());
    };
    if found.is_own || !entries(tx, code, 1)?.is_empty() {
        return Err(Problem::new(codes::IN_USE));
    }
    rows::remove(tx, code)?;
    let object = format!("dictionary:{code}");
    audit::done(
        tx,
        context.now_ms(),
        actor,
        REMOVED,
        &object,
        &found.chinese,
    )?;
    Ok(())
}

fn checked_entry(given: &DictionaryEntry) -> Result<DictionaryEntry, Problem> {
    if !COLOURS.contains(&given.colour.as_str()) {
        return Err(field(format!("颜色应为 {}", COLOURS[1..].join("、"))));
    }
    Ok(DictionaryEntry {
        code: crate::department::code(&given.code, 40)?,
        chinese: words("名称", &given.chinese, 80)?,
        english: english(&given.english)?,
        place: place(given.place)?,
        remark: remark(&given.remark)?,
        ..given.clone()
    })
}

/// Makes an entry, or changes the one with this id, whose code and dictionary stay.
///
/// # Errors
/// The store's, or what is wrong.
pub fn put_entry(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: Option<i64>,
    given: &DictionaryEntry,
) -> Result<i64, Problem> {
    let mut given = given.clone();
    if let Some(id) = id {
        let Some(old) = entry_by_id(tx, id)? else {
            return Err(not_found());
        };
        (given.dictionary, given.code) = (old.dictionary, old.code);
    }
    let mut one = checked_entry(&given)?;
    if by_code(tx, &one.dictionary)?.is_none() {
        return Err(not_found());
    }
    if id.is_none() && entry_by_code(tx, &one.dictionary, &one.code)?.is_some() {
        return Err(Problem::new(codes::TAKEN));
    }
    if id.is_none() && rows::n_entries(tx)? >= ENTRIES_MAX {
        return Err(field(format!("字典项最多 {ENTRIES_MAX} 个")));
    }
    one.id = id.unwrap_or_else(|| context.ids.next());
    let now_ms = context.now_ms();
    rows::put_entry(tx, &one, now_ms)?;
    let object = format!("dictionary:{}", one.dictionary);
    let detail = format!("{} {}", one.code, one.chinese);
    audit::done(tx, now_ms, actor, PUT, &object, &detail)?;
    Ok(one.id)
}

/// Removes an entry of a dictionary that the platform does not ask for itself.
///
/// # Errors
/// The store's, or why it stays.
pub fn remove_entry(
    tx: &mut Tx<'_>,
    context: &AppContext,
    actor: &Actor,
    id: i64,
) -> Result<(), Problem> {
    let Some(found) = entry_by_id(tx, id)? else {
        return Err(not_found());
    };
    if by_code(tx, &found.dictionary)?.is_some_and(|one| one.is_own) {
        let why = "平台自用字典的字典项可能已被引用，请改为停用";
        return Err(Problem::new(codes::IN_USE).detail(why));
    }
    rows::remove_entry(tx, id)?;
    let object = format!("dictionary:{}", found.dictionary);
    let detail = format!("{} {}", found.code, found.chinese);
    audit::done(tx, context.now_ms(), actor, REMOVED, &object, &detail)?;
    Ok(())
}

/// What somebody means who looks for `text`: exact codes first.
pub fn search(
    tx: &mut Tx<'_>,
    standing: &Standing,
    text: &str,
    limit: usize,
) -> StoreResult<Vec<DictionaryEntry>> {
    let mut found = entries(tx, "", ENTRIES_MAX)?;
    found.retain(|entry| entry.is_meant(text));
    for table in standard::tables(standing) {
        let all = standard::every(&table.code, standing);
        found.extend(
            all.into_iter()
                .flatten()
                .filter(|entry| entry.is_meant(text)),
        );
    }
    let text = text.trim();
    found.sort_by_key(|entry| {
        (
            entry.code != text && entry.chinese != text,
            entry.code.len(),
        )
    });
    found.truncate(limit);
    Ok(found)
}
