//! A deal: everything that the documents of one trade must agree on.

use super::Spec;
use super::catalogue::{GIVEN, PRODUCTS, Product, STREETS, SURNAMES};
use super::number::{self, mix};

/// One line of a deal.
pub(super) struct DealLine {
    pub(super) product: &'static Product,
    pub(super) qty: u64,
}

impl DealLine {
    /// Price of the line, in fen.
    pub(super) fn total(&self) -> u64 {
        self.product.price * self.qty
    }

    /// Net weight, in grams.
    pub(super) fn grams(&self) -> u64 {
        self.product.grams * self.qty
    }
}

/// A trade between one buyer and one seller.
pub(super) struct Deal {
    /// Place of the document in the message.
    pub(super) at: u32,
    pub(super) lines: Vec<DealLine>,
    pub(super) buyer: String,
    pub(super) identity: String,
    pub(super) phone: String,
    pub(super) address: String,
    /// Price of all lines, in fen.
    pub(super) goods: u64,
    pub(super) freight: u64,
    pub(super) discount: u64,
    pub(super) tax: u64,
    pub(super) grams: u64,
}

impl Deal {
    pub(super) fn new(spec: &Spec, at: u32, n_lines: u32) -> Self {
        let bits = mix(spec.seed, at, 4);
        let pick = |list: &[&'static str], shift: u32| list[(bits >> shift) as usize % list.len()];
        // Collective documents (711, 607 …) have thousands of lines that say nothing about goods.
        let n_goods = n_lines.clamp(1, 100);
        let line = |line: u32| {
            let bits = mix(spec.seed, at, 100 + u64::from(line));
            let product = &PRODUCTS[bits as usize % PRODUCTS.len()];
            DealLine {
                product,
                qty: 1 + (bits >> 20) % 2,
            }
        };
        let lines: Vec<DealLine> = (0..n_goods).map(line).collect();
        let goods = lines.iter().map(DealLine::total).sum::<u64>();
        let freight = 100 * ((bits >> 32) % 16);
        // Inside the limits of retail import: 70 % of 13 % value-added tax, rounded down to fen.
        let tax = (goods + freight) * 91 / 1000;
        Self {
            at,
            buyer: format!("{}{}", pick(SURNAMES, 4), pick(GIVEN, 12)),
            identity: number::identity_number(spec.seed, at),
            phone: number::phone(spec.seed, at),
            address: format!(
                "北京市东城区{}{}号楼{}单元{}室",
                pick(STREETS, 20),
                1 + (bits >> 24) % 40,
                1 + (bits >> 40) % 6,
                101 + (bits >> 48) % 800
            ),
            goods,
            freight,
            discount: (100 * ((bits >> 36) % 6)).min(goods / 2),
            tax,
            grams: lines.iter().map(DealLine::grams).sum(),
            lines,
        }
    }

    /// What the buyer paid, in fen.
    pub(super) fn paid(&self) -> u64 {
        self.goods + self.freight + self.tax - self.discount
    }
}
