//! Every statement on the tables `parameter` and `parameter_change`.

use super::ParameterChange;
use crate::actor::AccountId;
use store::{Result, Row, Tx};

/// The values that differ from the program's own.
pub fn values(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>> {
    tx.query("select name, value from parameter", &[])?
        .iter()
        .map(|row| Ok((row.text(0)?, row.int(1)?)))
        .collect()
}

/// The value that was set for a parameter; nothing when the program's own holds.
pub fn value(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>> {
    tx.query_opt(
        "select value from parameter where name = $1",
        &[name.into()],
    )?
    .map(|row| row.int(0))
    .transpose()
}

/// Sets the value of a parameter; nothing brings the program's own back.
pub fn set(tx: &mut Tx<'_>, name: &str, value: Option<i64>, now_ms: i64) -> Result<()> {
    let Some(value) = value else {
        return tx
            .execute("delete from parameter where name = $1", &[name.into()])
            .map(|_| ());
    };
    tx.execute(
        "insert into parameter (name, value, changed_at) values ($1, $2, $3) \
         on conflict (name) do update set value = excluded.value, \
         changed_at = excluded.changed_at",
        &[name.into(), value.into(), now_ms.into()],
    )
    .map(|_| ())
}

/// Keeps a change.
pub fn note(tx: &mut Tx<'_>, change: &ParameterChange) -> Result<()> {
    tx.execute(
        "insert into parameter_change (id, name, value, asked_by, asked_name, approved_by, \
         approved_name, at_ms, why) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            change.id.into(),
            (&change.name).into(),
            change.value.into(),
            change.asked_by.0.into(),
            (&change.asked_name).into(),
            change.approved_by.map(|by| by.0).into(),
            (&change.approved_name).into(),
            change.at_ms.into(),
            (&change.why).into(),
        ],
    )
    .map(|_| ())
}

/// The changes of a parameter, newest first.
pub fn changes(tx: &mut Tx<'_>, name: &str, limit: i64) -> Result<Vec<ParameterChange>> {
    tx.query(
        "select id, name, value, asked_by, asked_name, approved_by, approved_name, at_ms, why \
         from parameter_change where name = $1 order by id desc limit $2",
        &[name.into(), limit.into()],
    )?
    .iter()
    .map(change)
    .collect()
}

fn change(row: &Row) -> Result<ParameterChange> {
    Ok(ParameterChange {
        id: row.int(0)?,
        name: row.text(1)?,
        value: row.int_opt(2)?,
        asked_by: AccountId(row.int(3)?),
        asked_name: row.text(4)?,
        approved_by: row.int_opt(5)?.map(AccountId),
        approved_name: row.text(6)?,
        at_ms: row.int(7)?,
        why: row.text(8)?,
    })
}
