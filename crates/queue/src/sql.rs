//! Every statement of the built-in queue.

use bytes::Bytes;
use std::collections::HashMap;
use store::clock::SKEW_MS;
use store::pack::Packed;
use store::unreadable::damage;
use store::{Many, Result, Tx, Value};

/// An item that was claimed: its id and how often it has been taken.
pub(crate) struct Claimed {
    pub(crate) id: i64,
    pub(crate) n_taken: i64,
}

/// The id of an item whose body is damaged, and why.
pub(crate) type UnreadableItem = (i64, String);

/// What a claim brought.
pub(crate) enum ClaimedItems {
    /// Items in order, perhaps none because none waits.
    Items(Vec<Claimed>),
    /// Items waited, and other consumers were faster.
    Lost,
}

pub(crate) fn insert(tx: &mut Tx<'_>, queue: &str, items: &[(i64, Packed)]) -> Result<()> {
    const ITEMS: Many = Many {
        before: "insert into queue_item (id, queue, lease_until, n_taken) values ",
        row: "(?, ?, 0, 0)",
        after: "",
    };
    const BODIES: Many = Many {
        before: "insert into queue_body (id, body) values ",
        row: "(?, ?)",
        after: "",
    };
    let rows: Vec<Vec<Value<'_>>> = items
        .iter()
        .map(|(id, _)| vec![(*id).into(), queue.into()])
        .collect();
    tx.many(ITEMS, &[], &rows)?;
    let vault = tx.vault();
    let sealed = items
        .iter()
        .map(|(id, body)| Ok((*id, vault.close_packed(body)?)))
        .collect::<Result<Vec<_>>>()?;
    let rows: Vec<Vec<Value<'_>>> = sealed
        .iter()
        .map(|(id, body)| vec![(*id).into(), Value::Bytes(body)])
        .collect();
    tx.many(BODIES, &[], &rows)?;
    Ok(())
}

