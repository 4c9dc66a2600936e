//! Migrations: one numbered history, one text, applied on both engines.
//!
//! Each file opens with a paragraph on why and names the module that owns each table. Files are only
//! ever added, and are backward-compatible with the previous release (expand, then contract).
//!
//! The one rewrite between the engines: `bigint primary key` becomes `integer primary key` on
//! SQLite, where only that spelling makes the key the row's own address instead of a second index.
//! Two additions: a line `-- append only: TABLE` becomes triggers in the engine's own language, and a line `-- by bytes:
//! TABLE.COLUMN` sorts a text on PostgreSQL by its bytes, as SQLite always does.

#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "testing"))]
use crate::partition;
use crate::{Error, Result, SchemaCare, Tx, reseal, vault};
use std::borrow::Cow;

/// One file of `store/migrations`: number, name and text.
type Migration = (i64, &'static str, &'static str);

const ALL: &[Migration] = &[
    (1, "company", include_str!("../migrations/0001_company.sql")),
    (2, "message", include_str!("../migrations/0002_message.sql")),
    (3, "receipt", include_str!("../migrations/0003_receipt.sql")),
    (4, "queue", include_str!("../migrations/0004_queue.sql")),
    (
        5,
        "customs_box",
        include_str!("../migrations/0005_customs_box.sql"),
    ),
    (
        6,
        "identity",
        include_str!("../migrations/0006_identity.sql"),
    ),
    (7, "sso", include_str!("../migrations/0007_sso.sql")),
    (
        8,
        "services",
        include_str!("../migrations/0008_services.sql"),
    ),
    (9, "desk", include_str!("../migrations/0009_desk.sql")),
    (
        10,
        "administration",
        include_str!("../migrations/0010_administration.sql"),
    ),
    (11, "oidc", include_str!("../migrations/0011_oidc.sql")),
    (
        12,
        "passkey_foreign",
        include_str!("../migrations/0012_passkey_foreign.sql"),
    ),
    (
        13,
        "back_office",
        include_str!("../migrations/0013_back_office.sql"),
    ),
    (
        14,
        "code_table",
        include_str!("../migrations/0014_code_table.sql"),
    ),
    (
        15,
        "matching",
        include_str!("../migrations/0015_matching.sql"),
    ),
    (
        16,
        "explain_rehearsal",
        include_str!("../migrations/0016_explain_rehearsal.sql"),
    ),
    (
        17,
        "signing",
        include_str!("../migrations/0017_signing.sql"),
    ),
    (
        18,
        "payment_inquiry",
        include_str!("../migrations/0018_payment_inquiry.sql"),
    ),
    (
        19,
        "signature",
        include_str!("../migrations/0019_signature.sql"),
    ),
    (
        20,
        "outcome",
        include_str!("../migrations/0020_outcome.sql"),
    ),
    (
        21,
        "certificate_fault",
        include_str!("../migrations/0021_certificate_fault.sql"),
    ),
    (
        22,
        "login_attempt",
        include_str!("../migrations/0022_login_attempt.sql"),
    ),
    (23, "node", include_str!("../migrations/0023_node.sql")),
    (
        24,
        "seal_key",
        include_str!("../migrations/0024_seal_key.sql"),
    ),
    (
        25,
        "receipt_inbox",
        include_str!("../migrations/0025_receipt_inbox.sql"),
    ),
    (
        26,
        "company_usage",
        include_str!("../migrations/0026_company_usage.sql"),
    ),
    (
        27,
        "correction",
        include_str!("../migrations/0027_correction.sql"),
    ),
    (
        28,
        "lists_and_files",
        include_str!("../migrations/0028_lists_and_files.sql"),
    ),
    (
        29,
        "queue_holder",
        include_str!("../migrations/0029_queue_holder.sql"),
    ),
    (
        30,
        "receipt_homes",
        include_str!("../migrations/0030_receipt_homes.sql"),
    ),
    (
        31,
        "keys_in_use",
        include_str!("../migrations/0031_keys_in_use.sql"),
    ),
    (
        32,
        "queue_holder_apart",
        include_str!("../migrations/0032_queue_holder_apart.sql"),
    ),
    (
        33,
        "rehearsal_unreadable",
        include_str!("../migrations/0033_rehearsal_unreadable.sql"),
    ),
    (
        34,
        "former_dxp_until",
        include_str!("../migrations/0034_former_dxp_until.sql"),
    ),
    (
        35,
        "parked_cause",
        include_str!("../migrations/0035_parked_cause.sql"),
    ),
    (
        36,
        "unlisted_status",
        include_str!("../migrations/0036_unlisted_status.sql"),
    ),
    (
        37,
        "case_due_order",
        include_str!("../migrations/0037_case_due_order.sql"),
    ),
    (
        38,
        "byte_order",
        include_str!("../migrations/0038_byte_order.sql"),
    ),
    (
        39,
        "grant_history",
        include_str!("../migrations/0039_grant_history.sql"),
    ),
    (
        40,
        "grant_scope",
        include_str!("../migrations/0040_grant_scope.sql"),
    ),
    (
        41,
        "receipt_xml",
        include_str!("../migrations/0041_receipt_xml.sql"),
    ),
    (
        42,
        "packed_facts",
        include_str!("../migrations/0042_packed_facts.sql"),
    ),
    (
        43,
        "message_guid",
        include_str!("../migrations/0043_message_guid.sql"),
    ),
    (
        44,
        "job_runs",
        include_str!("../migrations/0044_job_runs.sql"),
    ),
    (
        45,
        "event_place",
        include_str!("../migrations/0045_event_place.sql"),
    ),
    (
        46,
        "audit_waiting",
        include_str!("../migrations/0046_audit_waiting.sql"),
    ),
    (
        47,
        "lane_shard",
        include_str!("../migrations/0047_lane_shard.sql"),
    ),
    (
        48,
        "archive",
        include_str!("../migrations/0048_archive.sql"),
    ),
    (
        49,
        "replica_beat",
        include_str!("../migrations/0049_replica_beat.sql"),
    ),
    (
        50,
        "archive_claims",
        include_str!("../migrations/0050_archive_claims.sql"),
    ),
    (
        51,
        "node_record",
        include_str!("../migrations/0051_node_record.sql"),
    ),
    (
        52,
        "archive_covered",
        include_str!("../migrations/0052_archive_covered.sql"),
    ),
    (
        53,
        "inbox_group",
        include_str!("../migrations/0053_inbox_group.sql"),
    ),
];

