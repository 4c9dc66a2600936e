//! What customs' receipts tell: which documents count, what is given back, what was levied.

use super::sql::{self, LookupKey, StoredAnswer};
use super::{look, number, personal};
use crate::message::{self, MessageId};
use crate::receipt::{DocumentStatus, NewReceipt};
use crate::tax::{self, Rates};
use ceb::Kind;
use ceb::code::matching as code;
use ceb::matching::{Difference, Known, Part, is_gone, limit};
use registry::context::AppContext;
use std::collections::{BTreeMap, BTreeSet};
use store::event::Event;
use store::{Result, Tx};

/// Customs has finished with a request and granted it.
const GRANTED: i64 = 399;

/// Brings what is known up to date with the receipts of a batch, in its transaction.
pub(crate) fn learn(
    tx: &mut Tx<'_>,
    context: &AppContext,
    changed: &[DocumentStatus],
    recorded: &[NewReceipt],
    now_ms: i64,
) -> Result<()> {
    let answers: Vec<StoredAnswer<'_>> = changed
        .iter()
        .filter(|document| matters(document))
        .map(|document| StoredAnswer {
            id: document.id,
            status: document.status,
            time: document.status_time.as_deref(),
            invt_no: document.invt_no.as_deref(),
        })
        .collect();
    let known = sql::note(tx, &answers)?;
    let weighty = |document: &&DocumentStatus| {
        let status = document.status.unwrap_or(0);
        known.contains(&document.id) && (is_gone(status) || status == GRANTED)
    };
    let ended: BTreeSet<i64> = changed.iter().filter(weighty).map(|one| one.id).collect();
    if !ended.is_empty() {
        give_back(tx, &ended)?;
    }
    let bills: Vec<_> = recorded.iter().filter(|one| one.kind == "CEB816").collect();
    if bills.is_empty() {
        return Ok(());
    }
    let rates = tax::rates(tx, context.code_tables.tables())?;
    for bill in bills {
        compare_tax(tx, context, &rates, bill, now_ms)?;
    }
    Ok(())
}

/// Of most documents only the end matters; each receipt of a list does, since it may tell its number.
fn matters(document: &DocumentStatus) -> bool {
    let kind = Kind::from_code(&document.kind);
    let is_list = kind.is_some_and(|kind| Part::of(kind) == Part::Inventory);
    is_list || !matches!(document.status, None | Some(1..=3))
}

/// Lists that are gone do not count; granted cancels and refunds give back what their list counted.
fn give_back(tx: &mut Tx<'_>, ended: &BTreeSet<i64>) -> Result<()> {
    let mut own_keys = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for kept in sql::documents(tx, ended)? {
        let granted = kept.known.status == Some(GRANTED);
        match kept.known.facts.kind.code() {
            "CEB621" => own_keys.extend(look::own_key(&kept.known)),
            "CEB623" | "CEB625" | "CEB605" if granted => numbers.extend(kept.known.invt_no),
            _ => {}
        }
    }
    let mut by_number: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for kept in sql::find(tx, LookupKey::List, &numbers, &BTreeSet::new())? {
        let number = kept.known.invt_no.clone().unwrap_or_default();
        by_number.entry(number).or_default().push(kept.known);
    }
    for known in by_number.values() {
        let lists = known
            .iter()
            .filter(|one| one.facts.part() == Part::Inventory);
        for list in lists {
            let granted = |kinds: &[&str]| -> Vec<&Known> {
                known
                    .iter()
                    .filter(|one| kinds.contains(&one.facts.kind.code()))
                    .filter(|one| one.status == Some(GRANTED) && one.owner == list.owner)
                    .collect()
            };
            if !granted(&["CEB623", "CEB605"]).is_empty() {
                sql::withdraw(tx, &BTreeSet::from([list.id]))?;
            }
            let refunds = granted(&["CEB625"]);
            let refunds: Vec<_> = refunds.iter().map(|one| &one.facts).collect();
            if !refunds.is_empty() {
                let back = personal::units(limit::given_back(&list.facts, &refunds));
                sql::give_back(tx, list.id, back)?;
            }
            own_keys.extend(look::own_key(list));
        }
    }
    personal::recount(tx, &own_keys)
}

/// Tells the company when the tax bill of a list says otherwise than the estimate.
fn compare_tax(
    tx: &mut Tx<'_>,
    context: &AppContext,
    rates: &Rates,
    bill: &NewReceipt,
    now_ms: i64,
) -> Result<()> {
    let Some(list) = sql::documents(tx, &BTreeSet::from([bill.document_id]))?.pop() else {
        return Ok(());
    };
    let parsed = ceb::parse(bill.xml.as_bytes(), ceb::Profile::Down).message;
    let Some(document) = parsed
        .as_ref()
        .and_then(|message| message.documents.first())
    else {
        return Ok(());
    };
    let facts = &list.known.facts;
    let scope = ceb::tax::Scope::of(facts, rust_decimal::Decimal::ZERO);
    let estimate = ceb::tax::estimate(
        facts,
        scope,
        &|code| rates.find(code, scope),
        tax::way(context),
    );
    let Some(text) = estimate.and_then(|estimate| ceb::tax::compare(&estimate, document)) else {
        return Ok(());
    };
    let difference = Difference {
        code: &code::TAX_DIFFERS,
        element: "orderNo",
        line: None,
        text,
    };
    let finding = difference.finding(facts, number(list.known.id));
    let event = Event {
        id: context.ids.next(),
        at_ms: now_ms,
        kind: "matching.tax".to_owned(),
        company_id: Some(bill.company_id.0),
        subject_id: bill.message_id.0,
        detail: finding.text.clone(),
    };
    let home = MessageId::of_document(list.known.id);
    message::finding::append_findings(tx, &BTreeMap::from([(home, vec![finding])]))?;
    store::event::append(tx, &[event])
}
