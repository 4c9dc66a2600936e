//! Statements that make, fill and drop partitions. They are those of PostgreSQL; on SQLite nothing is divided.

use super::{COUNT_MAX, Partition, PartitionSpan, PartitionedTable, name};
use crate::{Error, Result, Row, Tx};

/// How long what needs a table for itself waits for it, in milliseconds.
pub(super) const LOCK_MS: u32 = 500;

/// The lock of the database under which partitions are made and dropped, by one process at a time.
pub(super) const TURN: i64 = 7_346_191;

/// Waits until no other process makes or drops partitions, and lets nothing of this transaction wait for long.
pub(super) fn take_turn(tx: &mut Tx<'_>) -> Result<()> {
    tx.script(&format!(
        "set local lock_timeout = {LOCK_MS}; select pg_advisory_xact_lock({TURN})"
    ))
}

/// The partitions of a table; nothing when it is not divided.
pub(super) fn partitions(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<Option<Vec<Partition>>> {
    if tx.is_sqlite() {
        return Ok(None);
    }
    let kind = tx.query_opt(
        "select relkind::text from pg_class where oid = to_regclass($1)",
        &[of.table.into()],
    )?;
    if kind.map(|row| row.text(0)).transpose()?.as_deref() != Some("p") {
        return Ok(None);
    }
    let rows = tx.query(
        "select c.relname::text, pg_get_expr(c.relpartbound, c.oid) from pg_inherits i \
         join pg_class c on c.oid = i.inhrelid where i.inhparent = to_regclass($1) order by 1",
        &[of.table.into()],
    )?;
    rows.iter().map(partition).collect::<Result<_>>().map(Some)
}

fn partition(row: &Row) -> Result<Partition> {
    let bound = row.text(1)?;
    let range = match bound.as_str() {
        "DEFAULT" => None,
        _ => Some(range(&bound).ok_or_else(|| {
            Error::Fault(format!("a partition has bounds of another form: {bound}"))
        })?),
    };
    Ok(Partition {
        name: row.text(0)?,
        range,
    })
}

/// Reads `FOR VALUES FROM ('1') TO ('2')`, with or without quotation marks; `MINVALUE` is the smallest of all.
fn range(bound: &str) -> Option<(i64, i64)> {
    let (from, until) = bound
        .strip_prefix("FOR VALUES FROM (")?
        .strip_suffix(')')?
        .split_once(") TO (")?;
    let number = |text: &str| match text.trim_matches('\'') {
        "MINVALUE" => Some(i64::MIN),
        "MAXVALUE" => Some(i64::MAX),
        number => number.parse().ok(),
    };
    Some((number(from)?, number(until)?))
}

/// Makes the partition of a span, with the rows of it that stand in the default one.
pub(super) fn make(tx: &mut Tx<'_>, of: PartitionedTable, span: PartitionSpan) -> Result<u64> {
    let PartitionedTable { table, key, .. } = of;
    let (part, rest) = (name(of, &span.suffix()), name(of, "default"));
    let (from, until) = (span.from(), span.until());
    // Made apart and attached: to be made as a partition it would need the whole table for itself.
    tx.script(&format!(
        "create table {part} (like {table} including all); \
         lock table {rest} in access exclusive mode"
    ))?;
    let n_moved = tx.execute(
        &format!(
            "with moved as (delete from {rest} where {key} >= {from} and {key} < {until} returning *) \
             insert into {part} select * from moved"
        ),
        &[],
    )?;
    tx.script(&format!(
        "alter table {table} attach partition {part} for values from ({from}) to ({until})"
    ))?;
    Ok(n_moved)
}

/// From now on this transaction waits for a lock half a second at most: a look must not hang behind whoever has a table for itself.
pub(super) fn wait_shortly(tx: &mut Tx<'_>) -> Result<()> {
    tx.script(&format!("set local lock_timeout = {LOCK_MS}"))
}

/// Whether a partition has no rows.
pub(super) fn is_empty(tx: &mut Tx<'_>, part: &str) -> Result<bool> {
    Ok(tx
        .query_opt(&format!("select 1 from {part} limit 1"), &[])?
        .is_none())
}

/// Rows of a partition, up to [`COUNT_MAX`].
pub(super) fn n_rows(tx: &mut Tx<'_>, part: &str) -> Result<i64> {
    let sql = format!("select count(*) from (select 1 from {part} limit {COUNT_MAX}) as part_rows");
    tx.query_opt(&sql, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// Drops a partition, unless it has rows; the table is locked for as long as that takes.
pub(super) fn drop_empty(tx: &mut Tx<'_>, of: PartitionedTable, part: &str) -> Result<bool> {
    let table = of.table;
    tx.script(&format!(
        "lock table {table}, {part} in access exclusive mode"
    ))?;
    if !is_empty(tx, part)? {
        return Ok(false);
    }
    tx.script(&format!(
        "alter table {table} detach partition {part}; drop table {part}"
    ))?;
    Ok(true)
}

/// How many locks the server has for each connection that it allows.
pub(super) fn locks(tx: &mut Tx<'_>) -> Result<i64> {
    let sql = "select current_setting('max_locks_per_transaction')::bigint";
    tx.query_opt(sql, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// Counts the rows of a table anew, for the plans of the server.
pub(super) fn analyze(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    tx.script(&format!("analyze {}", of.table))
}

/// Whether a table is there and has no partitions.
pub(super) fn is_whole(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from pg_class where oid = to_regclass($1) and relkind = 'r'",
        &[of.table.into()],
    )?;
    Ok(found.is_some())
}

/// Whether nobody else divides tables; if so this session does until it has said [`leave`].
pub(super) fn enter(tx: &mut Tx<'_>) -> Result<bool> {
    tx.query_opt("select pg_try_advisory_lock($1)", &[TURN.into()])?
        .map_or(Ok(false), |row| row.bool(0))
}

/// Lets others divide tables.
pub(super) fn leave(tx: &mut Tx<'_>) -> Result<()> {
    tx.query("select pg_advisory_unlock($1)", &[TURN.into()])
        .map(|_| ())
}

/// How long a statement of a division may wait for others that has no limit of its own, in milliseconds: longer than reads of the
/// platform take. An index that is made while others write waits for every transaction there is, also for a dump.
const OTHERS_MS: u32 = 70_000;

/// Lets statements of this session take as long as they need, whatever is set for its user, and wait for others for so long.
pub(super) fn take_time(tx: &mut Tx<'_>) -> Result<()> {
    tx.script(&format!(
        "set statement_timeout = 0; set lock_timeout = {OTHERS_MS}"
    ))
}

/// Lets statements of this session take as long as is set for its user.
pub(super) fn take_usual_time(tx: &mut Tx<'_>) -> Result<()> {
    tx.script("reset statement_timeout; reset lock_timeout")
}

/// The largest id of a table; 0 when there is none.
pub(super) fn largest(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<i64> {
    let PartitionedTable { table, key, .. } = of;
    let sql = format!("select coalesce(max({key}), 0) from {table}");
    tx.query_opt(&sql, &[])?.map_or(Ok(0), |row| row.int(0))
}

/// What a constraint promises, if the table has it: the bound, and whether all rows were looked at.
pub(super) fn promise(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<Option<(i64, bool)>> {
    let found = tx.query_opt(
        "select pg_get_constraintdef(oid), convalidated from pg_constraint \
         where conrelid = to_regclass($1) and conname = $2",
        &[of.table.into(), (&name(of, "until")).into()],
    )?;
    let Some(row) = found else { return Ok(None) };
    let text = row.text(0)?;
    let digits: String = text
        .chars()
        .skip_while(|c| *c != '<')
        .filter(char::is_ascii_digit)
        .collect();
    let bound = digits
        .parse()
        .map_err(|_| Error::Fault(format!("a constraint of another form: {text}")))?;
    Ok(Some((bound, row.bool(1)?)))
}

/// Promises that ids of a table are before `until`, for those that come.
pub(super) fn promise_until(tx: &mut Tx<'_>, of: PartitionedTable, until: i64) -> Result<()> {
    let (table, key, check) = (of.table, of.key, name(of, "until"));
    tx.script(&format!(
        "set local lock_timeout = {LOCK_MS}; \
         alter table {table} add constraint {check} check ({key} < {until}) not valid"
    ))
}

/// Takes the promise back.
pub(super) fn promise_nothing(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    let (table, check) = (of.table, name(of, "until"));
    tx.script(&format!(
        "set local lock_timeout = {LOCK_MS}; \
         alter table {table} drop constraint if exists {check}"
    ))
}

/// Looks whether the promise holds for all rows; others read and write meanwhile.
pub(super) fn prove(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    let (table, check) = (of.table, name(of, "until"));
    tx.script(&format!("alter table {table} validate constraint {check}"))
}

/// The index that becomes the primary key of a table whose own has not the column by which it is divided.
fn coming_key(of: PartitionedTable) -> String {
    name(of, "coming_key")
}

/// Whether that index is there, and whether it is complete.
pub(super) fn has_coming_key(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<Option<bool>> {
    let found = tx.query_opt(
        "select indisvalid from pg_index where indexrelid = to_regclass($1)",
        &[(&coming_key(of)).into()],
    )?;
    found.map(|row| row.bool(0)).transpose()
}

/// Removes what an index has left whose making was interrupted.
pub(super) fn drop_coming_key(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    tx.script(&format!(
        "set local lock_timeout = {LOCK_MS}; drop index {}",
        coming_key(of)
    ))
}

/// The columns of a primary key, in their order.
fn primary_key(tx: &mut Tx<'_>, table: &str) -> Result<String> {
    let found = tx.query_opt(
        "select string_agg(quote_ident(a.attname), ', ' order by k.n) from pg_index i \
         cross join unnest(i.indkey) with ordinality as k(column_no, n) \
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.column_no \
         where i.indrelid = to_regclass($1) and i.indisprimary",
        &[table.into()],
    )?;
    found.map_or(Ok(String::new()), |row| row.text(0))
}

/// The statement that makes that index while others write; it runs outside of any transaction.
pub(super) fn coming_key_statement(
    tx: &mut Tx<'_>,
    of: PartitionedTable,
    while_others_write: bool,
) -> Result<String> {
    let (table, index) = (of.table, coming_key(of));
    let own = primary_key(tx, table)?;
    let added = of.added_to_key.unwrap_or_default();
    let how = if while_others_write {
        "concurrently"
    } else {
        ""
    };
    Ok(format!(
        "create unique index {how} {index} on {table} ({own}, {added})"
    ))
}

/// Takes a table for this transaction; answers whether it has no rows.
pub(super) fn take(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<bool> {
    let table = of.table;
    tx.script(&format!(
        "set local lock_timeout = {LOCK_MS}; lock table {table} in access exclusive mode"
    ))?;
    is_empty(tx, table)
}

/// Gives a table that this transaction has taken another primary key.
pub(super) fn change_key(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    let (table, index) = (of.table, coming_key(of));
    tx.script(&format!(
        "alter table {table} drop constraint {table}_pkey, \
         add constraint {table}_pkey primary key using index {index}"
    ))
}

/// Renames a table with all its indexes and puts one in its place that has the same columns, checks and rights, and
/// partitions.
pub(super) fn replace(tx: &mut Tx<'_>, of: PartitionedTable, suffix: &str) -> Result<()> {
    let (table, key, part) = (of.table, of.key, name(of, suffix));
    let columns = primary_key(tx, table)?;
    tx.script(&format!("alter table {table} rename to {part}"))?;
    let indexes = tx.query(
        "select c.relname::text, pg_get_indexdef(i.indexrelid), i.indisprimary from pg_index i \
         join pg_class c on c.oid = i.indexrelid where i.indrelid = to_regclass($1) order by 1",
        &[(&part).into()],
    )?;
    tx.script(&format!(
        "create table {table} (like {part} including defaults including constraints including storage) \
         partition by range ({key}); \
         alter table {table} drop constraint if exists {}",
        name(of, "until")
    ))?;
    for row in &indexes {
        let (index, text) = (row.text(0)?, row.text(1)?);
        let new = match (row.bool(2)?, text.split_once(" USING ")) {
            (true, _) => {
                format!("alter table {table} add constraint {index} primary key ({columns})")
            }
            (false, Some((head, how))) => {
                let unique = if head.contains(" UNIQUE ") {
                    "unique"
                } else {
                    ""
                };
                format!("create {unique} index {index} on {table} using {how}")
            }
            (false, None) => return Err(Error::Fault(format!("an index of another form: {text}"))),
        };
        tx.script(&format!(
            "alter index {index} rename to {index}_{suffix}; {new}"
        ))?;
    }
    give_rights(tx, table, &part)
}

/// Who may do what with a table may do it with the one in its place.
fn give_rights(tx: &mut Tx<'_>, table: &str, part: &str) -> Result<()> {
    let rights = tx.query(
        "select a.privilege_type::text, coalesce(quote_ident(r.rolname), 'public') from pg_class c \
         cross join aclexplode(c.relacl) a left join pg_roles r on r.oid = a.grantee \
         where c.oid = to_regclass($1) and a.grantee <> c.relowner",
        &[part.into()],
    )?;
    for row in &rights {
        let (right, who) = (row.text(0)?, row.text(1)?);
        tx.script(&format!("grant {right} on {table} to {who}"))?;
    }
    Ok(())
}

/// Makes the table that had all rows the default partition, which refuses none: a promise that an earlier start has left goes.
pub(super) fn attach_as_default(tx: &mut Tx<'_>, of: PartitionedTable) -> Result<()> {
    let (table, part) = (of.table, name(of, "default"));
    tx.script(&format!(
        "alter table {table} attach partition {part} default; \
         alter table {part} drop constraint if exists {}",
        name(of, "until")
    ))
}

/// Makes the table that had all rows the partition of all ids before `until`. Rows that are later go to the default
/// partition.
pub(super) fn attach_before(
    tx: &mut Tx<'_>,
    of: PartitionedTable,
    until: i64,
    is_proven: bool,
) -> Result<()> {
    let PartitionedTable { table, key, .. } = of;
    let (part, rest) = (name(of, "before"), name(of, "default"));
    tx.script(&format!("create table {rest} partition of {table} default"))?;
    if !is_proven {
        tx.script(&format!(
            "with beyond as (delete from {part} where {key} >= {until} returning *) \
             insert into {rest} select * from beyond"
        ))?;
    }
    tx.script(&format!(
        "alter table {table} attach partition {part} for values from (minvalue) to ({until}); \
         alter table {part} drop constraint if exists {}",
        name(of, "until")
    ))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn bounds_are_read_as_the_server_writes_them() {
        assert_eq!(range("FOR VALUES FROM ('-1') TO ('20')"), Some((-1, 20)));
        assert_eq!(
            range("FOR VALUES FROM (MINVALUE) TO ('7')"),
            Some((i64::MIN, 7))
        );
        assert_eq!(range("FOR VALUES IN (1)"), None);
    }
}
