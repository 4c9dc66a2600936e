//! The running total of a person (个人年度累计): kept by keyed hash, exact however often a step runs.
//!
//! `counted` of a list says what of it stands in the total. Whenever something about a list changes,
//! what must be counted is reckoned anew from its versions, and only the difference is added, guarded
//! by what was read: a step that runs twice finds no difference.

use super::sql::{self, Kept, LookupKey};
use ceb::matching::{Board, Facts, limit};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// Hundred-thousandths in a yuan: the standard allows five decimals.
const UNITS: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);

/// The most that one list counts, in yuan, so that no total can overflow.
const YUAN_MAX: Decimal = Decimal::from_parts(10_000_000, 0, 0, false, 0);

/// Yuan as hundred-thousandths.
pub(super) fn units(yuan: Decimal) -> i64 {
    let yuan = yuan.max(Decimal::ZERO).min(YUAN_MAX);
    (yuan * UNITS).trunc().to_i64().unwrap_or(0)
}

/// Hundred-thousandths as yuan.
pub(crate) fn yuan(units: i64) -> Decimal {
    Decimal::from(units) / UNITS
}

/// What counts of a list; nothing of anything else.
pub(super) fn amount(facts: &Facts) -> i64 {
    if facts.person_key().is_none() {
        return 0;
    }
    limit::value(facts).map_or(0, units)
}

/// Brings the totals of the buyers of lists up to date.
pub(super) fn recount(tx: &mut Tx<'_>, own_keys: &BTreeSet<String>) -> Result<()> {
    let mut by_list: BTreeMap<(i64, String), Vec<Kept>> = BTreeMap::new();
    for kept in sql::find(tx, LookupKey::Own, own_keys, &BTreeSet::new())? {
        let key = kept.known.own_key.clone().unwrap_or_default();
        by_list
            .entry((kept.known.owner, key))
            .or_default()
            .push(kept);
    }
    let mut changes = Vec::new();
    let mut persons: BTreeMap<i64, String> = BTreeMap::new();
    for versions in by_list.values() {
        let in_force = Board::in_force(versions.iter().map(|kept| &kept.known)).map(|one| one.id);
        for kept in versions {
            let counts = in_force == Some(kept.known.id);
            let should = if counts {
                (kept.amount - kept.given_back).max(0)
            } else {
                0
            };
            if let Some(person) = kept.person_key.clone().filter(|_| should != kept.counted) {
                changes.push((kept.known.id, kept.counted, should));
                persons.insert(kept.known.id, person);
            }
        }
    }
    let done = sql::count(tx, &changes)?;
    let mut totals: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for (id, was, is) in changes {
        if let Some(person) = persons.remove(&id).filter(|_| done.contains(&id)) {
            let entry = totals.entry(person).or_default();
            entry.0 += is - was;
            entry.1 += i64::from(is > 0) - i64::from(was > 0);
        }
    }
    sql::add(tx, &totals)
}
