//! Every statement of the simulator.

use super::prepare::{DocumentFacts, ElementValues};
use super::receipt::Entity;
use ceb::{Direction, Kind};
use store::{Error, Many, Result, Row, Tx, Value};

/// A declared document as it is remembered.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: i64,
    pub(super) kind: Kind,
    pub(super) key: String,
    pub(super) link: Option<String>,
    pub(super) invt_no: Option<String>,
    /// The last status that was answered; 0 when none was, or when it was deleted.
    pub(super) status: i32,
    pub(super) app_time: String,
    pub(super) receiver: String,
    pub(super) head: ElementValues,
    pub(super) facts: DocumentFacts,
}

/// Something that is due at a time.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) id: i64,
    pub(super) due_at: i64,
    pub(super) direction: Direction,
    pub(super) receiver: String,
    pub(super) task: Task,
}

#[derive(Debug, Clone)]
pub(super) enum Task {
    /// Send answers; `joined` ones travel in one message.
    Send { entities: Vec<Entity>, joined: bool },
    /// Send bytes that are no message.
    Garbage,
    /// Look again whether the partners of a list have come.
    Match { list_id: i64 },
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Fault(e.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| Error::Fault(format!("a stored value: {e}")))
}

/// Remembers uploads; answers the keys that are new.
pub(super) fn insert_uploads(tx: &mut Tx<'_>, keys: &[&str], at_ms: i64) -> Result<Vec<String>> {
    const INSERT: Many = Many {
        before: "insert into box_upload (key, at_ms) values ",
        row: "(?, ?)",
        after: " on conflict (key) do nothing returning key",
    };
    let rows: Vec<Vec<Value<'_>>> = keys
        .iter()
        .map(|key| vec![(*key).into(), at_ms.into()])
        .collect();
    tx.many(INSERT, &[], &rows)?
        .iter()
        .map(|row| row.text(0))
        .collect()
}

/// Forgets uploads that nobody repeats any more.
pub(super) fn forget_uploads(tx: &mut Tx<'_>, before_ms: i64) -> Result<u64> {
    tx.execute(
        "delete from box_upload where at_ms < $1",
        &[before_ms.into()],
    )
}

const COLUMNS: &str = "id, kind, key, link, invt_no, status, app_time, receiver, head, facts";

fn stored(row: &Row) -> Result<Stored> {
    let kind = row.text(1)?;
    Ok(Stored {
        id: row.int(0)?,
        kind: Kind::from_code(&kind)
            .ok_or_else(|| Error::Fault("a stored kind is unknown".to_owned()))?,
        key: row.text(2)?,
        link: row.text_opt(3)?,
        invt_no: row.text_opt(4)?,
        status: i32::try_from(row.int(5)?).unwrap_or(0),
        app_time: row.text(6)?,
        receiver: row.text(7)?,
        head: from_json(&row.text(8)?)?,
        facts: from_json(&row.text(9)?)?,
    })
}

/// Documents by kind and key.
pub(super) fn by_keys(tx: &mut Tx<'_>, keys: &[(Kind, &str)]) -> Result<Vec<Stored>> {
    const SELECT: Many = Many {
        before: "select id, kind, key, link, invt_no, status, app_time, receiver, head, facts \
                 from box_document where (kind, key) in (values ",
        row: "(?, ?)",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = keys
        .iter()
        .map(|(kind, key)| vec![kind.code().into(), (*key).into()])
        .collect();
    tx.many(SELECT, &[], &rows)?.iter().map(stored).collect()
}

pub(super) fn by_link(tx: &mut Tx<'_>, kind: Kind, link: &str) -> Result<Vec<Stored>> {
    let sql =
        format!("select {COLUMNS} from box_document where kind = $1 and link = $2 order by id");
    tx.query(&sql, &[kind.code().into(), link.into()])?
        .iter()
        .map(stored)
        .collect()
}

pub(super) fn by_invt_no(tx: &mut Tx<'_>, kind: Kind, invt_no: &str) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from box_document where invt_no = $1 and kind = $2");
    tx.query_opt(&sql, &[invt_no.into(), kind.code().into()])?
        .as_ref()
        .map(stored)
        .transpose()
}

pub(super) fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from box_document where id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(stored)
        .transpose()
}