/// Line of a migration that makes the engine itself refuse to change or remove rows of a table.
const APPEND_ONLY: &str = "-- append only:";

/// Mark of a column that is sorted by its bytes.
const BY_BYTES: &str = "-- by bytes:";

/// A migration that a database has had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Number of the file, from 1.
    pub number: i64,
    /// Name of the file without number and ending.
    pub name: String,
}

/// Number, name and text of every migration this program knows, in order.
pub fn migrations() -> &'static [(i64, &'static str, &'static str)] {
    ALL
}

/// Brings the tables up to date, as far as that is wanted; answers whether they are this process' to arrange. `place` says which
/// database it is, for people.
///
/// # Errors
/// The engine's, and [`Error::Setting`] when the tables are not as this program knows them and are to be left alone.
pub(crate) fn open(tx: &mut Tx<'_>, care: SchemaCare, place: &str) -> Result<bool> {
    if let Some(unknown) = unknown(tx)? {
        return Err(Error::Setting(format!(
            "数据库 {place} 的结构比本程序新（有本程序不知道的第 {} 次升级 {}），没有改动：请改用升级该数据库的版本，或更新的版本",
            unknown.number, unknown.name
        )));
    }
    match (care, n_missing(tx)?) {
        (SchemaCare::Upgrade, _) | (SchemaCare::Create, None) => apply(tx).map(|()| true),
        (SchemaCare::Create | SchemaCare::Look, Some(0)) => apply(tx).map(|()| false),
        (SchemaCare::Look, None) => Err(nothing_there(place)),
        (_, Some(n_missing)) => Err(Error::Setting(format!(
            "数据库 {place} 的结构比本程序旧，差 {n_missing} 次升级，没有改动：请先停下平台的各个进程，再执行 tongguan migrate"
        ))),
    }
}

/// That there is no platform in a database.
pub(crate) fn nothing_there(place: &str) -> Error {
    Error::Setting(format!(
        "数据库 {place} 中还没有平台的表：请先启动平台（tongguan serve），或执行 tongguan migrate"
    ))
}

/// A migration that a database has had and this program does not know, if there is one.
fn unknown(tx: &mut Tx<'_>) -> Result<Option<Applied>> {
    if !is_any(tx)? {
        return Ok(None);
    }
    let newest = ALL.last().map_or(0, |(number, _, _)| *number);
    let mut done = applied(tx)?.into_iter();
    Ok(done.find(|applied| applied.number > newest))
}

/// Whether a database has had migrations at all.
fn is_any(tx: &mut Tx<'_>) -> Result<bool> {
    let tables = match tx.is_sqlite() {
        true => "select 1 from sqlite_master where name = 'migration'",
        false => {
            "select 1 from pg_tables where schemaname = current_schema() and tablename = 'migration'"
        }
    };
    Ok(tx.query_opt(tables, &[])?.is_some())
}

