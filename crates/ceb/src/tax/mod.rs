//! Tax (跨境电商综合税): what customs will probably levy on an import list, with the way it was reckoned.
//!
//! Inside the limits of a person duty is zero, and value-added and consumption tax are levied at 70 %;
//! outside (one indivisible item over 5,000 yuan, or more than a year allows) in full:
//!
//! ```text
//! consumption = (P + duty) ÷ (1 − c) × c × share
//! value-added = (P + duty + full consumption) × v × share
//! ```
//!
//! P is the price of a line with its share of freight and insurance. How customs splits freight and
//! rounds is not published, hence [`Way`]. Rates are an argument: they change by date and belong to who
//! keeps them. An estimate is no assessment; what the tax bill (816) says holds.

#[cfg(test)]
mod tests;
mod text;

use crate::code_table::Goods;
use crate::matching::{Facts, Values, limit};
use crate::message::Document;
use crate::number::decimal;
use rust_decimal::{Decimal, RoundingStrategy};

pub use text::compare;

/// Share of value-added and consumption tax that is levied inside the limits.
const SHARE: Decimal = Decimal::from_parts(7, 0, 0, false, 1);

/// Value-added tax where no rate is known, in percent.
const DEFAULT_VAT: Decimal = Decimal::from_parts(13, 0, 0, false, 0);

const HUNDRED: Decimal = Decimal::ONE_HUNDRED;

/// Rates of a commodity (税率), in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Value-added tax (增值税).
    pub vat: Decimal,
    /// Consumption tax by value (消费税).
    pub consumption: Decimal,
    /// Duty (关税), levied outside the limits only.
    pub duty: Decimal,
}

impl Rate {
    /// Where no rate is known: 13 % value-added tax and nothing else.
    pub const DEFAULT: Self = Self {
        vat: DEFAULT_VAT,
        consumption: Decimal::ZERO,
        duty: Decimal::ZERO,
    };

    /// What the tariff (税则) says; `None` when it does not know both taxes. It has no duties, so this is
    /// a rate for lists inside the limits.
    #[must_use]
    pub fn of_goods(goods: &Goods) -> Option<Self> {
        let percent = |text: &Option<String>| decimal(text.as_deref()?);
        let rate = Self {
            vat: percent(&goods.vat)?,
            consumption: percent(&goods.consumption)?,
            duty: Decimal::ZERO,
        };
        rate.is_sound().then_some(rate)
    }

    /// Whether each is a percentage that can be reckoned with.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let range = Decimal::ZERO..HUNDRED;
        range.contains(&self.vat)
            && range.contains(&self.consumption)
            && !self.duty.is_sign_negative()
            && self.duty <= HUNDRED * Decimal::TEN
    }
}

/// How freight and insurance are split over the lines (运费分摊方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Split {
    /// By the value of the lines.
    #[default]
    Value,
    /// Each line the same.
    Even,
}

/// How an amount is rounded (进位方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// Half up.
    #[default]
    HalfUp,
    /// Down.
    Down,
}

/// What customs does not publish (计税口径): how it splits and rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// How freight and insurance are split; the last line takes the rest.
    pub split: Split,
    /// How amounts are rounded.
    pub rounding: Rounding,
    /// Decimals of an amount.
    pub decimals: u32,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            split: Split::Value,
            rounding: Rounding::HalfUp,
            decimals: 2,
        }
    }
}

impl Way {
    fn round(self, amount: Decimal) -> Decimal {
        let strategy = match self.rounding {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        amount.round_dp_with_strategy(self.decimals, strategy)
    }
}

/// Whether a list is inside the limits of its buyer (限额内外).
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum Scope {
    /// Inside (限额内).
    #[strum(serialize = "within")]
    Within,
    /// One indivisible item above the limit of a transaction (单件超限).
    #[strum(serialize = "singleItem")]
    SingleItem,
    /// Outside (限额外): general trade.
    #[strum(serialize = "over")]
    Over,
}

impl Scope {
    /// The scope of a list whose buyer has bought for `used` yuan this year besides.
    #[must_use]
    pub fn of(facts: &Facts, used: Decimal) -> Self {
        let value = limit::value(facts).unwrap_or_default();
        let is_within_year = used
            .checked_add(value)
            .is_some_and(|sum| sum <= limit::ANNUAL_MAX);
        match (value <= limit::SINGLE_MAX, is_within_year) {
            (true, true) => Self::Within,
            (false, true) if limit::is_single_item(facts) => Self::SingleItem,
            _ => Self::Over,
        }
    }

    /// The name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Tax of one line (单项税款).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineTax {
    /// Number of the line.
    pub gnum: String,
    /// Commodity code (商品编码).
    pub gcode: String,
    /// Name of the goods.
    pub gname: String,
    /// Price of the line, in yuan.
    pub price: Decimal,
    /// Its share of freight and insurance.
    pub beside: Decimal,
    /// Taxable value (完税价格).
    pub taxable: Decimal,
    /// The rates.
    pub rate: Rate,
    /// Whether the rates are known for the commodity.
    pub is_known: bool,
    /// Duty (关税).
    pub duty: Decimal,
    /// Consumption tax (消费税).
    pub consumption: Decimal,
    /// Value-added tax (增值税).
    pub vat: Decimal,
    /// Consumption tax before the share, on which value-added tax is levied too.
    full_consumption: Decimal,
}

impl LineTax {
    /// All taxes of the line.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.duty + self.consumption + self.vat
    }
}