/// Claims the oldest items that nobody leases, for the process `node`. A lease that ends later than one taken
/// now (and the difference of clocks) was taken before the clock was set back, and counts as run out.
pub(crate) fn claim(
    tx: &mut Tx<'_>,
    queue: &str,
    max: i64,
    node: u8,
    now_ms: i64,
    lease_until: i64,
) -> Result<ClaimedItems> {
    let never = lease_until.saturating_add(SKEW_MS);
    let waiting = tx.query(
        "select id from queue_item where queue = $1 \
         and (lease_until <= $2 or lease_until > $3) order by id limit $4",
        &[queue.into(), now_ms.into(), never.into(), max.into()],
    )?;
    if waiting.is_empty() {
        return Ok(ClaimedItems::Items(Vec::new()));
    }
    // On PostgreSQL several consumers see the same items wait. The one that is second blocks on
    // the row, and then looks at the row as the first has left it: only because the lease is asked
    // for again here, it goes away empty-handed. Without these words, eight claimers took 345 of
    // 400 items twice.
    const CLAIM: Many = Many {
        before: "update queue_item set lease_until = $1, n_taken = n_taken + 1 \
                 where (lease_until <= $2 or lease_until > $3) and id in (",
        row: "?",
        after: ") returning id, n_taken",
    };
    let ids = waiting
        .iter()
        .map(|row| Ok(vec![row.int(0)?.into()]))
        .collect::<Result<Vec<_>>>()?;
    let mut claimed = tx
        .many(
            CLAIM,
            &[lease_until.into(), now_ms.into(), never.into()],
            &ids,
        )?
        .iter()
        .map(|row| {
            Ok(Claimed {
                id: row.int(0)?,
                // A count that is damaged begins anew: the item itself is judged when it is read.
                n_taken: damage(row.int(1))?.unwrap_or_default(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    if claimed.is_empty() {
        return Ok(ClaimedItems::Lost);
    }
    // The engines return changed rows in no promised order.
    claimed.sort_by_key(|item| item.id);
    hold(tx, node, &claimed)?;
    Ok(ClaimedItems::Items(claimed))
}

/// Writes down that the process `node` has taken items.
fn hold(tx: &mut Tx<'_>, node: u8, items: &[Claimed]) -> Result<()> {
    const HOLD: Many = Many {
        before: "insert into queue_holder (id, node) values ",
        row: "(?, ?)",
        after: " on conflict (id) do update set node = excluded.node",
    };
    let rows: Vec<Vec<Value<'_>>> = items
        .iter()
        .map(|item| vec![item.id.into(), i64::from(node).into()])
        .collect();
    tx.many(HOLD, &[], &rows).map(|_| ())
}

/// The bodies of items by their ids, and the ids of those whose bodies are damaged, with the reasons.
pub(crate) fn bodies(
    tx: &mut Tx<'_>,
    items: &[Claimed],
) -> Result<(HashMap<i64, Bytes>, Vec<UnreadableItem>)> {
    const BODIES: Many = Many {
        before: "select id, body from queue_body where id in (",
        row: "?",
        after: ")",
    };
    let ids: Vec<Vec<Value<'_>>> = items.iter().map(|item| vec![item.id.into()]).collect();
    let (mut bodies, mut unreadable) = (HashMap::new(), Vec::new());
    for row in tx.many(BODIES, &[], &ids)? {
        let id = row.int(0)?;
        match damage(row.bytes(1).and_then(|sealed| tx.open(sealed)))? {
            Ok(body) => {
                bodies.insert(id, Bytes::from(body));
            }
            Err(why) => unreadable.push((id, why)),
        }
    }
    Ok((bodies, unreadable))
}

/// Sets items aside, with their bodies as they are: into a queue that nobody takes from.
pub(crate) fn set_aside(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    const ASIDE: Many = Many {
        before: "update queue_item set queue = queue || ' aside', lease_until = 0 where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(ASIDE, &[], &rows)?;
    tx.many(FORGET_HOLDERS, &[], &rows).map(|_| ())
}

/// Forgets which processes have taken items.
const FORGET_HOLDERS: Many = Many {
    before: "delete from queue_holder where id in (",
    row: "?",
    after: ")",
};

pub(crate) fn delete(tx: &mut Tx<'_>, ids: &[i64]) -> Result<()> {
    const ITEMS: Many = Many {
        before: "delete from queue_item where id in (",
        row: "?",
        after: ")",
    };
    const BODIES: Many = Many {
        before: "delete from queue_body where id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(ITEMS, &[], &rows)?;
    tx.many(BODIES, &[], &rows)?;
    tx.many(FORGET_HOLDERS, &[], &rows)?;
    Ok(())
}

/// Ends leases that ended at `lease_until`; an item that someone else has taken since has another.
pub(crate) fn release(tx: &mut Tx<'_>, lease_until: i64, ids: &[i64]) -> Result<()> {
    const RELEASE: Many = Many {
        before: "update queue_item set lease_until = 0 where lease_until = $1 and id in (",
        row: "?",
        after: ")",
    };
    let rows: Vec<Vec<Value<'_>>> = ids.iter().map(|id| vec![(*id).into()]).collect();
    tx.many(RELEASE, &[lease_until.into()], &rows)?;
    Ok(())
}

/// Ends the leases of a process; its number is the one argument.
pub(crate) const FREE: &str = "update queue_item set lease_until = 0 where lease_until > 0 \
     and id in (select id from queue_holder where node = $1)";

/// Ends the leases of the process `node`; answers how many.
pub(crate) fn free(tx: &mut Tx<'_>, node: u8) -> Result<u64> {
    let node = i64::from(node);
    let n_freed = tx.execute(FREE, &[node.into()])?;
    tx.execute("delete from queue_holder where node = $1", &[node.into()])?;
    Ok(n_freed)
}

/// The largest id of a message that waits; 0 when none does.
pub(crate) fn newest(tx: &mut Tx<'_>) -> Result<i64> {
    let found = tx.query_opt("select id from queue_item order by id desc limit 1", &[])?;
    found.map_or(Ok(0), |row| row.int(0))
}

pub(crate) fn depth(tx: &mut Tx<'_>, queue: &str, now_ms: i64, lease_until: i64) -> Result<i64> {
    let never = lease_until.saturating_add(SKEW_MS);
    tx.query(
        "select count(*) from queue_item where queue = $1 \
         and (lease_until <= $2 or lease_until > $3)",
        &[queue.into(), now_ms.into(), never.into()],
    )?
    .first()
    .map_or(Ok(0), |row| row.int(0))
}
