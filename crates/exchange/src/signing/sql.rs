//! Every statement on `signing_policy`, `signing_key` and `signing_wait`.

use super::SigningKey;
use super::step::PAUSE_MS_MAX;
use crate::keyring::provider::KeyFamily;
use crate::message::MessageId;
use crate::signature::{Policy, Verify};
use registry::access::{Sight, visible};
use registry::company::CompanyId;
use std::collections::HashMap;
use store::clock::SKEW_MS;
use store::{Error, Many, Result, Row, Tx, Value};
use web::{Age, Begin, ListRows, OrderBy, Total};

const POLICY: &str = "company_id, verify, allow_old, allow_tolerant_profiles, platform_signs";

const KEY: &str = "id, company_id, name, provider, family, serial, subject, certificate, \
                   valid_from, valid_to, state, added_name, added_at, removed_at";

/// The policy of a company; the defaults when nobody has set one.
pub fn policy(tx: &mut Tx<'_>, company: CompanyId) -> Result<Policy> {
    let sql = format!("select {POLICY} from signing_policy where company_id = $1");
    let found = tx.query_opt(&sql, &[company.0.into()])?;
    found.map_or_else(|| Ok(Policy::default()), |row| policy_of(&row))
}

/// The policies of several companies; those with the defaults are left out.
pub fn policies(tx: &mut Tx<'_>, companies: &[CompanyId]) -> Result<HashMap<CompanyId, Policy>> {
    const FIND: Many = Many {
        before: "select company_id, verify, allow_old, allow_tolerant_profiles, platform_signs \
                 from signing_policy where company_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = companies.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| Ok((CompanyId(row.int(0)?), policy_of(row)?)))
        .collect()
}

/// How many companies require signatures.
pub fn n_required(tx: &mut Tx<'_>) -> Result<i64> {
    let sql = "select count(*) from signing_policy where verify = $1";
    let counted = tx.query_opt(sql, &[Verify::Required.name().into()])?;
    counted.map_or(Ok(0), |row| row.int(0))
}

fn policy_of(row: &Row) -> Result<Policy> {
    let verify = row.text(1)?;
    Ok(Policy {
        verify: Verify::from_name(&verify)
            .ok_or_else(|| Error::Fault(format!("no way to verify: {verify}")))?,
        allow_old: row.bool(2)?,
        allow_tolerant_profiles: row.bool(3)?,
        platform_signs: row.bool(4)?,
    })
}

pub(super) fn put_policy(
    tx: &mut Tx<'_>,
    company: CompanyId,
    policy: &Policy,
    now_ms: i64,
) -> Result<()> {
    tx.execute(
        "insert into signing_policy (company_id, verify, allow_old, allow_tolerant_profiles, \
         platform_signs, changed_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (company_id) do update set verify = excluded.verify, \
         allow_old = excluded.allow_old, \
         allow_tolerant_profiles = excluded.allow_tolerant_profiles, \
         platform_signs = excluded.platform_signs, changed_at = excluded.changed_at",
        &[
            company.0.into(),
            policy.verify.name().into(),
            policy.allow_old.into(),
            policy.allow_tolerant_profiles.into(),
            policy.platform_signs.into(),
            now_ms.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn insert_key(tx: &mut Tx<'_>, key: &SigningKey) -> Result<()> {
    tx.execute(
        "insert into signing_key (id, company_id, name, provider, family, serial, subject, \
         certificate, valid_from, valid_to, state, added_name, added_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', $11, $12)",
        &[
            key.id.into(),
            key.company_id.0.into(),
            (&key.name).into(),
            (&key.provider).into(),
            key.family.name().into(),
            (&key.serial).into(),
            (&key.subject).into(),
            key.certificate.as_slice().into(),
            key.valid_from.into(),
            key.valid_to.into(),
            (&key.added_name).into(),
            key.added_at.into(),
        ],
    )
    .map(|_| ())
}

pub(super) fn remove_key(tx: &mut Tx<'_>, id: i64, now_ms: i64) -> Result<bool> {
    let n_changed = tx.execute(
        "update signing_key set state = 'removed', removed_at = $1 \
         where id = $2 and state = 'active'",
        &[now_ms.into(), id.into()],
    )?;
    Ok(n_changed > 0)
}

/// The key that signs for a company.
pub fn active_key(tx: &mut Tx<'_>, company: CompanyId) -> Result<Option<SigningKey>> {
    let sql = format!("select {KEY} from signing_key where company_id = $1 and state = 'active'");
    let found = tx.query_opt(&sql, &[company.0.into()])?;
    found.as_ref().map(key_of).transpose()
}

/// A key by its id.
pub fn key(tx: &mut Tx<'_>, id: i64) -> Result<Option<SigningKey>> {
    let sql = format!("select {KEY} from signing_key where id = $1");
    let found = tx.query_opt(&sql, &[id.into()])?;
    found.as_ref().map(key_of).transpose()
}

/// What the list of keys is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct KeyFilter {
    /// The company.
    pub company: Option<i64>,
    /// Whether removed ones are shown.
    pub with_removed: bool,
    /// Where the page begins; what is counted has no beginning.
    pub begin: Begin<Age>,
}

/// The keys of the companies in sight under a filter.
fn key_rows<'a>(sight: &'a Sight, filter: &KeyFilter) -> ListRows<'a> {
    let mut rows = ListRows::seen("from signing_key", |args| {
        visible(sight, "company_id", args)
    });
    rows.and("company_id = ?", filter.company);
    if !filter.with_removed {
        rows.and_plain("state = 'active'");
    }
    rows
}

/// A page of the keys of the companies in sight.
pub fn keys(
    tx: &mut Tx<'_>,
    sight: &Sight,
    filter: &KeyFilter,
    limit: i64,
) -> Result<Vec<SigningKey>> {
    let by = OrderBy::id("id", filter.begin.order == Age::Newest);
    let found = key_rows(sight, filter).page(tx, KEY, by, filter.begin.after.as_ref(), limit)?;
    found.iter().map(key_of).collect()
}

/// How many keys of the companies in sight there are under a filter.
pub(super) fn total_keys(tx: &mut Tx<'_>, sight: &Sight, filter: &KeyFilter) -> Result<Total> {
    key_rows(sight, filter).count(tx)
}

fn key_of(row: &Row) -> Result<SigningKey> {
    let family = row.text(4)?;
    Ok(SigningKey {
        id: row.int(0)?,
        company_id: CompanyId(row.int(1)?),
        name: row.text(2)?,
        provider: row.text(3)?,
        family: KeyFamily::from_name(&family)
            .ok_or_else(|| Error::Fault(format!("no family of keys: {family}")))?,
        serial: row.text(5)?,
        subject: row.text(6)?,
        certificate: row.bytes(7)?,
        valid_from: row.int(8)?,
        valid_to: row.int(9)?,
        is_active: row.text(10)? == "active",
        added_name: row.text(11)?,
        added_at: row.int(12)?,
        removed_at: row.int_opt(13)?,
    })
}

/// Notes that a message waits for a key; a second note counts a try.
pub(super) fn wait(
    tx: &mut Tx<'_>,
    (message, company): (MessageId, CompanyId),
    (reason, now_ms, next_at): (&str, i64, i64),
) -> Result<()> {
    tx.execute(
        "insert into signing_wait (message_id, company_id, reason, n_tries, since, next_at) \
         values ($1, $2, $3, 1, $4, $5) on conflict (message_id) do update set \
         reason = excluded.reason, n_tries = signing_wait.n_tries + 1, next_at = excluded.next_at",
        &[
            message.0.into(),
            company.0.into(),
            reason.into(),
            now_ms.into(),
            next_at.into(),
        ],
    )
    .map(|_| ())
}

/// How often each of these messages was tried.
pub(super) fn tries(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<HashMap<MessageId, i64>> {
    const FIND: Many = Many {
        before: "select message_id, n_tries from signing_wait where message_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FIND, &[], &rows)?
        .iter()
        .map(|row| Ok((MessageId(row.int(0)?), row.int(1)?)))
        .collect()
}

/// Messages that may be tried again now, the longest due first; also those whose next try lies so far
/// ahead that the clock must have been set back.
pub(crate) fn due(tx: &mut Tx<'_>, now_ms: i64, limit: i64) -> Result<Vec<MessageId>> {
    tx.query(
        "select message_id from signing_wait where next_at <= $1 or next_at > $2 \
         order by next_at limit $3",
        &[
            now_ms.into(),
            (now_ms + PAUSE_MS_MAX + SKEW_MS).into(),
            limit.into(),
        ],
    )?
    .iter()
    .map(|row| Ok(MessageId(row.int(0)?)))
    .collect()
}

/// Lets the messages of a company be tried at once: its key or its consent has changed.
pub(super) fn hurry(tx: &mut Tx<'_>, company: CompanyId, now_ms: i64) -> Result<u64> {
    tx.execute(
        "update signing_wait set next_at = $1 where company_id = $2",
        &[now_ms.into(), company.0.into()],
    )
}

pub(crate) fn forget(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<()> {
    const FORGET: Many = Many {
        before: "delete from signing_wait where message_id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    tx.many(FORGET, &[], &rows).map(|_| ())
}

/// Messages wait for a key no more; answers those that did.
pub(crate) fn stop_waiting(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<Vec<MessageId>> {
    const STOP: Many = Many {
        before: "delete from signing_wait where message_id in (",
        row: "?",
        after: ") returning message_id",
    };
    let rows: Vec<Vec<Value<'_>>> = messages.iter().map(|id| vec![id.0.into()]).collect();
    let stopped = tx.many(STOP, &[], &rows)?;
    stopped
        .iter()
        .map(|row| row.int(0).map(MessageId))
        .collect()
}

/// Whether a message waits for a key.
pub(crate) fn waits(tx: &mut Tx<'_>, message: MessageId) -> Result<bool> {
    let found = tx.query_opt(
        "select 1 from signing_wait where message_id = $1",
        &[message.0.into()],
    )?;
    Ok(found.is_some())
}

/// How many messages of a company wait for its key.
pub(super) fn n_waiting(tx: &mut Tx<'_>, company: CompanyId) -> Result<i64> {
    let found = tx.query_opt(
        "select count(*) from signing_wait where company_id = $1",
        &[company.0.into()],
    )?;
    found.map_or(Ok(0), |row| row.int(0))
}
