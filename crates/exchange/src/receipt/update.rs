//! Documents brought up to date with the receipts that were new.

use super::document::Before;
use super::{Declared, DocumentStatus, Taken, action, hearing, sql};
use crate::message::MessageId;
use ceb::Outcome;
use registry::company::CompanyId;
use std::collections::{BTreeMap, BTreeSet};
use store::{Result, Tx};

/// Status of what is only stored at the E-Port.
const DRAFT: i64 = 1;

/// What the receipts of a batch changed.
#[derive(Default)]
pub(crate) struct Updated {
    /// Documents that became final, by message.
    pub(crate) n_final: Vec<(MessageId, i64)>,
    /// Messages whose documents have another outcome now.
    pub(crate) outcomes: BTreeSet<MessageId>,
    /// Kinds of all messages that were answered.
    pub(crate) kinds: BTreeMap<MessageId, String>,
    /// Messages with a document that a status which nobody knows leaves open.
    pub(crate) unclear: BTreeSet<MessageId>,
    /// Documents as they stand now, of which something changed.
    pub(crate) changed: Vec<DocumentStatus>,
    /// Documents that had no answer before, or that they are stored, or are duplicates: company, key, id.
    fresh: Vec<(CompanyId, String, i64)>,
}

impl Updated {
    /// The documents that were declared to customs by what came.
    pub(crate) fn first_declared(&self) -> Vec<Declared<'_>> {
        let fresh = self.fresh.iter();
        fresh
            .map(|(company_id, key, document_id)| Declared {
                company_id: *company_id,
                key,
                document_id: *document_id,
            })
            .collect()
    }
}

/// Sets each answered document to its latest status and outcome.
pub(crate) fn update_documents(tx: &mut Tx<'_>, taken: &Taken) -> Result<Updated> {
    let Taken {
        recorded, moved, ..
    } = taken;
    let answered = recorded.iter().map(|r| r.document_id);
    let others = moved.iter().chain(&taken.reviewed).copied();
    let answered: BTreeSet<i64> = answered.chain(others).collect();
    let mut documents = sql::documents(tx, &answered)?;
    let whole = recorded.iter().filter(|r| r.document_id == r.message_id.0);
    for id in whole.map(|r| r.message_id).collect::<BTreeSet<_>>() {
        let all = sql::status_of_message(tx, id)?;
        documents.extend(all.into_iter().map(|document| (document.id, document)));
    }
    let before: BTreeMap<i64, Before> = documents
        .values()
        .map(|document| (document.id, Before::of(document)))
        .collect();
    hearing::hear(tx, &mut documents, taken)?;
    action::ask(tx, &mut documents, &before, taken)?;
    let mut updated = Updated::default();
    let mut n_final: BTreeMap<MessageId, i64> = BTreeMap::new();
    for document in documents.values() {
        let message = MessageId::of_document(document.id);
        updated.kinds.insert(message, document.kind.clone());
        let is_declared =
            document.status.is_some_and(|status| status != DRAFT) && !document.is_duplicate;
        let Some(was) = before.get(&document.id) else {
            continue;
        };
        if let Some(key) = document.business_key.clone()
            && is_declared
            && (was.is_duplicate || was.status.is_none_or(|status| status == DRAFT))
        {
            let one = (document.company_id, key, document.id);
            updated.fresh.push(one);
        }
        if document.is_unknown() && document.outcome == Outcome::Waiting {
            updated.unclear.insert(message);
        }
        *n_final.entry(message).or_default() +=
            i64::from(document.is_final) - i64::from(was.is_final);
        if (document.outcome, document.needs_action) != (was.outcome, was.needs_action) {
            updated.outcomes.insert(message);
        }
    }
    updated.n_final = n_final.into_iter().filter(|(_, n)| *n != 0).collect();
    let changed: Vec<&DocumentStatus> = documents
        .values()
        .filter(|document| document.is_changed)
        .collect();
    sql::update_documents(tx, &changed)?;
    let left = action::left_open(tx, &documents)?;
    sql::update_documents(tx, &left.iter().collect::<Vec<_>>())?;
    let messages = left.iter().map(|one| MessageId::of_document(one.id));
    updated.outcomes.extend(messages);
    let changed = documents.into_values();
    updated.changed = changed.filter(|document| document.is_changed).collect();
    Ok(updated)
}
