//! Every statement on the table `session`.

use super::{Session, Stage};
use crate::company::CompanyId;
use crate::role::AccountId;
use store::{Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

const COLUMNS: &str = "s.id, s.hash, s.account_id, s.stage, s.methods, s.company_id, \
                       s.authenticated_at, s.created_at, s.seen_at, s.expires_at, s.address, \
                       s.agent";

/// Begins a session.
pub fn insert(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    tx.execute(
        "insert into session (id, hash, account_id, stage, methods, company_id, authenticated_at, \
         created_at, seen_at, expires_at, address, agent) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &[
            session.id.into(),
            (&session.hash).into(),
            session.account.0.into(),
            session.stage.name().into(),
            (&session.methods).into(),
            session.company.map(|c| c.0).into(),
            session.authenticated_at.into(),
            session.created_at.into(),
            session.seen_at.into(),
            session.expires_at.into(),
            (&session.address).into(),
            (&session.agent).into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn by_hash(tx: &mut Tx<'_>, hash: &str) -> Result<Option<(Session, String)>> {
    open_one(tx, "s.hash = $1", hash.into())
}

pub(super) fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<(Session, String)>> {
    open_one(tx, "s.id = $1", id.into())
}

fn open_one(tx: &mut Tx<'_>, which: &str, key: Value<'_>) -> Result<Option<(Session, String)>> {
    let sql = format!(
        "select {COLUMNS}, p.name from session s join account a on a.id = s.account_id \
         join party p on p.id = a.party_id \
         where {which} and s.ended_at is null and a.state = 'active'"
    );
    tx.query_opt(&sql, &[key])?
        .as_ref()
        .map(|row| Ok((session(row)?, row.text(12)?)))
        .transpose()
}

/// Moves a session on: new token, stage and methods. Answers false when it was moved or ended
/// meanwhile.
pub fn promote(tx: &mut Tx<'_>, session: &Session, old_hash: &str) -> Result<bool> {
    let n_changed = tx.execute(
        "update session set hash = $1, stage = $2, methods = $3, authenticated_at = $4, \
         seen_at = $4 where id = $5 and hash = $6 and ended_at is null",
        &[
            (&session.hash).into(),
            session.stage.name().into(),
            (&session.methods).into(),
            session.authenticated_at.into(),
            session.id.into(),
            old_hash.into(),
        ],
    )?;
    Ok(n_changed > 0)
}

/// Notes that a session is in use.
pub fn seen(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<()> {
    tx.execute(
        "update session set seen_at = $1 where id = $2 and seen_at < $1",
        &[now_ms.into(), id.into()],
    )
    .map(|_| ())
}

/// Chooses the company to act for.
pub fn choose_company(tx: &mut Tx<'_>, id: i64, company: Option<CompanyId>) -> Result<()> {
    tx.execute(
        "update session set company_id = $1 where id = $2",
        &[company.map(|c| c.0).into(), id.into()],
    )
    .map(|_| ())
}

/// Ends a session; answers whether it was open.
pub fn end(tx: &mut Tx<'_>, id: i64, now_ms: i64, why: &str) -> Result<bool> {
    let n_changed = tx.execute(
        "update session set ended_at = $1, ended_why = $2 where id = $3 and ended_at is null",
        &[now_ms.into(), why.into(), id.into()],
    )?;
    Ok(n_changed > 0)
}

/// Ends the sessions of an account except `but`, keeping the newest `keep`; answers their ids.
pub fn end_all_of(
    tx: &mut Tx<'_>,
    account: AccountId,
    (but, keep): (i64, i64),
    now_ms: i64,
    why: &str,
) -> Result<Vec<i64>> {
    tx.query(
        "update session set ended_at = $1, ended_why = $2 where account_id = $3 and id <> $4 \
         and ended_at is null and id not in (select id from session where account_id = $3 \
         and ended_at is null and id <> $4 order by id desc limit $5) returning id",
        &[
            now_ms.into(),
            why.into(),
            account.0.into(),
            but.into(),
            keep.into(),
        ],
    )?
    .iter()
    .map(|row| row.int(0))
    .collect()
}

/// An open session as the administrator sees it (在线用户).
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// The session.
    pub session: Session,
    /// Login of the account.
    pub login: String,
    /// Name of the person.
    pub name: String,
}

/// The sessions used since a moment that have not ended.
fn used<'a>(since_ms: i64) -> ListRows<'a> {
    let from = "from session s join account a on a.id = s.account_id \
                join party p on p.id = a.party_id";
    let mut rows = ListRows::those(from, "s.ended_at is null");
    rows.and_indexed("s.seen_at >= ?", Some(since_ms));
    rows
}

/// A page of the sessions used since `since_ms`.
pub fn open(
    tx: &mut Tx<'_>,
    since_ms: i64,
    begin: &Begin<Age>,
    limit: i64,
) -> Result<Vec<OpenSession>> {
    let by = OrderBy::id("s.id", begin.order == Age::Newest);
    let columns = format!("{COLUMNS}, a.login, p.name");
    let found = used(since_ms).page(tx, &columns, by, begin.after.as_ref(), limit)?;
    let session = |row: &Row| {
        Ok(OpenSession {
            session: session(row)?,
            login: row.text(12)?,
            name: row.text(13)?,
        })
    };
    found.iter().map(session).collect()
}

/// How many sessions were used since `since_ms`.
pub fn total_of_open(tx: &mut Tx<'_>, since_ms: i64) -> Result<Total> {
    used(since_ms).count(tx)
}

/// The open sessions of an account, newest first.
pub fn open_of(tx: &mut Tx<'_>, account: AccountId, limit: i64) -> Result<Vec<Session>> {
    let sql = format!(
        "select {COLUMNS} from session s where s.account_id = $1 and s.ended_at is null \
         order by s.id desc limit $2"
    );
    tx.query(&sql, &[account.0.into(), limit.into()])?
        .iter()
        .map(session)
        .collect()
}

/// Ends the sessions that ran out, at most `limit`; answers their ids, for those who must be informed.
pub fn ended_or_stale(
    tx: &mut Tx<'_>,
    idle_before_ms: i64,
    now_ms: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    tx.query(
        "update session set ended_at = $2, ended_why = 'timeout' where ended_at is null \
         and id in (select id from session where ended_at is null \
         and (seen_at < $1 or expires_at <= $2) order by seen_at limit $3) returning id",
        &[idle_before_ms.into(), now_ms.into(), limit.into()],
    )?
    .iter()
    .map(|row| row.int(0))
    .collect()
}

/// Sessions that ended after a place of the list, with the time of their end, in that order.
pub fn ended_since(
    tx: &mut Tx<'_>,
    (at_ms, id): (i64, i64),
    limit: i64,
) -> Result<Vec<(i64, i64)>> {
    tx.query(
        "select ended_at, id from session where ended_at is not null \
         and (ended_at > $1 or (ended_at = $1 and id > $2)) order by ended_at, id limit $3",
        &[at_ms.into(), id.into(), limit.into()],
    )?
    .iter()
    .map(|row| Ok((row.int(0)?, row.int(1)?)))
    .collect()
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        id: row.int(0)?,
        hash: row.text(1)?,
        account: AccountId(row.int(2)?),
        stage: Stage::from_name(&row.text(3)?),
        methods: row.text(4)?,
        company: row.int_opt(5)?.map(CompanyId),
        authenticated_at: row.int(6)?,
        created_at: row.int(7)?,
        seen_at: row.int(8)?,
        expires_at: row.int(9)?,
        address: row.text(10)?,
        agent: row.text(11)?,
    })
}
