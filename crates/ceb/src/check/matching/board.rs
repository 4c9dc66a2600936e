//! Board (对碰台): the known documents, and one of them judged against the others.

use super::{Difference, Facts, Part, follow, trade, version};
use crate::code::matching as code;
use crate::kind::Kind;
use crate::status::ReturnStatus;
use std::collections::{BTreeMap, HashMap};

/// A document that is known (已知单证).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id: a later one is greater.
    pub id: i64,
    /// Whose it is.
    pub owner: i64,
    /// Business key (业务主键): values joined with `|`.
    pub own_key: Option<String>,
    /// List number (清单编号) that customs gave it.
    pub invt_no: Option<String>,
    /// Latest return status (最新回执状态).
    pub status: Option<i64>,
    /// When customs said so, as customs wrote it.
    pub status_time: Option<String>,
    /// Whether a request about it took it back: cancelled, or returned whole.
    pub is_withdrawn: bool,
    /// What is compared.
    pub facts: Facts,
}

/// Whether customs has put a document aside: refused, failed, or turned back.
#[must_use]
pub fn is_gone(status: i64) -> bool {
    status < 0 || matches!(status, 4 | 100 | 700)
}

impl Known {
    /// A document that customs has not seen yet.
    #[must_use]
    pub fn fresh(id: i64, owner: i64, own_key: Option<String>, facts: Facts) -> Self {
        Self {
            id,
            owner,
            own_key,
            invt_no: None,
            status: None,
            status_time: None,
            is_withdrawn: false,
            facts,
        }
    }

    /// Whether it counts: neither refused by customs nor taken back.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.is_withdrawn && !self.status.is_some_and(is_gone)
    }

    pub(super) fn status(&self) -> ReturnStatus {
        ReturnStatus(i32::try_from(self.status.unwrap_or(0)).unwrap_or(0))
    }

    pub(super) fn app_time(&self) -> &str {
        self.facts.get("appTime").unwrap_or_default()
    }

    /// Whether it takes an earlier version away.
    pub(super) fn is_removal(&self) -> bool {
        self.facts.get("appType") == Some("3")
    }
}

/// A partner of a document (配套单证).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Its part.
    pub part: Part,
    /// Its id.
    pub id: i64,
    /// Its latest return status.
    pub status: Option<i64>,
    /// Whether something between the two does not fit.
    pub agrees: bool,
}

/// What came of judging a document (比对结论).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What does not fit.
    pub differences: Vec<Difference>,
    /// The partners that are known.
    pub partners: Vec<Partner>,
    /// The partners that a list needs and that are not known.
    pub missing: Vec<Part>,
    /// The document of the same owner that has its business key already (业务主键已经申报过).
    pub used_by: Option<i64>,
}

/// The documents that are known (对碰台).
#[derive(Debug, Default)]
pub struct Board {
    known: BTreeMap<i64, Known>,
    links: HashMap<String, Vec<i64>>,
}

impl Board {
    /// Adds a document; one with the same id is there already and stays.
    pub fn add(&mut self, known: Known) {
        if self.known.contains_key(&known.id) {
            return;
        }
        let facts = &known.facts;
        let kind = facts.kind.code();
        let keys = [
            known.own_key.as_ref().map(|key| format!("K{kind}|{key}")),
            facts.order_key().map(|key| format!("O{key}")),
            facts.waybill_key().map(|key| format!("W{key}")),
            facts.bill_key().map(|key| format!("B{key}")),
            facts
                .list_no()
                .or_else(|| known.invt_no.clone())
                .map(|key| format!("N{key}")),
        ];
        for key in keys.into_iter().flatten() {
            self.links.entry(key).or_default().push(known.id);
        }
        self.known.insert(known.id, known);
    }

    /// Whether a document is known.
    #[must_use]
    pub fn contains(&self, id: i64) -> bool {
        self.known.contains_key(&id)
    }

    /// A known document.
    #[must_use]
    pub fn get(&self, id: i64) -> Option<&Known> {
        self.known.get(&id)
    }

