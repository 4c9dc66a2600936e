//! Every statement on `lane_lease`.

use store::{Result, Tx};

pub(super) fn take_lease(
    tx: &mut Tx<'_>,
    name: &str,
    owner: &str,
    now_ms: i64,
    until_ms: i64,
    never_ms: i64,
) -> Result<bool> {
    let held = tx.query_opt(
        "insert into lane_lease (name, owner, until_ms) values ($1, $2, $3) \
         on conflict (name) do update set owner = excluded.owner, until_ms = excluded.until_ms \
         where lane_lease.owner = excluded.owner or lane_lease.until_ms < $4 \
         or lane_lease.until_ms > $5 returning name",
        &[
            name.into(),
            owner.into(),
            until_ms.into(),
            now_ms.into(),
            never_ms.into(),
        ],
    )?;
    Ok(held.is_some())
}

pub(super) fn give_back(tx: &mut Tx<'_>, name: &str, owner: &str) -> Result<()> {
    tx.execute(
        "update lane_lease set until_ms = 0 where name = $1 and owner = $2",
        &[name.into(), owner.into()],
    )
    .map(|_| ())
}

/// Ends the leases of owners with a number: `3.…`.
pub(super) fn free(tx: &mut Tx<'_>, node: u8) -> Result<()> {
    tx.execute(
        "update lane_lease set until_ms = 0 where owner like $1",
        &[format!("{node}.%").as_str().into()],
    )
    .map(|_| ())
}