/// Writes documents; one with the same key takes the new content and keeps its id.
pub(super) fn put_documents(tx: &mut Tx<'_>, documents: &[Stored]) -> Result<()> {
    const PUT: Many = Many {
        before: "insert into box_document \
                 (id, kind, key, link, invt_no, status, app_time, receiver, head, facts) values ",
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        after: " on conflict (kind, key) do update set link = excluded.link, \
                invt_no = excluded.invt_no, status = excluded.status, \
                app_time = excluded.app_time, receiver = excluded.receiver, \
                head = excluded.head, facts = excluded.facts",
    };
    let texts = documents
        .iter()
        .map(|document| Ok((json(&document.head)?, json(&document.facts)?)))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = documents
        .iter()
        .zip(&texts)
        .map(|(document, (head, facts))| {
            vec![
                document.id.into(),
                document.kind.code().into(),
                (&document.key).into(),
                document.link.as_deref().into(),
                document.invt_no.as_deref().into(),
                document.status.into(),
                (&document.app_time).into(),
                (&document.receiver).into(),
                head.into(),
                facts.into(),
            ]
        })
        .collect();
    tx.many(PUT, &[], &rows).map(|_| ())
}

pub(super) fn set_status(tx: &mut Tx<'_>, status: i32, ids: &[i64]) -> Result<()> {
    const UPDATE: Many = Many {
        before: "update box_document set status = $1 where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(UPDATE, &[status.into()], &rows).map(|_| ())
}

pub(super) fn insert_due(tx: &mut Tx<'_>, items: &[Due]) -> Result<()> {
    const INSERT: Many = Many {
        before: "insert into box_due (id, due_at, direction, receiver, task, body) values ",
        row: "(?, ?, ?, ?, ?, ?)",
        after: "",
    };
    let bodies = items
        .iter()
        .map(|item| match &item.task {
            Task::Send { entities, .. } => json(entities),
            Task::Garbage => Ok(String::new()),
            Task::Match { list_id } => json(list_id),
        })
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = items
        .iter()
        .zip(&bodies)
        .map(|(item, body)| {
            let task = match &item.task {
                Task::Send { joined: false, .. } => "send",
                Task::Send { joined: true, .. } => "join",
                Task::Garbage => "garbage",
                Task::Match { .. } => "match",
            };
            vec![
                item.id.into(),
                item.due_at.into(),
                direction_text(item.direction).into(),
                (&item.receiver).into(),
                task.into(),
                body.into(),
            ]
        })
        .collect();
    tx.many(INSERT, &[], &rows).map(|_| ())
}

/// What is due on these lines, oldest first.
pub(super) fn due(
    tx: &mut Tx<'_>,
    lines: &[Direction],
    now_ms: i64,
    limit: i64,
) -> Result<Vec<Due>> {
    let has = |direction| lines.contains(&direction);
    let import = if has(Direction::Import) { "import" } else { "" };
    let export = if has(Direction::Export) { "export" } else { "" };
    tx.query(
        "select id, due_at, direction, receiver, task, body from box_due \
         where due_at <= $1 and direction in ($2, $3) order by due_at, id limit $4",
        &[now_ms.into(), import.into(), export.into(), limit.into()],
    )?
    .iter()
    .map(|row| {
        let body = row.text(5)?;
        let task = match row.text(4)?.as_str() {
            "garbage" => Task::Garbage,
            "match" => Task::Match {
                list_id: from_json(&body)?,
            },
            task => Task::Send {
                entities: from_json(&body)?,
                joined: task == "join",
            },
        };
        Ok(Due {
            id: row.int(0)?,
            due_at: row.int(1)?,
            direction: if row.text(2)? == "export" {
                Direction::Export
            } else {
                Direction::Import
            },
            receiver: row.text(3)?,
            task,
        })
    })
    .collect()
}

pub(super) fn delete_due(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    const DELETE: Many = Many {
        before: "delete from box_due where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(DELETE, &[], &rows).map(|_| ())
}

/// When the next thing is due, if anything is.
pub(super) fn next_due_at(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    tx.query("select min(due_at) from box_due", &[])?
        .first()
        .map_or(Ok(None), |row| row.int_opt(0))
}

/// Gives out a serial number.
pub(super) fn serial(tx: &mut Tx<'_>) -> Result<i64> {
    tx.query(
        "update box_number set next = next + 1 where name = 'serial' returning next - 1",
        &[],
    )?
    .first()
    .map_or(Ok(0), |row| row.int(0))
}

fn direction_text(direction: Direction) -> &'static str {
    match direction {
        Direction::Import => "import",
        Direction::Export => "export",
    }
}
