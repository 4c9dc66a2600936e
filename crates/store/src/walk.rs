//! A step of the walk that seals what was stored before: see [`crate::reseal`].

use crate::reseal::{
    ResealChange, ResealStep, SealedColumn, Walk, add_left, change, find, name, set_place,
};
use crate::{Db, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes that are written in one transaction, one value at least: 1 MiB.
const WRITTEN_MAX: usize = 1 << 20;

/// Looks at the next rows of a column and seals those that are not sealed with the first key. Does
/// nothing while there is no key. Values are sealed while reading, and written a megabyte at
/// a time, so that the writer is never held up for long.
///
/// # Errors
/// The engine's; what was sealed before stays sealed.
pub async fn step(db: &Db, column: &'static SealedColumn, walk: Walk) -> Result<ResealStep> {
    let name = name(column, walk);
    let asked = name.clone();
    let found = db.read(move |tx| find(tx, column, &asked)).await?;
    let Some(found) = found else {
        return Ok(ResealStep::default());
    };
    let changes = Arc::new(found.changes);
    let mut n_sealed = 0;
    let mut from = 0;
    while from < changes.len() {
        let to = piece(&changes, from);
        let of = Arc::clone(&changes);
        let write = db.write(move |tx| -> Result<_> {
            let mut n_changed = 0;
            for one in of.get(from..to).unwrap_or_default() {
                n_changed += change(tx, column, one)?;
            }
            Ok(n_changed)
        });
        n_sealed += write.await?;
        from = to;
    }
    let (key, last, left) = (found.key, found.last, found.left);
    let left = if walk == Walk::Again {
        left
    } else {
        BTreeMap::new()
    };
    let keep = db.write(move |tx| {
        set_place(tx, &name, &key, last)?;
        left.iter()
            .try_for_each(|(id, n)| add_left(tx, column, id, &key, *n))
    });
    keep.await?;
    Ok(ResealStep {
        n_sealed,
        n_damaged: found.n_damaged,
        goes_on: true,
    })
}

/// Where the piece ends that begins at `from`: one change at least.
fn piece(changes: &[ResealChange], from: usize) -> usize {
    let mut n_bytes = 0;
    let rest = changes.iter().skip(from);
    let n_changes = rest
        .take_while(|one| {
            let is_first = n_bytes == 0;
            n_bytes += one.n_bytes();
            is_first || n_bytes <= WRITTEN_MAX
        })
        .count();
    from + n_changes
}
