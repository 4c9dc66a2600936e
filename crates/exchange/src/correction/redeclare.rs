//! What the platform changes itself in a document that is declared again (重报时代为改动): how it is declared,
//! and what may have one value only.

use super::{AppliedChange, Original};
use ceb::explain::Resubmit;
use ceb::form::{DraftElement, only_value};
use std::collections::BTreeSet;

fn head_element(document: usize, element: &str) -> DraftElement {
    DraftElement {
        document,
        line: None,
        element: element.to_owned(),
    }
}

impl Original {
    /// A document that customs has already is changed, not declared anew.
    pub(crate) fn known_to_customs(&mut self, keys: &BTreeSet<String>) {
        for (at, key) in self.keys().iter().enumerate() {
            if keys.contains(key) {
                let why = "海关已有同一业务编号的单证，应申报变更（appType 2）";
                self.change(head_element(at, "appType"), "1", "2", why);
            }
        }
    }

    /// Puts `appType` and `appStatus` of a document as they must be for another declaration.
    pub(super) fn redeclare(&mut self, at: usize) {
        let wants_change = self.rejected.get(at).is_some_and(|rejected| {
            let mut reasons = rejected.reasons.iter();
            reasons.any(|reason| reason.resubmit == Resubmit::Change)
        });
        if wants_change {
            let why = "回执说明海关已有该单证，应申报变更（appType 2）";
            self.change(head_element(at, "appType"), "1", "2", why);
        }
        let why = "暂存不会申报，重报时按申报（业务状态 2）";
        self.change(head_element(at, "appStatus"), "1", "2", why);
        self.fix(at);
    }

    /// Puts in the elements of a document that may have one value only: nobody is asked for them. What is
    /// missing is put in with every declaration.
    fn fix(&mut self, at: usize) {
        let spec = self.kind.spec();
        let n_lines = self
            .draft
            .documents
            .get(at)
            .map_or(0, |one| one.lines.len());
        let head = spec.head.fields.iter().map(|field| (field, None));
        let lines = spec.lines.iter().flat_map(|(table, _)| &table.fields);
        let lines = lines.flat_map(|field| (0..n_lines).map(move |line| (field, Some(line))));
        for (field, line) in head.chain(lines) {
            let Some(only) = only_value(field) else {
                continue;
            };
            let place = DraftElement {
                line,
                ..head_element(at, &field.element)
            };
            let known = self.draft.value(&place).unwrap_or_default().to_owned();
            if !known.is_empty() && known != only {
                let why = format!("该项只能为 {only}，已按此填写");
                self.change(place, &known, only, &why);
            }
        }
    }

    fn change(&mut self, place: DraftElement, from: &str, to: &str, why: &str) {
        if self.draft.value(&place).unwrap_or_default() != from || !self.draft.set(&place, to) {
            return;
        }
        if let Some(rejected) = self.rejected.get_mut(place.document) {
            rejected.changed.push(AppliedChange {
                place,
                was: from.to_owned(),
                why: why.to_owned(),
            });
        }
    }
}
