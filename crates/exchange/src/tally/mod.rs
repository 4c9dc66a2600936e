//! Tallies (计数增量): what a step adds to the counts of days and outcomes. A step writes it as a fact in its own
//! transaction; the `projector` adds the facts up behind the steps. So steps of different companies do not wait for
//! each other at the rows of a day, and a count is a second old at most.

#[cfg(test)]
mod tests;

use registry::company::CompanyId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::event::Event;
use store::id::IdMaker;
use store::{Error, Result, Tx};

/// The kind of fact that carries a tally.
pub const KIND: &str = "exchange.tally";

/// What one step adds to the counts of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that passed the check.
    pub n_checked: i64,
    /// Messages that were refused by it.
    pub n_refused: i64,
    /// Messages that customs' queue confirmed.
    pub n_sent: i64,
    /// Messages that customs has finished with.
    pub n_settled: i64,
    /// Receipts that came home.
    pub n_receipts: i64,
}

impl Counts {
    const fn parts(self) -> [i64; 5] {
        [
            self.n_checked,
            self.n_refused,
            self.n_sent,
            self.n_settled,
            self.n_receipts,
        ]
    }

    fn add(&mut self, parts: [i64; 5]) {
        let [n_checked, n_refused, n_sent, n_settled, n_receipts] = parts;
        self.n_checked += n_checked;
        self.n_refused += n_refused;
        self.n_sent += n_sent;
        self.n_settled += n_settled;
        self.n_receipts += n_receipts;
    }
}

/// Counts by (day, company, kind); ordered, so that rows are locked in one order.
pub type DayCounts = BTreeMap<(String, CompanyId, String), Counts>;

/// By day number, company, kind and outcome; ordered, so that rows are locked in one order.
pub type OutcomeDeltas = BTreeMap<(i64, CompanyId, String, String), i64>;

/// What steps add to the counts (计数增量).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps by day.
    pub days: DayCounts,
    /// Outcomes by the day on which their messages came.
    pub outcomes: OutcomeDeltas,
}

/// A tally as it is written.
#[derive(Serialize, Deserialize)]
struct TallyText {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    days: Vec<(String, i64, String, [i64; 5])>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outcomes: Vec<(i64, i64, String, String, i64)>,
}

impl Tally {
    /// Writes what a step adds; nothing when it adds nothing.
    ///
    /// # Errors
    /// The engine's.
    pub fn note(&self, tx: &mut Tx<'_>, ids: &IdMaker, at_ms: i64) -> Result<()> {
        let text = self.text();
        if text.days.is_empty() && text.outcomes.is_empty() {
            return Ok(());
        }
        let detail = serde_json::to_string(&text)
            .map_err(|error| Error::Fault(format!("a tally could not be written: {error}")))?;
        let event = Event {
            id: ids.next(),
            at_ms,
            kind: KIND.to_owned(),
            company_id: None,
            subject_id: 0,
            detail,
        };
        store::event::append(tx, &[event])
    }

    fn text(&self) -> TallyText {
        let days = self
            .days
            .iter()
            .filter(|(_, counts)| **counts != Counts::default())
            .map(|((day, company, kind), counts)| {
                (day.clone(), company.0, kind.clone(), counts.parts())
            });
        let outcomes = self.outcomes.iter().filter(|(_, n)| **n != 0).map(
            |((day, company, kind, outcome), n)| {
                (*day, company.0, kind.clone(), outcome.clone(), *n)
            },
        );
        TallyText {
            days: days.collect(),
            outcomes: outcomes.collect(),
        }
    }

    /// Adds what a fact carries; other kinds of facts add nothing.
    ///
    /// # Errors
    /// [`Error::Damaged`] when it cannot be read; nothing of it is added then.
    pub fn add(&mut self, event: &Event) -> Result<()> {
        if event.kind != KIND {
            return Ok(());
        }
        let text: TallyText = serde_json::from_str(&event.detail)
            .map_err(|error| Error::Damaged(format!("a tally: {error}")))?;
        for (day, company, kind, parts) in text.days {
            let key = (day, CompanyId(company), kind);
            self.days.entry(key).or_default().add(parts);
        }
        for (day, company, kind, outcome, n) in text.outcomes {
            let key = (day, CompanyId(company), kind, outcome);
            *self.outcomes.entry(key).or_default() += n;
        }
        Ok(())
    }
}