/// Tax of a list (税款测算).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Whether the list is inside the limits.
    pub scope: Scope,
    /// The lines.
    pub lines: Vec<LineTax>,
    /// Taxable value of all lines.
    pub taxable: Decimal,
    /// Duty (关税).
    pub duty: Decimal,
    /// Consumption tax (消费税).
    pub consumption: Decimal,
    /// Value-added tax (增值税).
    pub vat: Decimal,
    /// All taxes.
    pub total: Decimal,
    /// The way to the result, in Chinese sentences.
    pub explanation: Vec<String>,
}

/// The comprehensive rate (综合税率) inside the limits, in percent: `(c + v) ÷ (1 − c) × 70 %`.
#[must_use]
pub fn comprehensive(rate: &Rate) -> Option<Decimal> {
    let rest = HUNDRED.checked_sub(rate.consumption)?;
    let sum = rate.consumption.checked_add(rate.vat)?;
    let percent = sum.checked_div(rest)?.checked_mul(SHARE * HUNDRED)?;
    Some(percent.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

/// Reckons the tax of an import list; none when a number of it is missing or too large.
#[must_use]
pub fn estimate(
    facts: &Facts,
    scope: Scope,
    rates: &dyn Fn(&str) -> Option<Rate>,
    way: Way,
) -> Option<Estimate> {
    let number = |line: &Values, element: &str| decimal(line.get(element)?);
    let prices: Vec<Decimal> = facts
        .lines
        .iter()
        .map(|line| number(line, "totalPrice"))
        .collect::<Option<_>>()?;
    let freight = facts.decimal("freight").unwrap_or_default();
    let insured = facts.decimal("insuredFee").unwrap_or_default();
    let shares = shares(&prices, freight.checked_add(insured)?, way)?;
    let mut lines = Vec::with_capacity(prices.len());
    for (line, (price, beside)) in facts.lines.iter().zip(prices.iter().zip(&shares)) {
        lines.push(line_tax(line, *price, *beside, scope, rates, way)?);
    }
    let sum = |of: &dyn Fn(&LineTax) -> Decimal| {
        lines
            .iter()
            .try_fold(Decimal::ZERO, |sum, line| sum.checked_add(of(line)))
    };
    let mut estimate = Estimate {
        scope,
        taxable: sum(&|line| line.taxable)?,
        duty: sum(&|line| line.duty)?,
        consumption: sum(&|line| line.consumption)?,
        vat: sum(&|line| line.vat)?,
        total: sum(&LineTax::total)?,
        explanation: Vec::new(),
        lines,
    };
    estimate.explanation = text::explain(&estimate, freight, insured, way);
    Some(estimate)
}

/// Shares of freight and insurance; the last line takes the rest.
fn shares(prices: &[Decimal], beside: Decimal, way: Way) -> Option<Vec<Decimal>> {
    let all = prices
        .iter()
        .try_fold(Decimal::ZERO, |sum, price| sum.checked_add(*price))?;
    let n_lines = Decimal::from(prices.len());
    let mut left = beside;
    let mut shares = Vec::with_capacity(prices.len());
    for (at, price) in prices.iter().enumerate() {
        let part = match way.split {
            _ if at + 1 == prices.len() => left,
            Split::Value if all.is_zero() => Decimal::ZERO,
            Split::Value => way.round(beside.checked_mul(*price)?.checked_div(all)?),
            Split::Even => way.round(beside.checked_div(n_lines)?),
        };
        left = left.checked_sub(part)?;
        shares.push(part);
    }
    Some(shares)
}

fn line_tax(
    line: &Values,
    price: Decimal,
    beside: Decimal,
    scope: Scope,
    rates: &dyn Fn(&str) -> Option<Rate>,
    way: Way,
) -> Option<LineTax> {
    let text = |element: &str| line.get(element).cloned().unwrap_or_default();
    let known = rates(&text("gcode")).filter(Rate::is_sound);
    let rate = known.unwrap_or(Rate::DEFAULT);
    let of = |amount: Decimal, percent: Decimal| amount.checked_mul(percent)?.checked_div(HUNDRED);
    let taxable = price.checked_add(beside)?;
    let (share, duty) = match scope {
        Scope::Within => (SHARE, Decimal::ZERO),
        Scope::SingleItem | Scope::Over => (Decimal::ONE, way.round(of(taxable, rate.duty)?)),
    };
    let with_duty = taxable.checked_add(duty)?;
    // Consumption tax is part of the price on which it is levied.
    let composed = with_duty
        .checked_mul(HUNDRED)?
        .checked_div(HUNDRED.checked_sub(rate.consumption)?)?;
    let full_consumption = of(composed, rate.consumption)?;
    let full_vat = of(with_duty.checked_add(full_consumption)?, rate.vat)?;
    Some(LineTax {
        gnum: text("gnum"),
        gcode: text("gcode"),
        gname: text("gname"),
        price,
        beside,
        taxable,
        rate,
        is_known: known.is_some(),
        duty,
        consumption: way.round(full_consumption.checked_mul(share)?),
        vat: way.round(full_vat.checked_mul(share)?),
        full_consumption,
    })
}

/// What a tax bill (816) levies: duty, consumption tax, value-added tax.
fn levied(bill: &Document) -> Option<[Decimal; 3]> {
    let number = |element| bill.head.decimal(element);
    Some([
        number("customsTax")?,
        number("consumptionTax")?,
        number("valueAddedTax")?,
    ])
}
