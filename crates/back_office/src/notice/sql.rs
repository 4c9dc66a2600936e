//! Every statement on the tables `notice` and `notice_read`.

use super::{Level, Notice, NoticeState, Reader};
use registry::role::AccountId;
use store::{Error, Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, PagePlace, Total};

const COLUMNS: &str = "n.id, n.title, n.text, n.category, n.level, n.audience, n.from_at, \
                       n.until_at, n.is_pinned, n.place, n.state, n.author_id, n.author_name, \
                       n.changed_at, n.publisher_name, n.published_at, n.withdrawn_by, \
                       n.withdrawn_at, n.withdrawn_why";

/// Whether the account at this place of the arguments has read it.
fn is_read(account: &str) -> String {
    format!(
        "exists (select 1 from notice_read r where r.notice_id = n.id and r.account_id = {account})"
    )
}

pub(super) fn put(tx: &mut Tx<'_>, notice: &Notice, now_ms: i64) -> Result<()> {
    tx.execute(
        "insert into notice (id, title, text, category, level, audience, from_at, until_at, \
         is_pinned, place, state, author_id, author_name, created_at, changed_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 'draft', $10, $11, $12, $12) \
         on conflict (id) do update set title = excluded.title, text = excluded.text, \
         category = excluded.category, level = excluded.level, audience = excluded.audience, \
         from_at = excluded.from_at, until_at = excluded.until_at, \
         is_pinned = excluded.is_pinned, changed_at = excluded.changed_at",
        &[
            notice.id.into(),
            (&notice.title).into(),
            (&notice.text).into(),
            (&notice.category).into(),
            notice.level.name().into(),
            (&notice.audience).into(),
            notice.from_at.into(),
            notice.until_at.into(),
            notice.is_pinned.into(),
            notice.author.0.into(),
            (&notice.author_name).into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn remove(tx: &mut Tx<'_>, id: i64) -> Result<bool> {
    let n_removed = tx.execute(
        "delete from notice where id = $1 and state = 'draft'",
        &[id.into()],
    )?;
    Ok(n_removed > 0)
}

pub(super) fn publish(
    tx: &mut Tx<'_>,
    (id, place): (i64, i64),
    (publisher, name, now_ms): (AccountId, &str, i64),
    (from_at, until_at): (i64, i64),
) -> Result<bool> {
    let n_changed = tx.execute(
        "update notice set state = 'published', place = $2, publisher_id = $3, \
         publisher_name = $4, published_at = $5, from_at = $6, until_at = $7 \
         where id = $1 and state = 'draft'",
        &[
            id.into(),
            place.into(),
            publisher.0.into(),
            name.into(),
            now_ms.into(),
            from_at.into(),
            until_at.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

pub(super) fn withdraw(
    tx: &mut Tx<'_>,
    id: i64,
    name: &str,
    why: &str,
    now_ms: i64,
) -> Result<bool> {
    let n_changed = tx.execute(
        "update notice set state = 'withdrawn', withdrawn_by = $2, withdrawn_why = $3, \
         withdrawn_at = $4 where id = $1 and state = 'published'",
        &[id.into(), name.into(), why.into(), now_ms.into()],
    )?;
    Ok(n_changed > 0)
}

/// The notice with this id.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Notice>> {
    let sql = format!("select {COLUMNS} from notice n where n.id = $1");
    tx.query_opt(&sql, &[id.into()])?
        .as_ref()
        .map(notice)
        .transpose()
}

/// The notices in a state, or in any.
fn in_state(state: Option<&str>) -> ListRows<'_> {
    let mut rows = ListRows::those("from notice n", "1 = 1");
    rows.and("n.state = ?", state);
    rows
}

/// A page of the notices in a state, or in any: the list for editors.
pub fn list(
    tx: &mut Tx<'_>,
    state: Option<&str>,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<Notice>> {
    let by = OrderBy::id("n.id", begin.order == Age::Newest);
    let found = in_state(state).page(tx, COLUMNS, by, begin.after.as_ref(), limit)?;
    found.iter().map(notice).collect()
}

/// How many notices there are in a state, or in any.
pub fn total(tx: &mut Tx<'_>, state: Option<&str>) -> Result<Total> {
    in_state(state).count(tx)
}

/// The condition by which a notice is for somebody now.
fn is_for(audiences: &[&'static str], now_ms: i64, args: &mut Vec<Value<'_>>) -> String {
    args.push(now_ms.into());
    let now = args.len();
    let mut places = Vec::new();
    for audience in audiences {
        args.push((*audience).into());
        places.push(format!("${}", args.len()));
    }
    format!(
        "n.state = 'published' and n.until_at > ${now} and n.from_at <= ${now} \
         and n.audience in ({})",
        places.join(", ")
    )
}

/// The notices that are valid now for who belongs to these audiences.
fn valid_for<'a>(audiences: &[&'static str], now_ms: i64) -> ListRows<'a> {
    ListRows::seen("from notice n", |args| is_for(audiences, now_ms, args))
}

/// What is valid now for an account that belongs to these audiences, pinned ones first, each with
/// whether it was read.
pub fn valid(
    tx: &mut Tx<'_>,
    account: AccountId,
    (audiences, now_ms): (&[&'static str], i64),
    (after, limit): (Option<&PagePlace>, i64),
) -> Result<Vec<(Notice, bool)>> {
    let columns = |args: &mut Vec<Value<'_>>| {
        args.push(account.0.into());
        format!("{COLUMNS}, {}", is_read(&format!("${}", args.len())))
    };
    valid_for(audiences, now_ms)
        .page_of(tx, columns, OrderBy::id("n.place", true), after, limit)?
        .iter()
        .map(|row| Ok((notice(row)?, flag(row, 19)?)))
        .collect()
}

/// How many of them there are.
pub fn total_valid(tx: &mut Tx<'_>, (audiences, now_ms): (&[&'static str], i64)) -> Result<Total> {
    valid_for(audiences, now_ms).count(tx)
}

/// How many of them were not read, up to `limit`.
pub fn n_unread(
    tx: &mut Tx<'_>,
    account: AccountId,
    (audiences, now_ms): (&[&'static str], i64),
    limit: i64,
) -> Result<i64> {
    let mut args: Vec<Value<'_>> = vec![account.0.into()];
    let is_for = is_for(audiences, now_ms, &mut args);
    args.push(limit.into());
    let sql = format!(
        "select count(*) from (select n.id from notice n where {is_for} and not {} \
         limit ${}) unread",
        is_read("$1"),
        args.len()
    );
    let row = tx.query_opt(&sql, &args)?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// An expression that is true or false: SQLite has numbers for it.
fn flag(row: &Row, at: usize) -> Result<bool> {
    match row.bool(at) {
        Ok(value) => Ok(value),
        Err(_) => Ok(row.int(at)? != 0),
    }
}

pub(super) fn read(
    tx: &mut Tx<'_>,
    notice: i64,
    account: AccountId,
    id: i64,
    now_ms: i64,
) -> Result<bool> {
    let n_new = tx.execute(
        "insert into notice_read (notice_id, account_id, id, at_ms) values ($1, $2, $3, $4) \
         on conflict do nothing",
        &[notice.into(), account.0.into(), id.into(), now_ms.into()],
    )?;
    Ok(n_new > 0)
}

/// How many people have read a notice.
pub fn n_readers(tx: &mut Tx<'_>, notice: i64) -> Result<i64> {
    let row = tx.query_opt(
        "select count(*) from notice_read where notice_id = $1",
        &[notice.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Who has read a notice.
fn read_by<'a>(notice: i64) -> ListRows<'a> {
    let mut rows = ListRows::those("from notice_read", "1 = 1");
    rows.and("notice_id = ?", Some(notice));
    rows
}

/// A page of those who have read a notice.
pub fn readers_of(
    tx: &mut Tx<'_>,
    notice: i64,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<Reader>> {
    let by = OrderBy::id("id", begin.order == Age::Newest);
    let found =
        read_by(notice).page(tx, "id, account_id, at_ms", by, begin.after.as_ref(), limit)?;
    let reader = |row: &Row| {
        Ok(Reader {
            id: row.int(0)?,
            account: AccountId(row.int(1)?),
            at_ms: row.int(2)?,
        })
    };
    found.iter().map(reader).collect()
}

/// How many have read a notice, as far as lists are counted.
pub fn total_readers(tx: &mut Tx<'_>, notice: i64) -> Result<Total> {
    read_by(notice).count(tx)
}

fn notice(row: &Row) -> Result<Notice> {
    let fault = |what: &str| Error::Fault(format!("{what} of a notice"));
    Ok(Notice {
        id: row.int(0)?,
        title: row.text(1)?,
        text: row.text(2)?,
        category: row.text(3)?,
        level: Level::from_name(&row.text(4)?).ok_or_else(|| fault("level"))?,
        audience: row.text(5)?,
        from_at: row.int(6)?,
        until_at: row.int(7)?,
        is_pinned: row.bool(8)?,
        place: row.int(9)?,
        state: NoticeState::from_name(&row.text(10)?).ok_or_else(|| fault("state"))?,
        author: AccountId(row.int(11)?),
        author_name: row.text(12)?,
        changed_at: row.int(13)?,
        publisher_name: row.text_opt(14)?,
        published_at: row.int_opt(15)?,
        withdrawn_by: row.text_opt(16)?,
        withdrawn_at: row.int_opt(17)?,
        withdrawn_why: row.text_opt(18)?,
    })
}
