//! Everything that documents are compared with, read with few statements.

use super::personal;
use super::sql::{self, Kept, LookupKey};
use ceb::matching::{Board, Known, Part};
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// The board of a turn or of a set, with what counts of the lists on it.
#[derive(Default)]
pub(crate) struct Look {
    pub(crate) board: Board,
    counted: BTreeMap<i64, i64>,
    totals: BTreeMap<String, i64>,
}

/// A number under which documents stand, as the database has it.
pub(super) fn own_key(known: &Known) -> Option<String> {
    let key = known.own_key.as_ref()?;
    Some(format!("{}|{key}", known.facts.kind.code()))
}

impl Look {
    /// Puts new documents on the board and beside them all that the database knows about them. In two
    /// rounds: a list that an order leads to leads on to the waybill. Of those with the ids `inserted` the database knows
    /// just what they are.
    pub(crate) fn around(
        tx: &mut Tx<'_>,
        fresh: Vec<Known>,
        inserted: &BTreeSet<i64>,
    ) -> Result<Self> {
        let mut look = Self::default();
        let mut asked = [const { BTreeSet::new() }; 5];
        let mut ids = Vec::with_capacity(fresh.len());
        for known in fresh {
            let wanted = known.facts.wanted();
            asked[0].extend(own_key(&known));
            asked[1].extend(wanted.orders);
            asked[2].extend(wanted.waybills);
            asked[3].extend(wanted.bills);
            asked[4].extend(wanted.lists);
            ids.push(known.id);
            look.board.add(known);
        }
        let kinds = [
            LookupKey::Own,
            LookupKey::Order,
            LookupKey::Waybill,
            LookupKey::Bill,
            LookupKey::List,
        ];
        for (by, keys) in kinds.into_iter().zip(&asked) {
            look.take(sql::find(tx, by, keys, inserted)?);
        }
        let (mut orders, mut waybills) = (BTreeSet::new(), BTreeSet::new());
        for id in &ids {
            let list = look.board.get(*id).filter(|known| is_partner(known));
            if let Some(list) = list.and_then(|known| look.board.list_of(known)) {
                orders.extend(list.facts.order_key());
                waybills.extend(list.facts.waybill_key());
            }
        }
        orders.retain(|key| !asked[1].contains(key));
        waybills.retain(|key| !asked[2].contains(key));
        look.take(sql::find(tx, LookupKey::Order, &orders, inserted)?);
        look.take(sql::find(tx, LookupKey::Waybill, &waybills, inserted)?);
        let persons: BTreeSet<String> = ids
            .iter()
            .filter_map(|id| look.board.facts(*id)?.person_key())
            .collect();
        look.totals = sql::totals(tx, &persons)?;
        Ok(look)
    }

    fn take(&mut self, found: Vec<Kept>) {
        for kept in found {
            self.counted.insert(kept.known.id, kept.counted);
            self.board.add(kept.known);
        }
    }

    /// What the buyer of a list has bought this year besides it, in hundred-thousandths of a yuan; from
    /// now on this list counts too.
    pub(crate) fn used(&mut self, known: &Known) -> i64 {
        let Some(person) = known.facts.person_key() else {
            return 0;
        };
        let amount = personal::amount(&known.facts);
        let versions: Vec<i64> = self
            .board
            .versions(known)
            .into_iter()
            .filter(|one| one.owner == known.owner)
            .map(|one| one.id)
            .collect();
        let earlier: i64 = versions
            .iter()
            .filter_map(|id| self.counted.insert(*id, 0))
            .sum();
        self.counted.insert(known.id, amount);
        let total = self.totals.entry(person).or_default();
        let used = total.saturating_sub(earlier).max(0);
        *total = used.saturating_add(amount);
        used
    }
}

fn is_partner(known: &Known) -> bool {
    matches!(
        known.facts.part(),
        Part::Order | Part::Payment | Part::Logistics
    )
}