/// How many migrations a database lacks; nothing when it has had none at all.
fn n_missing(tx: &mut Tx<'_>) -> Result<Option<usize>> {
    if !is_any(tx)? {
        return Ok(None);
    }
    let done = applied(tx)?;
    let is_missing = |number: i64| !done.iter().any(|applied| applied.number == number);
    let n_missing = ALL
        .iter()
        .filter(|(number, _, _)| is_missing(*number))
        .count();
    Ok(Some(n_missing))
}

pub(crate) fn apply(tx: &mut Tx<'_>) -> Result<()> {
    tx.script(
        "create table if not exists migration (number bigint primary key, name text not null)",
    )?;
    let done = applied(tx)?;
    for (number, name, text) in ALL {
        if done.iter().any(|applied| applied.number == *number) {
            continue;
        }
        tx.script(&of_engine(text, tx.is_sqlite()))?;
        let marked = |mark| text.lines().filter_map(move |line| line.strip_prefix(mark));
        for table in marked(APPEND_ONLY) {
            tx.script(&append_only(table.trim(), tx.is_sqlite()))?;
        }
        let sorts_otherwise = !tx.is_sqlite();
        for column in marked(BY_BYTES).filter(|_| sorts_otherwise) {
            tx.script(&by_bytes(column.trim())?)?;
        }
        tx.execute(
            "insert into migration (number, name) values ($1, $2)",
            &[(*number).into(), (*name).into()],
        )?;
    }
    vault::prove(tx)?;
    reseal::note(tx)
}

/// What tells this history from any other: the migrations and what is made of their marks.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn fingerprint() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for is_sqlite in [true, false] {
        for (number, name, text) in ALL {
            (number, name, of_engine(text, is_sqlite)).hash(&mut hasher);
        }
        append_only("any", is_sqlite).hash(&mut hasher);
    }
    by_bytes("any.one").unwrap_or_default().hash(&mut hasher);
    partition::HOW.hash(&mut hasher);
    hasher.finish()
}

/// Gives SQLite the functions of PostgreSQL that migrations use: `sha256` of bytes, and `convert_to`, the bytes of a text.
pub(crate) fn add_functions(connection: &rusqlite::Connection) -> Result<()> {
    use rusqlite::functions::FunctionFlags;
    use sha2::{Digest, Sha256};
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("convert_to", 2, flags, |of| {
        // A text that is none any more has bytes all the same.
        Ok(of
            .get_raw(0)
            .as_bytes_or_null()
            .unwrap_or(None)
            .map(<[u8]>::to_vec))
    })?;
    connection.create_scalar_function("sha256", 1, flags, |of| {
        let bytes: Option<Vec<u8>> = of.get(0)?;
        Ok(bytes.map(|bytes| Sha256::digest(bytes).to_vec()))
    })?;
    Ok(())
}

/// A migration as an engine gets it.
fn of_engine(text: &str, is_sqlite: bool) -> Cow<'_, str> {
    match is_sqlite {
        true => text
            .replace("bigint primary key", "integer primary key")
            // A table whose rows are small stands in the tree of its key; PostgreSQL has no such tables.
            .replace("/* clustered */", "without rowid")
            .into(),
        false => text.into(),
    }
}

/// The statement by which PostgreSQL sorts a column, `table.column`, by its bytes; it builds the indexes anew.
fn by_bytes(place: &str) -> Result<String> {
    let Some((table, column)) = place.split_once('.') else {
        return Err(Error::Fault(format!("{place} is no column of a table")));
    };
    Ok(format!(
        "alter table {table} alter column {column} type text collate \"C\""
    ))
}

/// The triggers by which an engine refuses to change or remove rows of `table`.
fn append_only(table: &str, is_sqlite: bool) -> String {
    if is_sqlite {
        return ["update", "delete"]
            .map(|act| {
                format!(
                    "create trigger {table}_no_{act} before {act} on {table} \
                     begin select raise(abort, '{table} is append only'); end;"
                )
            })
            .concat();
    }
    format!(
        "create function {table}_append_only() returns trigger language plpgsql as \
         $$ begin raise exception '{table} is append only'; end $$; \
         create trigger {table}_no_change before update or delete or truncate on {table} \
         for each statement execute function {table}_append_only();"
    )
}

pub(crate) fn applied(tx: &mut Tx<'_>) -> Result<Vec<Applied>> {
    tx.query("select number, name from migration order by number", &[])?
        .iter()
        .map(|row| {
            Ok(Applied {
                number: row.int(0)?,
                name: row.text(1)?,
            })
        })
        .collect()
}
