//! What one document is judged by: the profile, its own day, and the code tables of that day.

use crate::code::Code;
use crate::code_table::Table;
use crate::finding::{Finding, Severity};
use crate::message::Record;
use crate::spec::CodeTable;
use crate::terms::Terms;
use crate::time;

/// How far ahead of ours a company's clock may be, in minutes.
const CLOCK_TOLERANCE_MINUTES: u32 = 10;

/// Length of a day in a time of 14 digits.
const DAY_CHARS: usize = 8;

/// The terms for one document.
#[derive(Clone, Copy)]
pub(super) struct Judge<'t> {
    pub(super) terms: &'t Terms<'t>,
    /// The day of the document, `YYYYMMDD`: its own, else today; `None` when neither is known.
    pub(super) day: Option<&'t str>,
    /// Latest time that is not in the future.
    latest: Option<&'t str>,
    tables: [Option<&'t Table>; CodeTable::ALL.len()],
}

/// The latest time that is not in the future, if there is a clock.
pub(super) fn latest(terms: &Terms<'_>) -> Option<String> {
    let now = terms.now.filter(|now| time::is_time14(now))?;
    Some(time::later(now, CLOCK_TOLERANCE_MINUTES))
}

impl<'t> Judge<'t> {
    /// For what belongs to no document.
    pub(super) fn new(terms: &'t Terms<'t>, latest: Option<&'t str>) -> Self {
        let today = terms.now.and_then(|now| now.get(..DAY_CHARS));
        Self::on(terms, latest, today)
    }

    /// For a document, by the day on which it says that it is reported.
    pub(super) fn of(self, head: &'t Record) -> Self {
        let own = head.get("appTime").filter(|time| time::is_time14(time));
        let day = own.and_then(|time| time.get(..DAY_CHARS)).or(self.day);
        if day == self.day {
            return self;
        }
        Self::on(self.terms, self.latest, day)
    }

    fn on(terms: &'t Terms<'t>, latest: Option<&'t str>, day: Option<&'t str>) -> Self {
        Self {
            terms,
            day,
            latest,
            tables: CodeTable::ALL.map(|table| terms.tables.on(table, day)),
        }
    }

    /// The code table of the document's day.
    pub(super) fn table(&self, which: CodeTable) -> Option<&'t Table> {
        self.tables[which as usize]
    }

    /// Whether a time or day lies in the future: never without a clock.
    pub(super) fn is_future(&self, time: &str) -> bool {
        self.latest
            .and_then(|latest| latest.get(..time.len()))
            .is_some_and(|latest| time > latest)
    }

    /// A finding of a rule, as grave as the profile says; `None` when the rule does not hold on the
    /// document's day. Without a day it holds if it still does.
    pub(super) fn finding(
        &self,
        code: &'static Code,
        path: impl FnOnce() -> String,
        line: u32,
        value: &str,
        text: String,
    ) -> Option<Finding> {
        let holds = match self.day {
            Some(day) => code.holds_on(day),
            None => code.until.is_none(),
        };
        holds.then(|| {
            Finding::new(code, path(), line, value, text)
                .graded(code.severity_in(self.terms.profile))
        })
    }

    /// How grave it is that a table does not say what it should: as the code says when the table is
    /// complete, one step milder and never a refusal when it is not.
    pub(super) fn by_table(&self, code: &Code, is_proved: bool) -> Severity {
        let severity = code.severity_in(self.terms.profile);
        if is_proved {
            severity
        } else {
            severity.milder()
        }
    }
}
