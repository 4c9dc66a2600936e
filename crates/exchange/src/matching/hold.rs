//! Waiting (待对碰): a list waits for its partners, because its company wants it so.
//!
//! It goes on by itself as soon as everything is there and agrees, in whatever order that happens; when
//! its company lets it go; or when the time is over, with a finding that says so. A list that is
//! declared anew while it waits is replaced: the earlier message is refused, if all of its lists came
//! again. Every way out starts from the state `Waiting` and takes the row away, so that two of them
//! at the same time are one.

use super::look::Look;
use super::{sql, why};
use crate::message::direction_name;
use crate::message::{self, Counts, DayCounts, MessageId, State, Step};
use crate::receipt::{NewReceipt, RefusedMessage, refusal_receipt};
use crate::shared::Shared;
use ceb::code::matching as code;
use ceb::{Direction, Finding, Kind};
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::clock::{SKEW_MS, beijing_day};
use store::id::IdMaker;
use store::{Result, Tx};

/// Messages that are let go in one transaction.
const DUE_MAX: i64 = 256;

const MINUTE_MS: i64 = 60_000;

/// Lets a message wait that came into the state `Waiting`.
pub(crate) fn hold(
    tx: &mut Tx<'_>,
    shared: &Shared,
    (id, company_id, direction): (MessageId, CompanyId, Direction),
    (why, now_ms): (&str, i64),
) -> Result<()> {
    let minutes = shared.context.number(&super::HOLD_MINUTES);
    let hold = sql::Hold {
        id,
        company_id,
        why: why.to_owned(),
    };
    let until_ms = now_ms + minutes * MINUTE_MS;
    sql::put_hold(tx, &hold, direction_name(direction), until_ms)
}

/// Lets one message go; answers whether it waited.
fn free(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    hold: &sql::Hold,
    detail: &str,
    now_ms: i64,
) -> Result<bool> {
    let step = Step {
        to: State::Checked,
        at_ms: now_ms,
        detail,
    };
    // Only from here: a message that a person must look at is not freed by a partner.
    sql::remove_hold(tx, hold.id)?;
    let moved = message::advance(tx, ids, &[hold.id], step)?;
    let Some((_, kind)) = message::sql::owner(tx, hold.id)?.filter(|_| !moved.is_empty()) else {
        return Ok(false);
    };
    let mut counts = DayCounts::new();
    let entry: &mut Counts = counts
        .entry((beijing_day(now_ms), hold.company_id, kind))
        .or_default();
    entry.n_checked += 1;
    message::count(tx, ids, counts, now_ms)?;
    Ok(true)
}

/// Looks again at lists for which something arrived.
pub(super) fn wake(
    tx: &mut Tx<'_>,
    shared: &Shared,
    lists: &BTreeSet<MessageId>,
    now_ms: i64,
) -> Result<()> {
    for hold in sql::holds(tx, lists)? {
        let kept = sql::of_message(tx, hold.id)?;
        let fresh: Vec<_> = kept.into_iter().map(|kept| kept.known).collect();
        let ids: Vec<i64> = fresh.iter().map(|known| known.id).collect();
        let look = Look::around(tx, fresh, &BTreeSet::new())?;
        let mut notified = String::new();
        for judgement in ids.iter().filter_map(|id| look.board.judge(*id)) {
            if let Some(why) = why(&judgement) {
                super::add_reason(&mut notified, &why);
            }
        }
        if notified.is_empty() {
            free(tx, &shared.ids, &hold, "配套单证已到齐", now_ms)?;
        } else {
            sql::set_why(tx, hold.id, &notified)?;
        }
    }
    Ok(())
}

