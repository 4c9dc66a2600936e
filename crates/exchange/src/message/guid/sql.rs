//! Every statement on `message_guid`, and what a company has handed in last.

use super::guid_key;
use crate::message::{Arrival, MessageId};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use store::{Many, Result, Tx, Value};

/// Notes the guids of arrivals; answers the ids of those that are new. Of two that come at once the second one waits here
/// until the first is committed.
pub(crate) fn insert(tx: &mut Tx<'_>, arrivals: &[&Arrival]) -> Result<HashSet<i64>> {
    const GUIDS: Many = Many {
        before: "insert into message_guid (guid, company_id, message_id) values ",
        row: "(?, ?, ?)",
        after: " on conflict (guid, company_id) do nothing returning message_id",
    };
    let keys: Vec<_> = arrivals.iter().map(|one| guid_key(&one.guid)).collect();
    let rows: Vec<Vec<Value<'_>>> = arrivals
        .iter()
        .zip(&keys)
        .map(|(one, key)| {
            let key = Value::Bytes(key);
            vec![key, one.company_id.0.into(), one.id.0.into()]
        })
        .collect();
    tx.many(GUIDS, &[], &rows)?
        .iter()
        .map(|row| row.int(0))
        .collect()
}

/// Id, hash and acceptance time of the message that has this guid.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    company: CompanyId,
    guid: &str,
) -> Result<Option<(MessageId, Vec<u8>, i64)>> {
    let key = guid_key(guid);
    tx.query_opt(
        "select m.id, m.hash, m.received_at from message_guid g join message m \
         on m.id = g.message_id where g.guid = $1 and g.company_id = $2",
        &[Value::Bytes(&key), company.0.into()],
    )?
    .map(|row| Ok((MessageId(row.int(0)?), row.bytes(1)?, row.int(2)?)))
    .transpose()
}

/// Messages looked at in one transaction.
const ROWS: i64 = 256;

/// The id of the newest message; 0 when there is none.
pub(crate) fn newest(tx: &mut Tx<'_>) -> Result<i64> {
    let found = tx.query_opt("select id from message order by id desc limit 1", &[])?;
    found.map_or(Ok(0), |row| row.int(0))
}

/// Forgets the guids of the next messages after `after` with ids below `before`; answers the id of the last one that was
/// looked at, none when there is none, and how many guids were forgotten.
pub(crate) fn forget(tx: &mut Tx<'_>, after: i64, before: i64) -> Result<(Option<i64>, u64)> {
    let rows = tx.query(
        "select id, company_id, guid, state in ('settled', 'refused') from message \
         where id > $1 and id < $2 order by id limit $3",
        &[after.into(), before.into(), ROWS.into()],
    )?;
    let Some(last) = rows.last() else {
        return Ok((None, 0));
    };
    let last = last.int(0)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        // What customs has not finished with may still be handed in once more. The guid of a damaged row cannot be
        // known; its key stays, which harms nobody.
        if let (Ok(company), Ok(guid), Ok(true)) = (row.int(1), row.text(2), row.bool(3)) {
            found.push((guid_key(&guid), company, row.int(0)?));
        }
    }
    let mut n_forgotten = 0;
    for (key, company, id) in &found {
        n_forgotten += tx.execute(
            "delete from message_guid where guid = $1 and company_id = $2 and message_id = $3",
            &[Value::Bytes(key), (*company).into(), (*id).into()],
        )?;
    }
    Ok((Some(last), n_forgotten))
}

/// The newest message of each of these companies that has any, by its id; one of later than `until_ms` is damaged.
pub(crate) fn newest_messages(
    tx: &mut Tx<'_>,
    companies: &BTreeSet<CompanyId>,
    until_ms: i64,
) -> Result<BTreeMap<CompanyId, i64>> {
    const NEWEST: Many = Many {
        before: "select v.column1, (select m.id from message m where m.company_id = v.column1 \
                 and m.id < $1 order by m.id desc limit 1) from (values ",
        row: "(cast(? as bigint))",
        after: ") as v",
    };
    let until = [store::id::first_at_ms(until_ms).into()];
    let rows: Vec<Vec<Value<'_>>> = companies.iter().map(|one| vec![one.0.into()]).collect();
    let mut newest = BTreeMap::new();
    for row in tx.many(NEWEST, &until, &rows)? {
        let id = row.int_opt(1)?;
        newest.extend(
            id.zip(Some(CompanyId(row.int(0)?)))
                .map(|(id, of)| (of, id)),
        );
    }
    Ok(newest)
}
