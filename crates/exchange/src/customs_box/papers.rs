//! What customs sends of its own accord (主动下发): tax bills (816), their status (818) and the
//! results of summary applications (792).

use super::plan::PlannedAnswer;
use super::play::Play;
use super::prepare::get;
use super::receipt::Entity;
use super::rules::{is_silent, magic_of, with};
use super::sql::{self, Stored};
use super::time;
use ceb::matching::Facts;
use ceb::tax::{Estimate, Scope, Way};
use ceb::{Direction, Kind, ReturnStatus};
use rust_decimal::Decimal;
use store::Result;

/// The tax of a list at 13 % value-added tax: the simulator has no tariff.
fn estimate(list: &Stored) -> Option<Estimate> {
    let values = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
    let lines = list.facts.lines.iter().map(|line| values(line)).collect();
    let facts = Facts::restored(Kind::Ceb621, values(&list.facts.head), lines);
    let scope = Scope::of(&facts, Decimal::ZERO);
    ceb::tax::estimate(&facts, scope, &|_| None, Way::default())
}

impl Play<'_, '_, '_> {
    /// 816 after release, 818 when the bill is paid.
    pub(super) fn tax_bill(&mut self, list: &Stored, answers: &[PlannedAnswer]) {
        let released = answers
            .iter()
            .any(|answer| answer.status == ReturnStatus::RELEASED);
        if !self.scene.config.tax_bills || !released || is_silent(&magic_of(list)) {
            return;
        }
        let end_ms = answers.last().map_or(0, |answer| answer.after_ms);
        let bill_ms = end_ms.saturating_add(self.scene.config.delays.tax_bill_ms);
        let Some(estimate) = estimate(list) else {
            return;
        };
        let mut values = self.tax_head(list, "1", bill_ms);
        values = with(&values, "customsTax", estimate.duty.to_string());
        values = with(&values, "valueAddedTax", estimate.vat.to_string());
        let lines = estimate.lines.iter().map(|line| {
            vec![
                ("gnum".to_owned(), line.gnum.clone()),
                ("gcode".to_owned(), line.gcode.clone()),
                ("taxPrice".to_owned(), line.taxable.to_string()),
                ("customsTax".to_owned(), line.duty.to_string()),
                ("valueAddedTax".to_owned(), line.vat.to_string()),
                ("consumptionTax".to_owned(), line.consumption.to_string()),
            ]
        });
        let entity = Entity {
            kind: Kind::Ceb816.code().to_owned(),
            values,
            lines: lines.collect(),
            ..Entity::default()
        };
        let due_at = self.later(bill_ms);
        self.schedule(due_at, Direction::Import, &list.receiver, false, entity);
        let paid_ms = bill_ms.saturating_add(self.scene.config.delays.tax_paid_ms);
        self.tax_status(list, "2", paid_ms);
    }

    /// 818: the bill was paid (2) or made void (3).
    pub(super) fn tax_status(&mut self, list: &Stored, status: &str, after_ms: i64) {
        if !self.scene.config.tax_bills {
            return;
        }
        let entity = Entity {
            kind: Kind::Ceb818.code().to_owned(),
            values: self.tax_head(list, status, after_ms),
            ..Entity::default()
        };
        let due_at = self.later(after_ms);
        self.schedule(due_at, Direction::Import, &list.receiver, false, entity);
    }

    fn tax_head(&self, list: &Stored, status: &str, after_ms: i64) -> Vec<(String, String)> {
        let invt_no = list.invt_no.clone().unwrap_or_default();
        let fact = |element: &str| list.facts.get(element).unwrap_or_default().to_owned();
        let mut values = vec![
            ("returnTime".to_owned(), time::time17(self.later(after_ms))),
            ("taxNo".to_owned(), format!("{invt_no}_0")),
            ("customsTax".to_owned(), "0".to_owned()),
            ("valueAddedTax".to_owned(), "0".to_owned()),
            ("consumptionTax".to_owned(), "0".to_owned()),
            ("status".to_owned(), status.to_owned()),
            ("assureCode".to_owned(), fact("assureCode")),
            ("ebcCode".to_owned(), fact("ebcCode")),
            ("logisticsCode".to_owned(), fact("logisticsCode")),
            ("agentCode".to_owned(), fact("agentCode")),
            ("customsCode".to_owned(), fact("customsCode")),
        ];
        if status == "2" {
            values.push(("entDutyNo".to_owned(), format!("{invt_no}-J01")));
        }
        values.push(("invtNo".to_owned(), invt_no));
        values
    }

    /// 792: the lists of a summary application, line by line.
    pub(super) fn summary(
        &mut self,
        document: &Stored,
        parts: &[Stored],
        after_ms: i64,
    ) -> Result<()> {
        let number = get(&document.head, "sumNo").unwrap_or_default().to_owned();
        let serial = sql::serial(self.tx)? % 1_000_000_000;
        let date = time::date8(self.scene.now_ms);
        let mut lines = Vec::new();
        for line in parts.iter().flat_map(|one| &one.facts.lines) {
            let invt_no = get(line, "invtNo").unwrap_or_default();
            let list = sql::by_invt_no(self.tx, Kind::Ceb603, invt_no)?;
            let goods = list.as_ref().map(|list| list.facts.lines.as_slice());
            let first = goods.and_then(<[_]>::first);
            let good = |element: &str| first.and_then(|line| get(line, element));
            let parcel = list.as_ref().and_then(|list| list.facts.get("logisticsNo"));
            lines.push(vec![
                ("invtNo".to_owned(), invt_no.to_owned()),
                (
                    "logisticsNo".to_owned(),
                    parcel.unwrap_or_default().to_owned(),
                ),
                ("gseqno".to_owned(), (lines.len() + 1).to_string()),
                ("gnum".to_owned(), good("gnum").unwrap_or("1").to_owned()),
                (
                    "gcode".to_owned(),
                    good("gcode").unwrap_or("0000000000").to_owned(),
                ),
            ]);
        }
        let own = |element: &str| document.facts.get(element).unwrap_or_default().to_owned();
        let mut values: Vec<(String, String)> = [
            "customsCode",
            "agentCode",
            "agentName",
            "ebcCode",
            "ebcName",
            "declAgentCode",
            "declAgentName",
        ]
        .iter()
        .map(|element| ((*element).to_owned(), own(element)))
        .collect();
        let made = [
            ("sumNo", number),
            ("opDate", time::time17(self.later(after_ms))),
            ("declSeqNo", format!("H{date}{serial:09}")),
            ("decState", "1".to_owned()),
            ("grossWeight", "0".to_owned()),
            ("netWeight", "0".to_owned()),
            ("msgCount", "1".to_owned()),
            ("msgSeqNo", "1".to_owned()),
        ];
        values.extend(made.map(|(element, value)| (element.to_owned(), value)));
        let entity = Entity {
            kind: Kind::Ceb792.code().to_owned(),
            values,
            lines,
            ..Entity::default()
        };
        let due_at = self.later(after_ms);
        self.schedule(due_at, Direction::Export, &document.receiver, false, entity);
        Ok(())
    }
}