/// Refuses messages that wait and all of whose lists were declared anew.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    shared: &Shared,
    earlier: &BTreeSet<MessageId>,
    now_ms: i64,
) -> Result<Vec<NewReceipt>> {
    let mut receipts = Vec::new();
    for hold in sql::holds(tx, earlier)? {
        let kept = sql::of_message(tx, hold.id)?;
        let fresh: Vec<_> = kept.into_iter().map(|kept| kept.known).collect();
        let look = Look::around(tx, fresh.clone(), &BTreeSet::new())?;
        let is_replaced = |known: &ceb::matching::Known| {
            let versions = look.board.versions(known).into_iter();
            versions
                .filter(|one| one.owner == known.owner && one.is_live())
                .any(|one| one.id > known.id)
        };
        if !fresh.iter().all(is_replaced) {
            continue;
        }
        sql::remove_hold(tx, hold.id)?;
        let step = Step {
            to: State::Refused,
            at_ms: now_ms,
            detail: code::HOLD_REPLACED.title,
        };
        if message::advance(tx, &shared.ids, &[hold.id], step)?.is_empty() {
            continue;
        }
        // It was declared anew already: nobody need act.
        crate::outcome::refuse(tx, &shared.ids, hold.id, false, now_ms)?;
        let kind = fresh.first().map(|known| known.facts.kind);
        add_finding(tx, hold.id, kind, &code::HOLD_REPLACED, "")?;
        let kind = kind.map_or("", Kind::code);
        let info = format!("[{}]{}", code::HOLD_REPLACED.id, code::HOLD_REPLACED.title);
        let refused = RefusedMessage {
            company_id: hold.company_id,
            id: hold.id,
            kind,
        };
        receipts.push(refusal_receipt(&shared.ids, refused, info, now_ms));
    }
    Ok(receipts)
}

/// Adds a finding about the whole message.
fn add_finding(
    tx: &mut Tx<'_>,
    id: MessageId,
    kind: Option<Kind>,
    code: &'static ceb::code::Code,
    text: &str,
) -> Result<()> {
    let path = kind.map_or_else(|| "/".to_owned(), |kind| format!("/{}", kind.root()));
    let text = if text.is_empty() { code.title } else { text };
    let finding = Finding::new(code, path, 1, "", text.to_owned());
    message::finding::append_findings(tx, &BTreeMap::from([(id, vec![finding])]))
}

/// Lets those go whose time is over; answers how many there were.
pub(crate) async fn expire(shared: &Arc<Shared>, direction: Direction) -> Result<usize> {
    let now_ms = shared.clock.now_ms();
    let name = direction_name(direction);
    // A time that is further away than any was set before the clock was set back.
    let (_, minutes_max) = super::HOLD_MINUTES.kind.range();
    let times = (now_ms, now_ms + minutes_max * MINUTE_MS + SKEW_MS);
    let due = shared
        .db
        .read(move |tx| sql::due(tx, name, times, DUE_MAX))
        .await?;
    if due.is_empty() {
        return Ok(0);
    }
    let ids = Arc::clone(&shared.ids);
    let n_freed = shared
        .db
        .write(move |tx| -> Result<_> {
            let mut n_freed = 0;
            for hold in sql::due(tx, name, times, DUE_MAX)? {
                if free(tx, &ids, &hold, "等待时间已到", now_ms)? {
                    let text = format!("等待配套单证的时间已到，仍有问题：{}", hold.why);
                    add_finding(tx, hold.id, None, &code::HOLD_OVER, &text)?;
                    n_freed += 1;
                }
            }
            Ok(n_freed)
        })
        .await?;
    shared.checked.ring();
    Ok(n_freed)
}

/// Lets a message go because its company wants it; answers what it waited for.
pub(super) fn release(
    tx: &mut Tx<'_>,
    ids: &IdMaker,
    id: MessageId,
    now_ms: i64,
) -> Result<Option<String>> {
    let Some(hold) = sql::holds(tx, &BTreeSet::from([id]))?.pop() else {
        return Ok(None);
    };
    let is_freed = free(tx, ids, &hold, "企业决定不再等待", now_ms)?;
    Ok(is_freed.then_some(hold.why))
}