    /// The facts of a known document.
    #[must_use]
    pub fn facts(&self, id: i64) -> Option<&Facts> {
        self.known.get(&id).map(|known| &known.facts)
    }

    /// Every known document, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    fn linked<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Known> + use<'a> {
        let ids = self.links.get(key).into_iter().flatten();
        ids.filter_map(|id| self.known.get(id))
    }

    /// The documents with the same business key, this one too.
    #[must_use]
    pub fn versions(&self, known: &Known) -> Vec<&Known> {
        let Some(key) = &known.own_key else {
            return Vec::new();
        };
        let key = format!("K{}|{key}", known.facts.kind.code());
        self.linked(&key).collect()
    }

    /// The version in force among documents: the newest that counts, unless it removes the document.
    #[must_use]
    pub fn in_force<'a>(versions: impl Iterator<Item = &'a Known>) -> Option<&'a Known> {
        let live = versions.filter(|one| one.is_live());
        let newest = live.max_by_key(|one| (one.app_time().to_owned(), one.id));
        newest.filter(|one| !one.is_removal())
    }

    pub(super) fn of_order(&self, key: &str, part: Part) -> Option<&Known> {
        let found = self.linked(&format!("O{key}"));
        Self::in_force(found.filter(|one| one.facts.part() == part))
    }

    pub(super) fn of_waybill(&self, key: &str, part: Part) -> Option<&Known> {
        let found = self.linked(&format!("W{key}"));
        Self::in_force(found.filter(|one| one.facts.part() == part))
    }

    /// Inbound documents of a master bill.
    pub(super) fn of_bill(&self, bill: &str) -> Vec<&Known> {
        let found = self.linked(&format!("B{bill}"));
        found
            .filter(|one| one.is_live() && !one.is_removal())
            .collect()
    }

    /// The list with a number.
    pub(super) fn list(&self, invt_no: &str) -> Option<&Known> {
        let found = self.linked(&format!("N{invt_no}"));
        found
            .filter(|one| one.facts.part() == Part::Inventory && !one.is_removal())
            .max_by_key(|one| one.id)
    }

    /// Requests of a kind about a list, before this one.
    pub(super) fn requests(&self, invt_no: &str, kind: Kind, before: i64) -> Vec<&Known> {
        let found = self.linked(&format!("N{invt_no}"));
        found
            .filter(|one| one.facts.kind == kind && one.id < before && one.is_live())
            .collect()
    }

    /// The list of an order or of a parcel.
    #[must_use]
    pub fn list_of(&self, known: &Known) -> Option<&Known> {
        let facts = &known.facts;
        match facts.part() {
            Part::Order | Part::Payment => self.of_order(&facts.order_key()?, Part::Inventory),
            Part::Logistics => self.of_waybill(&facts.waybill_key()?, Part::Inventory),
            Part::Inventory | Part::Other => None,
        }
    }

    /// What is wrong with a document because of another that came after it: what its owner is told later.
    #[must_use]
    pub fn because_of(&self, id: i64, newcomer: i64) -> Vec<Difference> {
        match (self.known.get(&id), self.known.get(&newcomer)) {
            (Some(known), Some(newcomer)) => trade::because_of(self, known, newcomer),
            _ => Vec::new(),
        }
    }

    /// Judges a document; none when it is not known.
    #[must_use]
    pub fn judge(&self, id: i64) -> Option<Judgement> {
        let known = self.known.get(&id)?;
        let mut judgement = Judgement::default();
        version::judge(self, known, &mut judgement);
        if known.is_removal() {
            return Some(judgement);
        }
        trade::judge(self, known, &mut judgement);
        follow::judge(self, known, &mut judgement);
        if !judgement.missing.is_empty() {
            let names: Vec<&str> = judgement
                .missing
                .iter()
                .map(|part| part.chinese())
                .collect();
            judgement.differences.push(Difference {
                code: &code::PARTNER_MISSING,
                element: "orderNo",
                line: None,
                text: format!("平台上还没有配套的{}", names.join("、")),
            });
        }
        Some(judgement)
    }
}
