//! Every statement on the tables `dictionary` and `dictionary_entry`.

use super::{Dictionary, DictionaryEntry};
use store::{Result, Row, Tx};

const COLUMNS: &str = "code, chinese, english, remark, state, is_own";

const ENTRY: &str = "id, dictionary, code, chinese, english, place, colour, state, remark";

fn state(is_active: bool) -> &'static str {
    if is_active { "active" } else { "disabled" }
}

/// Every dictionary, in the order of the codes.
pub fn all(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Dictionary>> {
    let sql = format!("select {COLUMNS} from dictionary order by code limit $1");
    tx.query(&sql, &[limit.into()])?
        .iter()
        .map(dictionary)
        .collect()
}

/// The dictionary with this code.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Dictionary>> {
    let sql = format!("select {COLUMNS} from dictionary where code = $1");
    tx.query_opt(&sql, &[code.into()])?
        .as_ref()
        .map(dictionary)
        .transpose()
}

/// Writes a dictionary, a new one or in the place of the one with its code.
pub fn put(tx: &mut Tx<'_>, one: &Dictionary, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into dictionary (code, chinese, english, remark, state, is_own, created_at, \
         changed_at) values ($1, $2, $3, $4, $5, $6, $7, $7) \
         on conflict (code) do update set chinese = excluded.chinese, \
         english = excluded.english, remark = excluded.remark, state = excluded.state, \
         changed_at = excluded.changed_at",
        &[
            (&one.code).into(),
            (&one.chinese).into(),
            (&one.english).into(),
            (&one.remark).into(),
            state(one.is_active).into(),
            one.is_own.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes a dictionary.
pub fn remove(tx: &mut Tx<'_>, code: &str) -> Result<()> {
    tx.execute("delete from dictionary where code = $1", &[code.into()])
        .map(|_| ())
}

/// The entries of a dictionary, or of all with an empty code, in the order of their places.
pub fn entries(tx: &mut Tx<'_>, code: &str, limit: i64) -> Result<Vec<DictionaryEntry>> {
    let sql = format!(
        "select {ENTRY} from dictionary_entry where $1 = '' or dictionary = $1 \
         order by dictionary, place, id limit $2"
    );
    tx.query(&sql, &[code.into(), limit.into()])?
        .iter()
        .map(entry)
        .collect()
}

/// The number of entries of all dictionaries.
pub fn n_entries(tx: &mut Tx<'_>) -> Result<i64> {
    let row = tx.query_opt("select count(*) from dictionary_entry", &[])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The entry with this id.
pub fn entry_by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<DictionaryEntry>> {
    let sql = format!("select {ENTRY} from dictionary_entry where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(entry)
        .transpose()
}

/// The entry of a dictionary with this code.
pub fn entry_by_code(
    tx: &mut Tx<'_>,
    dictionary: &str,
    code: &str,
) -> Result<Option<DictionaryEntry>> {
    let sql = format!("select {ENTRY} from dictionary_entry where dictionary = $1 and code = $2");
    tx.query_opt(&sql, &[dictionary.into(), code.into()])?
        .as_ref()
        .map(entry)
        .transpose()
}

/// Writes an entry, a new one or in the place of the one with its id.
pub fn put_entry(tx: &mut Tx<'_>, one: &DictionaryEntry, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into dictionary_entry (id, dictionary, code, chinese, english, place, colour, \
         state, remark, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) \
         on conflict (id) do update set chinese = excluded.chinese, \
         english = excluded.english, place = excluded.place, colour = excluded.colour, \
         state = excluded.state, remark = excluded.remark, changed_at = excluded.changed_at",
        &[
            one.id.into(),
            (&one.dictionary).into(),
            (&one.code).into(),
            (&one.chinese).into(),
            (&one.english).into(),
            one.place.into(),
            (&one.colour).into(),
            state(one.is_active).into(),
            (&one.remark).into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

/// Removes an entry.
pub fn remove_entry(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.execute("delete from dictionary_entry where id = $1", &[id.into()])
        .map(|_| ())
}

fn dictionary(row: &Row) -> Result<Dictionary> {
    Ok(Dictionary {
        code: row.text(0)?,
        chinese: row.text(1)?,
        english: row.text(2)?,
        remark: row.text(3)?,
        is_active: row.text(4)? == "active",
        is_own: row.bool(5)?,
    })
}

fn entry(row: &Row) -> Result<DictionaryEntry> {
    Ok(DictionaryEntry {
        id: row.int(0)?,
        dictionary: row.text(1)?,
        code: row.text(2)?,
        chinese: row.text(3)?,
        english: row.text(4)?,
        place: row.int(5)?,
        colour: row.text(6)?,
        is_active: row.text(7)? == "active",
        remark: row.text(8)?,
    })
}
