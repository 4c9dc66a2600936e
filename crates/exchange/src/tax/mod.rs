//! Tax estimate (税款测算): `ceb::tax` with the rates that the platform knows.
//!
//! Rates change by announcement. Operators keep them in the dictionary [`RATES`]: the code of an entry is
//! a commodity code or its beginning (the longest that fits counts), its remark `13/15/5`: value-added
//! tax, consumption tax and duty in percent. What it does not say is asked of the tariff among the code
//! tables, which has no duties and therefore answers for lists inside the limits only. Whoever asks may
//! bring rates of his own. Where no rate is known, 13 % is reckoned with, and the answer says so.

pub mod http;
#[cfg(test)]
mod tests;

use ceb::code_table::Tables;
use ceb::spec::CodeTable;
use ceb::tax::{Rate, Rounding, Scope, Split, Way};
use registry::context::AppContext;
use registry::dictionary;
use registry::module::Module;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Result, Tx};

/// The dictionary of rates.
pub const RATES: &str = "tax_rate";

registry::parameters! {
    /// Whether freight is split evenly instead of by value.
    pub SPLIT_EVENLY = "tax.split_evenly", "税款测算：运费平均分摊", switch, plain, Fixed(0),
        "打开后，税款测算把运费和保费平均分摊到各项商品；关闭时按商品总价的比例分摊。";
    /// Whether taxes are rounded down.
    pub ROUND_DOWN = "tax.round_down", "税款测算：分以下舍去", switch, plain, Fixed(0),
        "打开后，税款测算把不足一分的金额舍去；关闭时四舍五入。";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("税款测算").parameters(PARAMETERS);

/// How customs is taken to split and round.
pub(crate) fn way(context: &AppContext) -> Way {
    Way {
        split: if context.number(&SPLIT_EVENLY) == 0 {
            Split::Value
        } else {
            Split::Even
        },
        rounding: if context.number(&ROUND_DOWN) == 0 {
            Rounding::HalfUp
        } else {
            Rounding::Down
        },
        ..Way::default()
    }
}

/// Rates by the beginning of the commodity code (税率表).
#[derive(Debug, Clone, Default)]
pub struct Rates {
    own: BTreeMap<String, Rate>,
    tables: Arc<Tables>,
}

impl Rates {
    /// The rate of the longest beginning that fits; else, inside the limits, that of the tariff.
    #[must_use]
    pub fn find(&self, code: &str, scope: Scope) -> Option<Rate> {
        let fronts = (1..=code.len()).rev().filter_map(|end| code.get(..end));
        let own = fronts
            .into_iter()
            .find_map(|front| self.own.get(front).copied());
        own.or_else(|| match scope {
            Scope::Within => self.of_tariff(code),
            Scope::SingleItem | Scope::Over => None,
        })
    }

    fn of_tariff(&self, code: &str) -> Option<Rate> {
        let row = self.tables.newest(CodeTable::Tariff)?.find(code)?;
        Rate::of_goods(row.goods.as_ref()?)
    }

    /// Adds a rate; it comes before one that was there.
    pub fn put(&mut self, code: &str, rate: Rate) {
        self.own.insert(code.to_owned(), rate);
    }
}

/// Reads `13/15/5`; consumption tax and duty may be left out.
#[must_use]
pub fn rate(text: &str) -> Option<Rate> {
    let mut parts = text
        .split('/')
        .map(|part| ceb::message::decimal(part.trim()));
    let rate = Rate {
        vat: parts.next()??,
        consumption: parts.next().map_or(Some(Decimal::ZERO), |part| part)?,
        duty: parts.next().map_or(Some(Decimal::ZERO), |part| part)?,
    };
    (parts.next().is_none() && rate.is_sound()).then_some(rate)
}

/// The rates that operators keep, and the tariff.
pub fn rates(tx: &mut Tx<'_>, tables: Arc<Tables>) -> Result<Rates> {
    let mut rates = Rates {
        own: BTreeMap::new(),
        tables,
    };
    for entry in dictionary::entries(tx, RATES, dictionary::ENTRIES_MAX)? {
        if let Some(rate) = rate(&entry.remark).filter(|_| entry.is_active) {
            rates.put(&entry.code, rate);
        }
    }
    Ok(rates)
}
