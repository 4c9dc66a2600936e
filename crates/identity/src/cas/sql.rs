//! Every statement on the tables `cas_ticket`, `cas_visit`, `cas_slip` and `cas_warned`.

use super::ticket::TicketKind;
use store::{Error, Result, Row, Tx};

/// A ticket as it is stored: by its hash.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) hash: String,
    pub(super) kind: TicketKind,
    pub(super) session: i64,
    pub(super) party: i64,
    /// The service it is for; of a granting ticket, the callback address.
    pub(super) service: String,
    /// Whether the person has just proved who he is, for this ticket.
    pub(super) is_fresh: bool,
    /// Callback addresses of the proxies in between, the last one first.
    pub(super) proxies: Vec<String>,
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
}

const COLUMNS: &str = "hash, kind, session_id, relying_party_id, service, is_fresh, proxies, \
                       issued_at, expires_at";

pub(super) fn insert(tx: &mut Tx<'_>, ticket: &Ticket) -> Result<()> {
    tx.execute(
        "insert into cas_ticket (hash, kind, session_id, relying_party_id, service, is_fresh, \
         proxies, issued_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            (&ticket.hash).into(),
            ticket.kind.name().into(),
            ticket.session.into(),
            ticket.party.into(),
            (&ticket.service).into(),
            ticket.is_fresh.into(),
            (&ticket.proxies.join("\n")).into(),
            ticket.issued_at.into(),
            ticket.expires_at.into(),
        ],
    )
    .map(|_| ())
}

/// Uses a service or proxy ticket up: of many who try, this answers it to one.
pub(super) fn burn(tx: &mut Tx<'_>, hash: &str, now_ms: i64) -> Result<Option<Ticket>> {
    let sql = format!(
        "update cas_ticket set used_at = $1 where hash = $2 and used_at is null \
         and kind <> 'PGT' returning {COLUMNS}"
    );
    tx.query_opt(&sql, &[now_ms.into(), hash.into()])?
        .as_ref()
        .map(ticket)
        .transpose()
}

/// A granting ticket; it may be used as often as its session lives.
pub(super) fn granting(tx: &mut Tx<'_>, hash: &str) -> Result<Option<Ticket>> {
    let sql = format!("select {COLUMNS} from cas_ticket where hash = $1 and kind = 'PGT'");
    tx.query_opt(&sql, &[hash.into()])?
        .as_ref()
        .map(ticket)
        .transpose()
}

fn ticket(row: &Row) -> Result<Ticket> {
    let kind = row.text(1)?;
    Ok(Ticket {
        hash: row.text(0)?,
        kind: TicketKind::from_name(&kind)
            .ok_or_else(|| Error::Fault(format!("unknown ticket {kind}")))?,
        session: row.int(2)?,
        party: row.int(3)?,
        service: row.text(4)?,
        is_fresh: row.bool(5)?,
        proxies: row.text(6)?.lines().map(str::to_owned).collect(),
        issued_at: row.int(7)?,
        expires_at: row.int(8)?,
    })
}

/// A service that must be told that a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(super) id: i64,
    pub(super) party: i64,
    pub(super) service: String,
    pub(super) ticket: String,
}

pub(super) fn insert_visit(tx: &mut Tx<'_>, session: i64, visit: &Visit) -> Result<()> {
    tx.execute(
        "insert into cas_visit (id, session_id, relying_party_id, service, ticket) \
         values ($1, $2, $3, $4, $5)",
        &[
            visit.id.into(),
            session.into(),
            visit.party.into(),
            (&visit.service).into(),
            (&visit.ticket).into(),
        ],
    )
    .map(|_| ())
}

/// Takes the visits of a session that nobody has told yet; they are not answered again.
pub(super) fn take_visits(tx: &mut Tx<'_>, session: i64, now_ms: i64) -> Result<Vec<Visit>> {
    tx.query(
        "update cas_visit set told_at = $1 where session_id = $2 and told_at is null \
         returning id, relying_party_id, service, ticket",
        &[now_ms.into(), session.into()],
    )?
    .iter()
    .map(|row| {
        Ok(Visit {
            id: row.int(0)?,
            party: row.int(1)?,
            service: row.text(2)?,
            ticket: row.text(3)?,
        })
    })
    .collect()
}

/// Gives what one session visited, and its granting tickets, to the session that follows it.
pub(super) fn move_on(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<()> {
    let args = [to.into(), from.into()];
    tx.execute(
        "update cas_visit set session_id = $1 where session_id = $2 and told_at is null",
        &args,
    )?;
    tx.execute(
        "update cas_ticket set session_id = $1 where session_id = $2 and kind = 'PGT'",
        &args,
    )?;
    Ok(())
}

/// Notes a slip as used; answers false when it was used before.
pub(super) fn use_slip(tx: &mut Tx<'_>, hash: &str, expires_at: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "insert into cas_slip (hash, expires_at) values ($1, $2) on conflict (hash) do nothing",
        &[hash.into(), expires_at.into()],
    )?;
    Ok(n_changed > 0)
}

pub(super) fn warn(tx: &mut Tx<'_>, session: i64) -> Result<()> {
    tx.execute(
        "insert into cas_warned (session_id) values ($1) on conflict (session_id) do nothing",
        &[session.into()],
    )
    .map(|_| ())
}

pub(super) fn is_warned(tx: &mut Tx<'_>, session: i64) -> Result<bool> {
    let sql = "select session_id from cas_warned where session_id = $1";
    Ok(tx.query_opt(sql, &[session.into()])?.is_some())
}

/// Removes tickets and slips that expired before `before_ms`, at most so many of each.
pub(crate) fn clean(tx: &mut Tx<'_>, before_ms: i64, limit: i64) -> Result<u64> {
    let args = [before_ms.into(), limit.into()];
    let n_tickets = tx.execute(
        "delete from cas_ticket where hash in (select hash from cas_ticket \
         where expires_at < $1 order by expires_at limit $2)",
        &args,
    )?;
    let n_slips = tx.execute(
        "delete from cas_slip where hash in (select hash from cas_slip \
         where expires_at < $1 order by expires_at limit $2)",
        &args,
    )?;
    Ok(n_tickets + n_slips)
}
